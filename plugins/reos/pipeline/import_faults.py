"""What can end an import in its middle, as an error that says what is kept and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from reos.core.errors import ConfigurationError, ConflictError, ReosError, UnavailableError

_AGAIN = "Import it again: it goes on after the last chunk that was stored, and nothing is half written."


@contextmanager
def failing_clearly(name: str) -> Iterator[None]:
    """Turn what database and disk may say about the file `name` into one of our errors."""
    try:
        yield
    except ReosError:
        raise
    except psycopg.errors.DiskFull as error:
        raise UnavailableError(
            f"The database has no space left for {name}.", remedy=f"Free disk space. {_AGAIN}"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"This role may not import: {error}", remedy="Import as reos_pipeline (REOS_DB_PIPELINE_URL)."
        ) from error
    except psycopg.errors.ForeignKeyViolation as error:
        raise ConfigurationError(f"The tenant does not exist: {error}", remedy="Create the tenant first.") from error
    except psycopg.errors.LockNotAvailable as error:
        raise ConflictError(
            f"Something holds what {name} has to change.", remedy=f"Wait for its end. {_AGAIN}"
        ) from error
    except psycopg.OperationalError as error:
        raise UnavailableError(
            f"The database broke off the import of {name}: {str(error).splitlines()[0]}.",
            remedy=f"Check that it runs (`reos status`). {_AGAIN}",
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"{name} could not be read to its end: {error}.", remedy=f"Check the disk. {_AGAIN}"
        ) from error

"""The bodies of the tasks that load reference data. A load that a check refused fails at once, without retries."""
# ruff: noqa: PLC0415

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.sdk.exceptions import AirflowFailException

from reos.core.clock import SystemClock
from reos.core.errors import ConfigurationError, ForbiddenError, InvalidInputError, NotFoundError
from reos_airflow.figures import Figures, figures
from reos_airflow.provider_settings import task_settings
from reos_airflow.tasks import pipeline_connection

if TYPE_CHECKING:
    from reos.pipeline.load_reference_county import Wish


def list_county_sources(source: str | None) -> list[str]:
    """Return the names of the county sources, or only `source`."""
    from reos.pipeline.load_reference_county import county_sources

    return [source] if source else county_sources()


def load_county(source: str, *, mode: "Wish", accept_drop: bool) -> Figures:
    """Pull one county source."""
    from reos.pipeline import load_reference_county

    with pipeline_connection() as conn, failing_for_good():
        report = load_reference_county.load_county(
            conn, source, settings=task_settings(), clock=SystemClock(), mode=mode, accept_drop=accept_drop
        )
    return figures(report)


def list_places(place: str | None) -> list[str]:
    """Return the places of OpenAddresses that this installation loads, or only `place`."""
    return [place] if place else list(task_settings().openaddresses_places)


def load_openaddresses(place: str, *, file: str | None, accept_drop: bool) -> Figures:
    """Load the address points of one place, from `file` when given."""
    from reos.pipeline import load_reference_file

    path = Path(file) if file else None
    with pipeline_connection() as conn, failing_for_good():
        report = load_reference_file.load_openaddresses(
            conn, place, settings=task_settings(), clock=SystemClock(), file=path, accept_drop=accept_drop
        )
    return figures(report)


@contextmanager
def failing_for_good() -> Iterator[None]:
    """Fail a task at once, without retries, for what only a person can set right."""
    from reos.connectors.errors import ProviderAuthError, RecordNotFoundError, SchemaDriftError
    from reos.reference.publish import LoadRefusedError

    for_people = (ConfigurationError, ForbiddenError, InvalidInputError, LoadRefusedError, NotFoundError)
    try:
        yield
    except (*for_people, ProviderAuthError, RecordNotFoundError, SchemaDriftError) as error:
        raise AirflowFailException(str(error)) from error

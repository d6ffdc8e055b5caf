"""`python -m reos.db`: roles, database and schema, as the one-shot of an installation in containers. Safe to repeat."""

import sys

from reos.core.errors import ReosError
from reos.core.settings import get_settings
from reos.db.bootstrap import prepare


def main() -> int:
    """Prepare the database that `REOS_DB_OWNER_URL` names; exit status 1 with the reason when that fails."""
    try:
        prepare(get_settings())
    except ReosError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

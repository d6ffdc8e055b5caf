"""The first dbt build, as a process of its own: it sees the dbt and quality roles' URLs and no other secret."""

import sys

from reos.core.errors import ReosError
from reos.core.settings import get_settings
from reos.pipeline import warehouse


def main() -> int:
    """Run as `python -m reos_local.stack.warehouse_build`; exit status 0 when every model and test is well."""
    try:
        return 0 if warehouse.build(get_settings()).success else 1
    except ReosError as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""What may be asked of `/parcels/query`, checked before anything is sent: a wrong query costs records, not errors."""

import re
from collections.abc import Mapping

from reos.connectors.errors import InvalidRequestError
from reos.connectors.regrid.mapping import regrid_map
from reos.connectors.regrid.settings import PROVIDER

MAX_LIMIT = 1000
_MOST_FIELDS = 4
_OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "nin", "ilike", "isnull"})
_CONDITION = re.compile(r"fields\[([a-z0-9_]+)\]\[([a-z]+)\]")


def check_query(conditions: Mapping[str, str], limit: int) -> None:
    """Raise `InvalidRequestError` for a condition that Regrid does not know, for too many fields, or a wrong limit."""
    read = {condition: _CONDITION.fullmatch(condition) for condition in conditions}
    strange = sorted(condition for condition, parts in read.items() if parts is None or parts[2] not in _OPERATORS)
    fields = {parts[1] for parts in read.values() if parts}
    unknown = sorted(regrid_map().undeclared(fields))
    if strange or unknown:
        raise _refused(f"no conditions {', '.join(strange + unknown)}")
    if not 0 < len(fields) <= _MOST_FIELDS:
        raise _refused(f"{len(fields)} fields")
    if not 1 <= limit <= MAX_LIMIT:
        raise _refused(f"{limit} parcels a page")


def _refused(what: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"Regrid is not asked with {what}.",
        provider=PROVIDER,
        remedy=f"Give one to {_MOST_FIELDS} columns as `fields[column][operator]` and 1 to {MAX_LIMIT} parcels a page.",
    )

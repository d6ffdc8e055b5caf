"""A use-case's report as a small dict for XCom: numbers and words stay, collections become their sizes.

What a run did can then be read in Airflow, and no row of anybody's data ends in its database. Tasks return it with
`multiple_outputs=False`: otherwise each figure is an XCom of its own, and a request to the API server.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Figure = str | int | float | None | dict[str, Any]
Figures = dict[str, Figure]


def figures(report: "DataclassInstance") -> Figures:
    """Return the fields of a report dataclass: scalars and mappings of them stay, other collections become counts."""
    return {field.name: _figure(getattr(report, field.name)) for field in fields(report)}


def is_idle(found: Figures) -> bool:
    """Return whether every count is zero, which means that the use-case had nothing to do (durations do not count)."""
    return not any(_counts(value) for value in found.values())


def _figure(value: object) -> Figure:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, Mapping):
        return {str(key): _figure(each) for key, each in value.items()}
    return len(value) if isinstance(value, Collection) else str(value)


def _counts(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_counts(each) for each in value.values())
    return isinstance(value, int) and not isinstance(value, bool) and value > 0

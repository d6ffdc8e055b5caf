"""What a connector for whole data sets is: it describes itself, then gives page after page, from any page on."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

Row = Mapping[str, Any]


@dataclass(frozen=True)
class BulkSpec:
    """A data set that is loaded whole and shared by all tenants: where it lands, under which licence, how often.

    `source` and `provider` are as in `ConnectorSpec`. `attribution` is what its users must be shown. `max_age` is how
    old its last successful load may be.
    """

    source: str
    provider: str
    dataset: str
    label: str
    tables: tuple[str, ...]
    licence: str
    attribution: str
    max_age: timedelta


@dataclass(frozen=True)
class Described:
    """A data set as its provider describes it at this moment.

    `columns` maps names to the provider's types, `version` changes whenever a row does (None: the provider does not
    say), `rows` is how many rows a pull will meet.
    """

    columns: Mapping[str, str]
    version: str | None
    rows: int


@dataclass(frozen=True)
class Page:
    """Some rows, verbatim. `cursor` (JSON) is where the next page starts, `watermark` the latest edit among them."""

    rows: list[Row]
    cursor: Any
    watermark: str | None = None


class BulkSource(Protocol):
    """A data set that can be read whole, or from an edit date on. Both methods raise `ConnectorError`."""

    async def describe(self) -> Described:
        """Return columns and version, and the number of rows of a full pull."""
        ...

    def pages(self, since: str | None, cursor: Any) -> AsyncIterator[Page]:  # noqa: ANN401 - the connector's own
        """Yield pages of the rows edited at or after `since` (ISO time, UTC; None: all), from `cursor` on."""
        ...

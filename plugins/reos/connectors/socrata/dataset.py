"""A whole Socrata data set, in the order of the system's row ids, from any page on."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reos.connectors.bulk import Described, Page
from reos.connectors.egress import Egress
from reos.connectors.socrata.soda import SodaDataset, literal
from reos.reference.source import Source

PROVIDER = "socrata"


@dataclass(frozen=True)
class SocrataDataset:
    """The data set of `source` at `base` (its domain), as a source of bulk data."""

    egress: Egress
    source: Source
    base: str
    token: str | None = None

    @property
    def _remote(self) -> SodaDataset:
        return SodaDataset(self.egress, PROVIDER, self.base, self.source.path, self.token)

    async def describe(self) -> Described:
        """Return the columns with Socrata's types, the time of the last update as version, and the number of rows."""
        document = await self._remote.describe()
        own = self._remote.column_types(document)
        where = await self._where(None, own) if self.source.latest in {None, *own} else {}
        counted = await self._remote.rows({"$select": "count(*) as count", **where})
        updated = document.get("rowsUpdatedAt")
        return Described(own, None if updated is None else str(updated), _count(self._remote, counted))

    async def pages(self, since: str | None, cursor: Any) -> AsyncIterator[Page]:  # noqa: ANN401 - a number of rows
        """Yield pages of rows; `cursor` is the number of rows before the page."""
        columns = (await self.describe()).columns
        query = {
            "$select": ",".join([":id", ":updated_at", *sorted(self.source.read)]),
            "$order": ":id",
            "$limit": str(self.source.limits.page),
            **await self._where(since, columns),
        }
        start = int(cursor or 0)
        while True:
            rows = await self._remote.rows(query | {"$offset": str(start)})
            start += len(rows)
            if rows:
                edits = [str(row[":updated_at"]) for row in rows if row.get(":updated_at")]
                yield Page(list(rows), start, max(edits, default=None))
            if len(rows) < self.source.limits.page:
                return

    async def _where(self, since: str | None, columns: Mapping[str, str]) -> dict[str, str]:
        conditions = []
        if self.source.latest:
            greatest = await self._remote.rows({"$select": f"max({self.source.latest}) as latest"})
            value = str(greatest[0].get("latest", "")) if greatest else ""
            conditions.append(f"{self.source.latest} = {literal(value, columns.get(self.source.latest))}")
        if since is not None:
            moment = datetime.fromisoformat(since).astimezone(UTC)
            conditions.append(f"{self.source.edited} >= '{moment:%Y-%m-%dT%H:%M:%S}'")
        return {"$where": " AND ".join(conditions)} if conditions else {}


def _count(remote: SodaDataset, rows: list[Mapping[str, Any]]) -> int:
    counted = rows[0].get("count") if rows else "0"
    if not str(counted).isdecimal():
        raise remote.drift("counts no rows")
    return int(str(counted))

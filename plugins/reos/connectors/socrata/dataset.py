"""A whole Socrata data set over SODA 2, in the order of the system's row ids.

Reference: dev.socrata.com, "Queries using SODA" and "System Fields". Null cells are absent from a row, and numbers come
as text.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reos.connectors.bulk import Described, Page, Row
from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import InvalidRequestError, ProviderAuthError, SchemaDriftError
from reos.connectors.guard import Destination
from reos.reference.source import Source

PROVIDER = "socrata"

_OK = 200
_AUTH = frozenset({401, 403})
_NO_COLUMN = "query.soql.no-such-column"


@dataclass(frozen=True)
class SocrataDataset:
    """The data set of `source` at `base` (its domain). `token` is an app token, which lifts the shared rate limit."""

    egress: Egress
    source: Source
    base: str
    token: str | None = None

    async def describe(self) -> Described:
        """Return the columns with Socrata's types, the time of the last update as version, and the number of rows."""
        document = await self._get(f"api/views/{self.source.path}.json", {})
        if not isinstance(document, dict) or not isinstance(document.get("columns"), list):
            raise _drift("has no list `columns`")
        columns = {each["fieldName"]: each["dataTypeName"] for each in document["columns"]}
        own = {name: kind for name, kind in columns.items() if not name.startswith(":")}
        where = await self._where(None, own) if self.source.latest in {None, *own} else {}
        counted = await self._rows({"$select": "count(*) as count", **where})
        updated = document.get("rowsUpdatedAt")
        return Described(own, None if updated is None else str(updated), int(counted[0]["count"]) if counted else 0)

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
            rows = await self._rows(query | {"$offset": str(start)})
            start += len(rows)
            if rows:
                edits = [str(row[":updated_at"]) for row in rows if row.get(":updated_at")]
                yield Page(list(rows), start, max(edits, default=None))
            if len(rows) < self.source.limits.page:
                return

    async def _where(self, since: str | None, columns: Mapping[str, str]) -> dict[str, str]:
        conditions = []
        if self.source.latest:
            greatest = await self._rows({"$select": f"max({self.source.latest}) as latest"})
            value = str(greatest[0].get("latest", "")) if greatest else ""
            conditions.append(f"{self.source.latest} = {_literal(value, columns.get(self.source.latest))}")
        if since is not None:
            moment = datetime.fromisoformat(since).astimezone(UTC)
            conditions.append(f"{self.source.edited} >= '{moment:%Y-%m-%dT%H:%M:%S}'")
        return {"$where": " AND ".join(conditions)} if conditions else {}

    async def _rows(self, query: Mapping[str, str]) -> list[Row]:
        rows = await self._get(f"resource/{self.source.path}.json", query)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _drift("is no list of rows")
        return rows

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is what the provider sent
        headers = {"X-App-Token": self.token} if self.token else {}
        request = EgressRequest("GET", f"{self.base.rstrip('/')}/{path}", params=query, headers=headers)
        policy = EgressPolicy(
            PROVIDER,
            tuple(
                Destination.below(f"{self.base.rstrip('/')}/{place}/{self.source.path}.json")
                for place in ("resource", "api/views")
            ),
            secrets=(self.token,) if self.token else (),
            max_bytes=100_000_000,
            attempt_s=120,
        )
        return await self.egress.send(policy, request, lambda response: _read(policy, response))


def _read(policy: EgressPolicy, response: EgressResponse) -> Any:  # noqa: ANN401 - it is what the provider sent
    if response.status == _OK:
        return response.json(policy)
    error = response.json_or_none()
    told = error if isinstance(error, dict) else {}
    code = str(told.get("errorCode") or told.get("code") or "")
    if code == _NO_COLUMN:
        column = (told.get("data") or {}).get("column")
        raise _drift(f"says that there is no column {column}", response.status)
    kind = ProviderAuthError if response.status in _AUTH else InvalidRequestError
    raise kind(
        f"Socrata answers HTTP {response.status}{f' ({code})' if code else ''}.",
        provider=PROVIDER,
        http_status=response.status,
        remedy="Look up the data set's page at the portal: it may have been retired or closed.",
    )


def _literal(value: str, kind: str | None) -> str:
    """Return `value` as SoQL writes a constant of a column's type."""
    if kind == "number" and value.replace(".", "", 1).isdecimal():
        return value
    return "'" + value.replace("'", "''") + "'"


def _drift(what: str, status: int = _OK) -> SchemaDriftError:
    return SchemaDriftError(
        f"The Socrata answer {what}.",
        provider=PROVIDER,
        http_status=status,
        remedy="Compare the data set's columns with the YAML file of the source.",
    )

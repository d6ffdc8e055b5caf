"""One data set of a Socrata domain over SODA 2: its columns, its rows page by page, and its errors.

Reference: dev.socrata.com, "Queries using SODA", "System Fields", "Response Codes". Null cells are absent from a row,
and numbers come as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    SchemaDriftError,
)
from reos.connectors.guard import Destination

_OK, _ACCEPTED, _NOT_FOUND, _GONE = 200, 202, 404, 410
_AUTH = frozenset({401, 403})
_MOST_PAGES = 50

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SodaDataset:
    """The data set `dataset` (its four-by-four) of the domain at `base`. Errors name `provider`.

    `token` is an app token, which lifts the rate limit that callers without one share.
    """

    egress: Egress
    provider: str
    base: str
    dataset: str
    token: str | None = None

    async def describe(self) -> dict[str, Any]:
        """Return the data set's description."""
        document = await self._get("api/views", {})
        if not isinstance(document, dict) or not isinstance(document.get("columns"), list):
            raise self.drift("has no list `columns`")
        return document

    def column_types(self, document: Mapping[str, Any]) -> dict[str, str]:
        """Return the columns of a description with Socrata's types, the system's own left out."""
        named = [each for each in document["columns"] if isinstance(each, dict) and each.get("fieldName")]
        if len(named) != len(document["columns"]):
            raise self.drift("has a column without a name")
        types = {str(each["fieldName"]): str(each.get("dataTypeName")) for each in named}
        return {name: kind for name, kind in types.items() if not name.startswith(":")}

    async def rows(self, query: Mapping[str, str]) -> list[Row]:
        """Return one page of rows."""
        rows = await self._get("resource", query)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.drift("is no list of rows")
        return rows

    async def all_rows(self, query: Mapping[str, str], page: int) -> list[Row]:
        """Return all rows of a query, in the order of the system's row ids: without an order, pages overlap."""
        found: list[Row] = []
        for _ in range(_MOST_PAGES):
            paging = {"$order": ":id", "$limit": str(page), "$offset": str(len(found))}
            rows = await self.rows({**query, **paging})
            found += rows
            if len(rows) < page:
                return found
        raise self.drift(f"does not end after {_MOST_PAGES} pages")

    def drift(self, what: str, status: int = _OK) -> SchemaDriftError:
        """Return the error that says what is wrong with the form of an answer."""
        return SchemaDriftError(
            f"The answer of data set {self.dataset} {what}.",
            provider=self.provider,
            http_status=status,
            remedy=f"Compare {self.base}/api/views/{self.dataset}.json with the YAML file that names its columns.",
        )

    async def _get(self, place: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - it is what the provider sent
        base = self.base.rstrip("/")
        headers = {"X-App-Token": self.token} if self.token else {}
        url = f"{base}/{place}/{self.dataset}.json"
        policy = EgressPolicy(
            self.provider,
            (Destination.below(url),),
            secrets=(self.token,) if self.token else (),
            max_bytes=100_000_000,
            attempt_s=120,
        )
        request = EgressRequest("GET", url, params=query, headers=headers)
        return await self.egress.send(policy, request, lambda response: self._read(policy, response))

    def _read(self, policy: EgressPolicy, response: EgressResponse) -> Any:  # noqa: ANN401 - it is what the provider sent
        found = response.json(policy) if response.status == _OK else response.json_or_none()
        told = found if isinstance(found, dict) else {}
        if response.status != _OK or told.get("error") or told.get("errorCode"):
            raise self._error(told, response.status)
        return found

    def _error(self, told: Mapping[str, Any], status: int) -> ConnectorError:
        """Translate an error object: today's `{message, errorCode, data}` or the older `{code, error, message}`."""
        code = str(told.get("errorCode") or told.get("code") or "")
        if "no-such-column" in code or "no such column" in str(told.get("message")).lower():
            data = told.get("data")
            column = data.get("column") if isinstance(data, dict) else None
            return self.drift(f"says that there is no column {column or '(it does not say which)'}", status)
        kind: type[ConnectorError] = InvalidRequestError
        remedy = "Look up the data set's page at the portal."
        if status in {_NOT_FOUND, _GONE}:
            kind, remedy = SchemaDriftError, "The data set was retired or renamed: find its successor at the portal."
        elif status in _AUTH:
            kind, remedy = ProviderAuthError, "Check REOS_SOCRATA_APP_TOKEN, and whether the data set is still public."
        elif status in {_OK, _ACCEPTED}:
            kind = ProviderUnavailableError
        detail = f"Data set {self.dataset} answers HTTP {status}{f' ({code})' if code else ''}."
        return kind(detail, provider=self.provider, http_status=status, remedy=remedy)


def literal(value: str, kind: str | None) -> str:
    """Return `value` as SoQL writes a constant of a column's type; a quote inside it is doubled."""
    if kind == "number" and value.replace(".", "", 1).isdecimal():
        return value
    return "'" + value.replace("'", "''") + "'"

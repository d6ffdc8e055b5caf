"""One layer of an ArcGIS FeatureServer or MapServer: queries whatever the server can do, and reads its errors.

Reference: ArcGIS REST API, "Query (Feature Service/Layer)". An ArcGIS server reports errors inside an HTTP 200, holds
rows back beyond `maxRecordCount`, and, when it is old, can neither sort nor page.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from reos.connectors.egress import Egress, EgressPolicy, EgressRequest, EgressResponse
from reos.connectors.errors import (
    ConnectorError,
    InvalidRequestError,
    ProviderAuthError,
    ProviderUnavailableError,
    RateLimitedError,
    SchemaDriftError,
)

_MOST_PAGES = 50
_LONGEST_URL = 1_800  # characters; servers and proxies cut off longer ones
_FULL_PAGE = 500  # the smallest page that a server is known to cut an answer to without saying so
_DEFAULT_PAGE = 1_000
_OK, _NOT_FOUND, _TOO_MANY_REQUESTS, _SERVER_ERROR = 200, 404, 429, 500
_AUTH_CODES = frozenset({401, 403, 498, 499})  # 498: invalid token, 499: token required
_OID = "esriFieldTypeOID"

Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class Features:
    """The answer to a query: the layer's column names and each feature's attributes, verbatim."""

    columns: tuple[str, ...]
    rows: list[Attributes]


@dataclass(frozen=True)
class Ability:
    """What a layer says of itself: its id column, its largest page, and whether it gives pages in order."""

    object_id: str
    page: int
    ordered: bool


@dataclass(frozen=True)
class ArcGisLayer:
    """One layer at `url` (ending in the layer's number). Errors name the provider of `policy`."""

    egress: Egress
    policy: EgressPolicy
    url: str

    async def select(self, condition: Mapping[str, str], out_fields: str = "*") -> Features:
        """Return all features that meet `condition` (a `where`, a geometry), without their geometry.

        What the server holds back is fetched page by page, or, from a server without pages, by ranges of object ids.
        """
        form = {**condition, "outFields": out_fields, "returnGeometry": "false", "f": "json"}
        first = await self.ask(form)
        rows = self.features(first)
        more = bool(first.get("exceededTransferLimit"))
        if more or len(rows) >= _FULL_PAGE:
            able = self.ability(await self.describe())
            if more or len(rows) == able.page:
                pages = self._pages if able.ordered else self._ranges
                rows = [row async for page in pages(form, able) for row in page]
        return Features(tuple(self.column_types(first)), rows)

    async def describe(self) -> dict[str, Any]:
        """Return the layer's own description."""
        return await self._send(EgressRequest("GET", self.url, params={"f": "json"}))

    async def ask(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the layer's answer to one query; raises what the taxonomy says of an error inside the 200.

        By GET, or by POST when the list of parcels outgrows a URL.
        """
        url = f"{self.url}/query"
        short = len(url) + 1 + len(urlencode(form)) <= _LONGEST_URL
        request = EgressRequest("GET", url, params=form) if short else EgressRequest("POST", url, form=form)
        return await self._send(request)

    def features(self, answer: Mapping[str, Any]) -> list[Attributes]:
        """Return the attributes of each feature of an answer; `SchemaDriftError` for anything else."""
        return [feature["attributes"] for feature in self.shapes(answer)]

    def shapes(self, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the features of an answer, each with a dict `attributes` and perhaps a geometry."""
        features = answer.get("features")
        if not isinstance(features, list):
            raise self.drift("has no list `features`")
        if not all(isinstance(each, dict) and isinstance(each.get("attributes"), dict) for each in features):
            raise self.drift("has a feature without attributes")
        return features

    def column_types(self, document: Mapping[str, Any]) -> dict[str, str]:
        """Return the columns that an answer or a description lists, with their ArcGIS types."""
        fields = document.get("fields") or []
        if not isinstance(fields, list) or not all(isinstance(each, dict) and each.get("name") for each in fields):
            raise self.drift("has a list `fields` of another form")
        return {str(each["name"]): str(each.get("type")) for each in fields}

    def ability(self, document: Mapping[str, Any]) -> Ability:
        """Read what the layer says of itself; without `objectIdField`, the column of that type is the id."""
        types = self.column_types(document)
        typed = next((name for name, kind in types.items() if kind == _OID), None)
        object_id = document.get("objectIdField") or typed
        if not isinstance(object_id, str):
            raise self.drift("names no object id")
        able = document.get("advancedQueryCapabilities")
        able = able if isinstance(able, dict) else {}
        most = document.get("maxRecordCount")
        page = most if isinstance(most, int) and most > 0 else _DEFAULT_PAGE
        return Ability(object_id, page, bool(able.get("supportsPagination") and able.get("supportsOrderBy")))

    def drift(self, what: str) -> SchemaDriftError:
        """Return the error that says what is wrong with the form of an answer."""
        return SchemaDriftError(
            f"The answer of {self.policy.provider} {what}.",
            provider=self.policy.provider,
            http_status=_OK,
            remedy=f"Open {self.url}/query in a browser and compare with the README of this connector.",
        )

    async def _pages(self, form: Mapping[str, str], able: Ability) -> AsyncIterator[list[Attributes]]:
        seen = 0
        for _ in range(_MOST_PAGES):
            place = {"orderByFields": able.object_id, "resultOffset": str(seen), "resultRecordCount": str(able.page)}
            answer = await self.ask({**form, **place})
            rows = self.features(answer)
            seen += len(rows)
            yield rows
            more = bool(answer.get("exceededTransferLimit"))
            if not more and len(rows) < able.page:
                return
            if more and not rows:
                raise self.drift("says that it holds rows back but sends none")
        raise self.drift(f"does not end after {_MOST_PAGES} pages")

    async def _ranges(self, form: Mapping[str, str], able: Ability) -> AsyncIterator[list[Attributes]]:
        where = f"{form['where']} AND " if form.get("where") else ""
        ranges = await self.id_ranges(form, able)
        if not ranges:
            raise self.drift("says that it holds rows back but lists no ids")
        for low, high in ranges:
            within = f"{where}{able.object_id} >= {low} AND {able.object_id} <= {high}"
            yield self.features(await self.ask({**form, "where": within}))

    async def id_ranges(self, form: Mapping[str, str], able: Ability, above: int = -1) -> list[tuple[int, int]]:
        """Return ranges of the object ids that meet the query, each of a page at most; a list of ids has no limit."""
        answer = await self.ask({**form, "returnIdsOnly": "true"})
        ids = answer.get("objectIds") or []
        if not isinstance(ids, list) or not all(isinstance(each, int) for each in ids):
            raise self.drift("has a list `objectIds` of another form")
        ids = sorted(each for each in ids if each > above)
        return [(ids[at], ids[min(at + able.page, len(ids)) - 1]) for at in range(0, len(ids), able.page)]

    async def _send(self, request: EgressRequest) -> dict[str, Any]:
        return await self.egress.send(self.policy, request, self._read)

    def _read(self, response: EgressResponse) -> dict[str, Any]:
        if response.status != _OK:
            raise self._error(response.status, "", response.status)
        document = response.json(self.policy)
        if not isinstance(document, dict):
            raise self.drift("is not an object")
        if "error" in document:
            error = document["error"] if isinstance(document["error"], dict) else {}
            code = error.get("code")
            message = str(error.get("message") or "")
            raise self._error(code if isinstance(code, int) and code else _SERVER_ERROR, message, response.status)
        return document

    def _error(self, code: int, message: str, http_status: int) -> ConnectorError:
        """Translate an ArcGIS error code (inside a 200) or a plain HTTP status."""
        provider = self.policy.provider
        detail = f"The server of {provider} answers with error {code}{': ' + message if message else ''}."
        if code == _NOT_FOUND or (code >= _SERVER_ERROR and "not found" in message.lower()):
            remedy = f"There is no layer at {self.url} any more: find its new address and set it."
            return SchemaDriftError(detail, provider=provider, http_status=http_status, remedy=remedy)
        kind: type[ConnectorError] = InvalidRequestError
        if code in _AUTH_CODES:
            kind = ProviderAuthError
        elif code == _TOO_MANY_REQUESTS:
            kind = RateLimitedError
        elif code >= _SERVER_ERROR:
            kind = ProviderUnavailableError
        return kind(detail, provider=provider, http_status=http_status)


def at_point(longitude: float, latitude: float) -> dict[str, str]:
    """Return the condition that a feature covers a point, given in degrees (WGS 84)."""
    return {
        "geometry": f"{longitude},{latitude}",
        "geometryType": "esriGeometryPoint",
        "inSR": "4326",
        "spatialRel": "esriSpatialRelIntersects",
    }


def quoted(values: Sequence[str]) -> str:
    """Return `values` as a list of SQL literals for a `where` clause; a quote inside a value is doubled."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)

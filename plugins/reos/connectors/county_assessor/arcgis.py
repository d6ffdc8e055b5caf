"""The ArcGIS driver: queries one layer of a FeatureServer or MapServer, page by page, and reads its errors.

Reference: ArcGIS REST API, "Query (Feature Service/Layer)". An ArcGIS server reports errors inside an HTTP 200.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reos.connectors.county_assessor.settings import SPEC
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
_OK, _TOO_MANY_REQUESTS, _SERVER_ERROR = 200, 429, 500
_AUTH_CODES = frozenset({401, 403, 498, 499})  # 498: invalid token, 499: token required

Attributes = Mapping[str, Any]


@dataclass(frozen=True)
class Features:
    """The answer to a query: the layer's column names and each feature's attributes, verbatim."""

    columns: tuple[str, ...]
    rows: list[Attributes]


@dataclass(frozen=True)
class ArcGisLayer:
    """One layer at `url` (ending in the layer's number)."""

    egress: Egress
    policy: EgressPolicy
    url: str

    async def query(self, where: str, order_by: str) -> Features:
        """Return all features that match `where`, without geometry, in the order of `order_by`.

        POST, because a list of parcels outgrows a URL. Follows pages while the server says that it holds more back.
        """
        columns: tuple[str, ...] = ()
        rows: list[Attributes] = []
        for _ in range(_MOST_PAGES):
            page = await self.ask(_form(where, order_by, len(rows)))
            features = [feature["attributes"] for feature in features_of(page)]
            columns = columns or tuple(field["name"] for field in page.get("fields", ()))
            rows += features
            if not page.get("exceededTransferLimit"):
                return Features(columns, rows)
            if not features:
                raise drift("says that it holds rows back but sends none")
        raise drift(f"does not end after {_MOST_PAGES} pages")

    async def columns(self) -> list[str]:
        """Return the column names from the layer's description."""
        described = await self.describe()
        return [field["name"] for field in described.get("fields") or ()]

    async def describe(self) -> dict[str, Any]:
        """Return the layer's own description."""
        return await self._send("GET", self.url, None)

    async def ask(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Return the layer's answer to one query; raises what the taxonomy says of an error inside the 200."""
        return await self._send("POST", f"{self.url}/query", form)

    async def _send(self, method: str, url: str, form: Mapping[str, str] | None) -> dict[str, Any]:
        request = EgressRequest(method, url, params={} if form else {"f": "json"}, form=form)
        return await self.egress.send(self.policy, request, self._read)

    def _read(self, response: EgressResponse) -> dict[str, Any]:
        if response.status != _OK:
            raise _error(response.status, "", response.status)
        document = response.json(self.policy)
        if not isinstance(document, dict):
            raise drift("is not an object")
        if "error" in document:
            error = document["error"] if isinstance(document["error"], dict) else {}
            raise _error(int(error.get("code") or _SERVER_ERROR), str(error.get("message") or ""), response.status)
        return document


def quoted(values: Sequence[str]) -> str:
    """Return `values` as a list of SQL literals for a `where` clause; a quote inside a value is doubled."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _form(where: str, order_by: str, offset: int) -> dict[str, str]:
    return {
        "where": where,
        "outFields": "*",
        "returnGeometry": "false",
        "orderByFields": order_by,
        "resultOffset": str(offset),
        "f": "json",
    }


def features_of(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the features of an answer, each with a dict `attributes`; `SchemaDriftError` for anything else."""
    features = page.get("features")
    if not isinstance(features, list):
        raise drift("has no list `features`")
    if not all(isinstance(each, dict) and isinstance(each.get("attributes"), dict) for each in features):
        raise drift("has a feature without attributes")
    return features


def _error(code: int, message: str, http_status: int) -> ConnectorError:
    """Translate an ArcGIS error code (inside a 200) or a plain HTTP status."""
    detail = f"The county's server answers with error {code}{': ' + message if message else ''}."
    kind: type[ConnectorError] = InvalidRequestError
    if code in _AUTH_CODES:
        kind = ProviderAuthError
    elif code == _TOO_MANY_REQUESTS:
        kind = RateLimitedError
    elif code >= _SERVER_ERROR:
        kind = ProviderUnavailableError
    return kind(detail, provider=SPEC.provider, http_status=http_status)


def drift(what: str) -> SchemaDriftError:
    """Return the error that says what is wrong with the form of an answer."""
    return SchemaDriftError(
        f"The county's answer {what}.",
        provider=SPEC.provider,
        remedy="Open the layer's /query page in a browser and compare with the README of this connector.",
    )

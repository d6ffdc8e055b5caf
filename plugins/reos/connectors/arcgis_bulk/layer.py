"""A whole ArcGIS layer, in the order of its object ids.

Each page asks for ids above the last one seen, not for an offset: rows that come or go meanwhile then shift nothing,
and a pull can go on from any page. Servers without ordered pages are asked for their list of ids, and for ranges of it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reos.connectors.bulk import Described, Page, Row
from reos.connectors.county_assessor.arcgis import ArcGisLayer, drift, features_of
from reos.reference.point import GEOMETRY
from reos.reference.source import Source

_OID = "esriFieldTypeOID"
_EVERYTHING = "1=1"


@dataclass(frozen=True)
class _Layer:
    """What a pull needs to know of the layer: its id column, the largest page, and whether pages come in order."""

    object_id: str
    page: int
    ordered: bool


@dataclass(frozen=True)
class ArcGisBulk:
    """The layer of `source`; pages are as large as source and server allow."""

    layer: ArcGisLayer
    source: Source

    async def describe(self) -> Described:
        """Return the layer's columns, its last edit as version (when it publishes one) and its number of rows."""
        document = await self.layer.describe()
        columns = {field["name"]: field["type"] for field in document.get("fields") or ()}
        editing = document.get("editingInfo") or {}
        edited = editing.get("dataLastEditDate") or editing.get("lastEditDate")
        answer = await self.layer.ask({"where": _EVERYTHING, "returnCountOnly": "true", "f": "json"})
        return Described(columns, None if edited is None else str(edited), int(answer.get("count") or 0))

    async def pages(self, since: str | None, cursor: Any) -> AsyncIterator[Page]:  # noqa: ANN401 - an object id
        """Yield pages of features; `cursor` is the last object id seen."""
        layer = self._read(await self.layer.describe())
        pages = self._ordered if layer.ordered else self._ranges
        async for page in pages(layer, self._where(since), int(cursor or -1)):
            yield page

    def _read(self, document: Mapping[str, Any]) -> _Layer:
        able = document.get("advancedQueryCapabilities") or {}
        names = [field["name"] for field in document.get("fields") or () if field.get("type") == _OID]
        object_id = document.get("objectIdField") or next(iter(names), None)
        if not object_id:
            raise drift("names no object id")
        size = min(self.source.limits.page, int(document.get("maxRecordCount") or self.source.limits.page))
        ordered = bool(able.get("supportsPagination") and able.get("supportsOrderBy"))
        return _Layer(object_id, size, ordered)

    def _where(self, since: str | None) -> str:
        if since is None or self.source.edited is None:
            return _EVERYTHING
        moment = datetime.fromisoformat(since).astimezone(UTC)
        return f"{self.source.edited} >= TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"

    async def _ordered(self, layer: _Layer, where: str, last: int) -> AsyncIterator[Page]:
        while True:
            above = f"{where} AND {layer.object_id} > {last}"
            form = {"orderByFields": layer.object_id, "resultRecordCount": str(layer.page)}
            answer = await self.layer.ask(self._form(layer, above) | form)
            page = self._page(layer, answer)
            more = bool(answer.get("exceededTransferLimit"))
            if page.rows:
                if page.cursor <= last:
                    raise drift(f"does not keep the order of {layer.object_id}")
                last = page.cursor
                yield page
            elif more:
                raise drift("says that it holds rows back but sends none")
            if not more and len(page.rows) < layer.page:
                return

    async def _ranges(self, layer: _Layer, where: str, last: int) -> AsyncIterator[Page]:
        answer = await self.layer.ask({"where": where, "returnIdsOnly": "true", "f": "json"})
        ids = sorted(each for each in answer.get("objectIds") or () if each > last)
        for start in range(0, len(ids), layer.page):
            chunk = ids[start : start + layer.page]
            within = f"{where} AND {layer.object_id} >= {chunk[0]} AND {layer.object_id} <= {chunk[-1]}"
            page = self._page(layer, await self.layer.ask(self._form(layer, within)))
            yield Page(page.rows, chunk[-1], page.watermark)

    def _form(self, layer: _Layer, where: str) -> dict[str, str]:
        form = {
            "where": where,
            "outFields": ",".join(sorted(self.source.read | {layer.object_id})),
            "returnGeometry": "true" if self.source.geometry else "false",
            "f": "json",
        }
        return form | ({"outSR": "4326"} if self.source.geometry else {})

    def _page(self, layer: _Layer, answer: Mapping[str, Any]) -> Page:
        features = features_of(answer)
        rows: list[Row] = [
            each["attributes"] | ({GEOMETRY: each.get("geometry")} if self.source.geometry else {}) for each in features
        ]
        ids = [row.get(layer.object_id) for row in rows]
        if not all(isinstance(each, int) for each in ids):
            raise drift(f"has a feature without {layer.object_id}")
        return Page(rows, max((each for each in ids if each is not None), default=None), self._latest_edit(rows))

    def _latest_edit(self, rows: list[Row]) -> str | None:
        """Return the latest edit in ISO form; ArcGIS dates are milliseconds since 1970, UTC."""
        edits = [row.get(self.source.edited) for row in rows] if self.source.edited else []
        numbers = [each for each in edits if isinstance(each, int | float)]
        return datetime.fromtimestamp(max(numbers) / 1000, UTC).isoformat() if numbers else None

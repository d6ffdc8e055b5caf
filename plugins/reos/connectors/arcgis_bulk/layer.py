"""A whole ArcGIS layer, in the order of its object ids.

Each page asks for ids above the last one seen, not for an offset: rows that come or go meanwhile then shift nothing,
and a pull can go on from any page. Servers without ordered pages are asked for their list of ids, and for ranges of it.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from reos.connectors.arcgis import Ability, ArcGisLayer
from reos.connectors.bulk import Described, Page, Row
from reos.reference.point import GEOMETRY
from reos.reference.source import Source

_EVERYTHING = "1=1"


@dataclass(frozen=True)
class ArcGisBulk:
    """The layer of `source`; pages are as large as source and server allow."""

    layer: ArcGisLayer
    source: Source

    async def describe(self) -> Described:
        """Return the layer's columns, its last edit as version (when it publishes one) and its number of rows."""
        document = await self.layer.describe()
        columns = self.layer.column_types(document)
        editing = document.get("editingInfo")
        editing = editing if isinstance(editing, dict) else {}
        edited = editing.get("dataLastEditDate") or editing.get("lastEditDate")
        answer = await self.layer.ask({"where": _EVERYTHING, "returnCountOnly": "true", "f": "json"})
        return Described(columns, None if edited is None else str(edited), int(answer.get("count") or 0))

    async def pages(self, since: str | None, cursor: Any) -> AsyncIterator[Page]:  # noqa: ANN401 - an object id
        """Yield pages of features; `cursor` is the last object id seen."""
        layer = self._smaller(self.layer.ability(await self.layer.describe()))
        pages = self._ordered if layer.ordered else self._ranges
        async for page in pages(layer, self._where(since), int(cursor or -1)):
            yield page

    def _smaller(self, able: Ability) -> Ability:
        return replace(able, page=min(self.source.limits.page, able.page))

    def _where(self, since: str | None) -> str:
        if since is None or self.source.edited is None:
            return _EVERYTHING
        moment = datetime.fromisoformat(since).astimezone(UTC)
        return f"{self.source.edited} >= TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"

    async def _ordered(self, layer: Ability, where: str, last: int) -> AsyncIterator[Page]:
        while True:
            above = f"{where} AND {layer.object_id} > {last}"
            form = {"orderByFields": layer.object_id, "resultRecordCount": str(layer.page)}
            answer = await self.layer.ask(self._form(layer, above) | form)
            page = self._page(layer, answer)
            more = bool(answer.get("exceededTransferLimit"))
            if page.rows:
                if page.cursor <= last:
                    raise self.layer.drift(f"does not keep the order of {layer.object_id}")
                last = page.cursor
                yield page
            elif more:
                raise self.layer.drift("says that it holds rows back but sends none")
            if not more and len(page.rows) < layer.page:
                return

    async def _ranges(self, layer: Ability, where: str, last: int) -> AsyncIterator[Page]:
        for low, high in await self.layer.id_ranges({"where": where, "f": "json"}, layer, above=last):
            within = f"{where} AND {layer.object_id} >= {low} AND {layer.object_id} <= {high}"
            page = self._page(layer, await self.layer.ask(self._form(layer, within)))
            yield Page(page.rows, high, page.watermark)

    def _form(self, layer: Ability, where: str) -> dict[str, str]:
        form = {
            "where": where,
            "outFields": ",".join(sorted(self.source.read | {layer.object_id})),
            "returnGeometry": "true" if self.source.geometry else "false",
            "f": "json",
        }
        return form | ({"outSR": "4326"} if self.source.geometry else {})

    def _page(self, layer: Ability, answer: Mapping[str, Any]) -> Page:
        features = self.layer.shapes(answer)
        rows: list[Row] = [
            each["attributes"] | ({GEOMETRY: each.get("geometry")} if self.source.geometry else {}) for each in features
        ]
        ids = [row.get(layer.object_id) for row in rows]
        if not all(isinstance(each, int) for each in ids):
            raise self.layer.drift(f"has a feature without {layer.object_id}")
        return Page(rows, max((each for each in ids if each is not None), default=None), self._latest_edit(rows))

    def _latest_edit(self, rows: list[Row]) -> str | None:
        """Return the latest edit in ISO form; ArcGIS dates are milliseconds since 1970, UTC."""
        edits = [row.get(self.source.edited) for row in rows] if self.source.edited else []
        numbers = [each for each in edits if isinstance(each, int | float)]
        return datetime.fromtimestamp(max(numbers) / 1000, UTC).isoformat() if numbers else None

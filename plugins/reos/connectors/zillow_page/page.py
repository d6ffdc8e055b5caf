"""Reads the data that a saved page of Zillow carries: a JSON text inside the page's own JSON, in two places over time.

A pure function of a text that somebody has. Nothing here, and nothing that it imports, can fetch a page.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from reos.connectors.errors import SchemaDriftError
from reos.connectors.values import number, parse_json, positive, rounded, text, whole, zip5
from reos.core.errors import InvalidInputError

_PROVIDER = "zillow"
_SCRIPT_ID = "__NEXT_DATA__"
_SQFT_PER_ACRE = 43_560
_AREA = re.compile(r"([\d,]*\.?\d+)\s*(sqft|square feet|acres?)", re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SavedPage:
    """What a page says of a home: whole dollars and square feet, None where it is silent.

    `value_history` is the estimate by day, oldest first.
    """

    zpid: str
    street_address: str | None = None
    city: str | None = None
    state: str | None = None
    zip5: str | None = None
    price: int | None = None
    home_status: str | None = None
    bedrooms: int | None = None
    bathrooms: float | None = None
    living_sqft: int | None = None
    lot_sqft: int | None = None
    year_built: int | None = None
    zestimate: int | None = None
    rent_zestimate: int | None = None
    value_history: tuple[tuple[date, int], ...] = ()


def read_page(html: str) -> SavedPage:
    """Return what a saved page says.

    Raises `InvalidInputError` for a page without data (Zillow's refusal of robots is one), and `SchemaDriftError` when
    the data are not where they were, or a value does not fit.
    """
    finder = _ScriptFinder()
    finder.feed(html)
    finder.close()
    if not finder.content.strip():
        raise InvalidInputError(
            "The page carries no data of a home.", remedy="Save the page of one home, as the browser shows it."
        )
    home = _home(_cache(_json(finder.content, _SCRIPT_ID)))
    try:
        return _saved(home)
    except (ValueError, OverflowError) as error:
        raise SchemaDriftError.of_record(f"A page of Zillow: {error}.", provider=_PROVIDER) from None


class _ScriptFinder(HTMLParser):
    """Collects the text of the script that carries the page's data."""

    def __init__(self) -> None:
        super().__init__()
        self.content = ""
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("id") == _SCRIPT_ID

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.content += data


def _cache(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the cache of the page's queries: below `componentProps` today, beside it before; a text or an object."""
    page = _section(_section(document, "props"), "pageProps")
    for holder in (_section(page, "componentProps"), page):
        cache = holder.get("gdpClientCache")
        if isinstance(cache, str):
            return _json(cache, "gdpClientCache")
        if isinstance(cache, Mapping):
            return cache
    raise _drift("gdpClientCache is neither below componentProps nor below pageProps")


def _home(cache: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `property` of the first query that has one; keys are whole queries, as in `…Query{"zpid":…}`."""
    for answer in cache.values():
        found = answer.get("property") if isinstance(answer, Mapping) else None
        if isinstance(found, Mapping) and found.get("zpid"):
            return found
    raise _drift("no query of its cache has a property with a zpid")


def _saved(home: Mapping[str, Any]) -> SavedPage:
    address = _section(home, "address")
    lot = _section(home, "resoFacts").get("lotSize")
    return SavedPage(
        zpid=str(home["zpid"]),
        street_address=text(home.get("streetAddress") or address.get("streetAddress")),
        city=text(home.get("city") or address.get("city")),
        state=text(home.get("state") or address.get("state")),
        zip5=zip5(home.get("zipcode") or address.get("zipcode")),
        price=rounded(home.get("price")),
        home_status=text(home.get("homeStatus")),
        bedrooms=whole(home.get("bedrooms")),
        bathrooms=positive(home.get("bathrooms")),
        living_sqft=rounded(home.get("livingArea")),
        lot_sqft=_area(lot),
        year_built=whole(home.get("yearBuilt")),
        zestimate=rounded(home.get("zestimate")),
        rent_zestimate=rounded(home.get("rentZestimate")),
        value_history=tuple(sorted(_history(home.get("homeValueChartData")))),
    )


def _history(charts: object) -> Iterator[tuple[date, int]]:
    """Yield the points of the first chart, which is this home's; the others are of its surroundings."""
    first = charts[0] if isinstance(charts, list) and charts else {}
    points = first.get("points") if isinstance(first, Mapping) else None
    for point in points if isinstance(points, list) else ():
        if not isinstance(point, Mapping):
            raise ValueError("a point of the chart is no object")  # noqa: TRY004 - callers catch one error
        moment, value = number(point.get("x")), rounded(point.get("y"))
        if moment is not None and value is not None:
            yield (_EPOCH + timedelta(milliseconds=moment)).date(), value


def _area(written: object) -> int | None:
    """Return square feet of `6,098 sqft`, `6,098 Square Feet` or `0.25 Acres`; None for nothing, and for `--`."""
    found = text(written)
    if found is None or not any(character.isdigit() for character in found):
        return None
    area = _AREA.fullmatch(found)
    if area is None:
        raise ValueError(f"expected an area, got {found!r}")
    amount = float(area[1].replace(",", ""))
    return round(amount * _SQFT_PER_ACRE) if area[2].lower().startswith("acre") else round(amount)


def _json(content: str, where: str) -> Mapping[str, Any]:
    try:
        document = parse_json(content.encode())
    except ValueError:
        raise _drift(f"{where} is no JSON") from None
    if not isinstance(document, dict):
        raise _drift(f"{where} is no object")
    return document


def _section(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object `name` of `holder`, an empty one where there is none."""
    found = holder.get(name)
    return found if isinstance(found, Mapping) else {}


def _drift(what: str) -> SchemaDriftError:
    remedy = "Compare the page with connectors/zillow_page/README.md."
    return SchemaDriftError(f"A page of Zillow has changed: {what}.", provider=_PROVIDER, remedy=remedy)

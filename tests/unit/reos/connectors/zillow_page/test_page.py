import json
from datetime import date

import pytest

from reos.connectors.errors import SchemaDriftError
from reos.connectors.zillow_page.page import SavedPage, read_page
from reos.core.errors import InvalidInputError

HOME = {
    "zpid": 48000001,
    "streetAddress": "4529 Maple St",
    "city": "Auburn",
    "state": "WA",
    "zipcode": "98001",
    "price": 510000,
    "homeStatus": "FOR_SALE",
    "bedrooms": 3,
    "bathrooms": 2.5,
    "livingArea": 1820,
    "yearBuilt": 1981,
    "zestimate": 500000,
    "rentZestimate": 2105,
    "resoFacts": {"lotSize": "9,287 sqft"},
    "homeValueChartData": [
        {"points": [{"x": 1759190400000, "y": 495000}, {"x": 1756598400000, "y": 490000}], "name": "This home"},
        {"points": [{"x": 1756598400000, "y": 1}], "name": "98001"},
    ],
}
SAVED = SavedPage(
    zpid="48000001",
    street_address="4529 Maple St",
    city="Auburn",
    state="WA",
    zip5="98001",
    price=510_000,
    home_status="FOR_SALE",
    bedrooms=3,
    bathrooms=2.5,
    living_sqft=1820,
    lot_sqft=9287,
    year_built=1981,
    zestimate=500_000,
    rent_zestimate=2105,
    value_history=((date(2025, 8, 31), 490_000), (date(2025, 9, 30), 495_000)),
)


def cache(**changes):
    query = 'ForSaleFullRenderQuery{"zpid":48000001,"platform":"DESKTOP_WEB"}'
    return {"OtherQuery{}": {"viewer": None}, query: {"property": HOME | changes}}


def page(content, script='<script id="__NEXT_DATA__" type="application/json">'):
    document = content if isinstance(content, str) else json.dumps(content)
    head = "<html><head><script>var a = 1;</script></head><body><p>4529 Maple</p>"
    return f"{head}{script}{document}</script></body></html>"


def today(held):
    return page({"props": {"pageProps": {"componentProps": {"gdpClientCache": held}}}})


def before(held):
    return page({"props": {"pageProps": {"gdpClientCache": held}}})


@pytest.mark.parametrize("shape", [today, before])
@pytest.mark.parametrize("form", [json.dumps, dict])
def test_both_places_of_the_cache_are_read(shape, form):
    assert read_page(shape(form(cache()))) == SAVED


@pytest.mark.parametrize(
    ("lot", "sqft"),
    [("0.25 Acres", 10_890), ("1 acre", 43_560), ("6,098 Square Feet", 6098), ("--", None), (None, None)],
)
def test_a_lot_is_in_square_feet(lot, sqft):
    assert read_page(today(cache(resoFacts={"lotSize": lot}))).lot_sqft == sqft


def test_what_a_page_does_not_say_stays_unknown():
    silent = {name: None for name in HOME if name != "zpid"}
    assert read_page(today(cache(**silent))) == SavedPage("48000001")


def test_an_address_in_an_object_of_its_own_is_read():
    nested = {"streetAddress": "4529 Maple St", "city": "Auburn", "state": "WA", "zipcode": "98001"}
    without = dict.fromkeys(nested) | {"address": nested}
    assert read_page(before(json.dumps(cache(**without)))) == SAVED


@pytest.mark.parametrize(
    "html",
    ["", "<html><h1>Access to this page has been denied</h1></html>", page("", script="<script>"), page(" ")],
)
def test_a_page_without_data_is_told(html):
    with pytest.raises(InvalidInputError, match="no data of a home"):
        read_page(html)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        (page('{"props": '), "__NEXT_DATA__ is no JSON"),
        (page([]), "__NEXT_DATA__ is no object"),
        (page({"props": {"pageProps": {}}}), "neither below componentProps nor below pageProps"),
        (today("{"), "gdpClientCache is no JSON"),
        (today({"Query{}": {"viewer": {}}}), "no query of its cache has a property"),
        (today(cache(bedrooms="many")), "expected a number"),
        (today(cache(resoFacts={"lotSize": "3 fields"})), "expected an area"),
        (today(cache(homeValueChartData=[{"points": [1]}])), "a point of the chart"),
    ],
)
def test_data_that_are_not_where_they_were_are_drift(html, message):
    with pytest.raises(SchemaDriftError, match=message):
        read_page(html)

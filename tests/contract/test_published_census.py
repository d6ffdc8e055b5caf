"""Recorded answers of the Census geocoder, where they are at hand, and one of our own of each form."""

import json
from pathlib import Path
from typing import Any

import pytest

from reos.connectors.census_geocoder.answers import Reading, parse_batch, parse_one, read
from reos.connectors.census_geocoder.geographies import parse_coordinates

PUBLISHED = Path(__file__).resolve().parents[3] / "shared/contracts/samples/census"
OURS = Path(__file__).parents[1] / "unit/reos/connectors/census_geocoder/found.200.json"
LINES = '"1","x","Match","Exact","3 A ST, NEW YORK, NY, 10003","-73.98,40.73","5","R","36","061","005000","1002"\n'
AREAS = {"result": {"geographies": {"Census Tracts": [{"GEOID": "36061005000"}]}}}


def recorded(form: str) -> list[tuple[str, Any]]:
    """Return (name, body) of the answers of a form; ours is always among them."""
    ours = {"one": json.loads(OURS.read_text()), "lines": LINES, "areas": AREAS}[form]
    found = [("ours", ours)]
    for path in sorted(PUBLISHED.glob("geocoder_*.json")):
        told = json.loads(path.read_text())
        kind = "lines" if "body_text" in told else "one" if "addressMatches" in told["body"]["result"] else "areas"
        if kind == form:
            found.append((path.name, told.get("body") or told["body_text"]))
    return found


def located(reading: Reading) -> bool:
    return reading.location is not None and 24 < reading.location.latitude < 50 and reading.location.longitude < -66


@pytest.mark.parametrize(("name", "body"), recorded("one"))
def test_an_answer_about_one_address_has_its_place(name: str, body: Any) -> None:
    reading = read(parse_one(body))
    assert located(reading), name
    asked = "geographies" in body["result"]["addressMatches"][0]
    assert (reading.location.geographies is not None) == asked
    assert not asked or len(reading.location.geographies.tract) == 11


@pytest.mark.parametrize(("name", "text"), recorded("lines"))
def test_a_file_of_answers_has_a_reading_a_line(name: str, text: str) -> None:
    ids = [line.split('"')[1] for line in text.splitlines()]
    readings = [read(body) for body in parse_batch(text.encode(), ids).values()]
    assert len(readings) == len(ids), name
    assert all(located(reading) or reading.reason == "no_match" for reading in readings)


@pytest.mark.parametrize(("name", "body"), recorded("areas"))
def test_an_answer_about_a_point_has_its_tract(name: str, body: Any) -> None:
    assert len(parse_coordinates(body).tract or "") == 11, name

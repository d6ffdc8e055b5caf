"""A file of address points, loaded as the loader does it, places the properties that wait for it."""

import json
from pathlib import Path
from typing import Any

import pytest

from reos.pipeline.load_reference_file import load_openaddresses


def feature(number: int, **more: Any) -> str:
    named = {"number": str(number), "street": "N OAK ST", "city": "AUBURN", "region": "WA", "postcode": "98001"}
    properties = {"hash": f"{number:016x}", "unit": "", "district": "", "id": "", **named, **more}
    point = {"type": "Point", "coordinates": [-122.2, round(47.5 + number / 10_000, 6)]}
    return json.dumps({"type": "Feature", "properties": properties, "geometry": point})


@pytest.fixture
def load(bench, tmp_path: Path):
    def run(name: str, numbers: range):
        path = tmp_path / f"{name}.geojson"
        path.write_text("\n".join(feature(number) for number in numbers))
        given = {"settings": bench.given["settings"], "clock": bench.clock}
        return load_openaddresses(bench.conn, "us/wa/king", file=path, accept_drop=True, **given)

    return run


def test_a_load_places_what_was_known_before_it_and_withdraws_what_it_removes(bench, load):
    north, south = bench.tenants
    homes = [bench.lead(tenant, "12 Oak, Auburn, WA 98001") for tenant in (north, south)]
    bench.fault("500")
    assert (bench.run().points, bench.queued()) == (0, 2)  # the geocoder is down, so they wait
    load("first", range(1, 40))
    report = bench.run()
    assert (report.points, report.flagged, bench.queued()) == (2, 0, 0)
    for home in homes:
        (row,) = bench.points(home)
        assert (row["source"], row["quality"], row["licence"]) == ("openaddresses", "rooftop", "open")
        assert row["latitude"] == pytest.approx(47.5012)
        assert row["distance_m"] == pytest.approx(89, abs=2)  # the middle of 1 … 39 is 20, eight ten-thousandths off
        assert row["body"]["match"] == "block"

    load("again", range(1, 40))
    assert bench.queued() == 0
    load("second", range(13, 60))
    assert bench.queued() == 2
    bench.run()
    reasons = [row["reason"] for home in homes for row in bench.points(home)]
    assert reasons == ["No loaded address point fits any more."] * 2

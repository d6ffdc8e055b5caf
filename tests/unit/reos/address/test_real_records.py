"""Real parcel numbers and addresses: a few here, thousands more where the shared data lies beside the repository."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from reos.address import Components, county_fips, parcel_key, parse
from reos.address.unit import unit_key

SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data"
BOROUGHS = {"1": "36061", "2": "36005", "3": "36047", "4": "36081", "5": "36085"}

SAME_PARCEL = [
    ("CA", "Alameda", "5-385-4", "005 038500400"),
    ("CA", "Alameda", "3-27-38-1", "003 002703801"),
    ("IA", "Story", "526301100", "0526301100"),
    ("WA", "King", "030140-1620", "0301401620"),
    ("NY", "Queens", "4-13666-105", "4136660105"),
]
OTHER_PARCEL = [("CA", "Alameda", "10-765-44", "10-765-4-4"), ("NY", "NYC", "4-30-1311", "4-3013-11")]
OTHER_HOME = [
    ("62-04 69 PL, QUEENS, NY 11379", "62-04 69TH LANE, QUEENS, NY 11379"),
    ("30 WEST 13TH STREET, NEW YORK, NY 10011", "30 EAST 13TH STREET, NEW YORK, NY 10011"),
    ("330 HAVEN AVENUE, 6P, NEW YORK, NY 10033", "330 HAVEN AVENUE, GK, NEW YORK, NY 10033"),
    ("1516 FOLSOM ST #0 C, SAN FRANCISCO, CA 94103", "1516 FOLSOM ST #0 B, SAN FRANCISCO, CA 94103"),
    ("12 PARK AVE, RENO, NV 89501", "12 PARKS AVE, RENO, NV 89501"),
]


def rows(name: str) -> Iterator[dict[str, str]]:
    path = SHARED / name
    if path.exists():
        with path.open(encoding="utf-8", newline="") as text:
            yield from csv.DictReader(text)


def fips(state: str, county: str, apn: str) -> str:
    return BOROUGHS[apn[0]] if state == "NY" else county_fips(county, state)


def test_two_writings_of_a_parcel_have_one_key():
    pairs = [
        *SAME_PARCEL,
        *((r["state"], r["county"], r["apn_a"], r["apn_b"]) for r in rows("apn_equivalent_pairs.csv")),
    ]
    apart = [
        pair
        for pair in pairs
        if parcel_key(fips(*pair[:3]), pair[2]).hash != parcel_key(fips(*pair[:2], pair[3]), pair[3]).hash
    ]
    assert apart == []


@pytest.mark.parametrize("county", ["its own rule", "the safe rule"])
def test_two_parcels_that_look_alike_keep_their_keys(county: str):
    pairs = [
        *OTHER_PARCEL,
        *((r["state"], r["county"], r["apn_1"], r["apn_2"]) for r in rows("apn_must_not_match.csv")),
    ]
    known = county == "its own rule"
    merged = [
        pair
        for pair in pairs
        if parcel_key(fips(*pair[:3]) if known else "41051", pair[2]).canonical
        == parcel_key(fips(*pair[:2], pair[3]) if known else "41051", pair[3]).canonical
    ]
    assert merged == []


def test_two_homes_never_share_a_key():
    pairs = [*OTHER_HOME, *((r["a"], r["b"]) for r in rows("address_match_pairs.csv") if r["label"] == "0")]
    merged = [pair for pair in pairs if home(pair[0]) == home(pair[1])]
    assert merged == []


def home(text: str) -> Components | tuple[str, ...]:
    """Return what the key is made of, also for texts without a ZIP code, which have no key."""
    address = parse(text)
    parts = address.components
    street = (parts.number, parts.predirection, parts.street, parts.suffix, parts.postdirection, unit_key(parts.units))
    return (address.address_key or "", *street, parts.zip5 or parts.city)

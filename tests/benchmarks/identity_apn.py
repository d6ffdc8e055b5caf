"""Whether writings of one parcel number meet and look-alikes stay apart, on real numbers and with the county given."""

import csv
from collections.abc import Iterator
from pathlib import Path

from measures import Measure

from reos.address import ParcelKey, county_fips, parcel_key
from reos.core.errors import ReosError

_DATA = Path(__file__).parents[3] / "shared" / "data"
_BOROUGHS = {"1": "36061", "2": "36005", "3": "36047", "4": "36081", "5": "36085"}
_UNLISTED = "41051"  # a county whose form is not known: the safe rule alone must keep look-alikes apart


def measures() -> Iterator[Measure]:
    """Yield the look-alikes that merged, by the county's rule and by the safe rule, and the equivalents that met."""
    alike, equal = list(_rows("apn_must_not_match.csv")), list(_rows("apn_equivalent_pairs.csv"))
    merged = [row for row in alike if _meet(row, "apn_1", "apn_2")]
    unlisted = [row for row in alike if _meet(row, "apn_1", "apn_2", fips=_UNLISTED)]
    apart = [row for row in equal if not _meet(row, "apn_a", "apn_b")]
    for title, rows in (("two parcels with one key", merged + unlisted), ("one parcel with two keys", apart)):
        print(f"-- {title}: {len(rows)}")
        for row in rows:
            print(f"   {' | '.join(row.values())}")
    yield Measure("parcel numbers: look-alikes merged", len(merged), "= 0")
    yield Measure("parcel numbers: look-alikes merged in a county without rule", len(unlisted), "= 0")
    yield Measure("parcel numbers: equivalents equal, county given", 1 - len(apart) / len(equal), ">= 1")
    yield Measure("parcel numbers: equivalents", len(equal))


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def _meet(row: dict[str, str], one: str, other: str, *, fips: str = "") -> bool:
    keys = [_key(row, row[column], fips) for column in (one, other)]
    return None not in keys and keys[0] == keys[1]


def _key(row: dict[str, str], apn: str, fips: str) -> bytes | None:
    """Return the key's hash; None for a number that is refused. The data name New York's boroughs by their digit."""
    county = (
        fips or (_BOROUGHS.get(apn[:1], "") if row["state"] == "NY" else "") or county_fips(row["county"], row["state"])
    )
    try:
        return _hash(parcel_key(county, apn))
    except ReosError:
        return None


def _hash(key: ParcelKey) -> bytes:
    return key.hash

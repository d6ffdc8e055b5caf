"""A mailing list of homes in the county as people write them: most known by address alone, some in the sales file."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from string import capwords

from reos_local.sandbox.export import sold_parcels
from reos_local.sandbox.places import COUNTY_FIPS
from reos_local.sandbox.world import Parcel, enumerate_county, parcel

HEADER = ("address", "city", "state", "zip", "apn", "county_fips")
_SEARCHED = 60  # parcels from the head of the sales file, so that its shorter exports hold them too
_WORDS_OF_A_PLAIN_ADDRESS = 3  # as in 11786 FALLS ST


def mailing_list_text(seed: int, homes: int) -> str:
    """Return the list as CSV text.

    After a head of homes that the sales file has too (one by its number, some by address, a street without its type)
    come `homes` others by address.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    sold = [home for home in islice(sold_parcels(seed), _SEARCHED) if home.address]
    writer.writerow(("", "", "WA", "", f"{sold[0].apn[:6]}-{sold[0].apn[6:]}", COUNTY_FIPS))
    writer.writerows(_row(home, capwords(home.address or "")) for home in sold[1:4])
    writer.writerows(_doubtful(sold[4:]))
    writer.writerows(_row(home, capwords(home.address or "")) for home in islice(_unsold(seed), homes))
    return out.getvalue()


def _unsold(seed: int) -> Iterator[Parcel]:
    """Yield homes that the sales file does not have."""
    for apn in enumerate_county(seed):
        home = parcel(seed, apn)
        if home.address and not home.vacant and not home.sales:
            yield home


def _doubtful(homes: list[Parcel]) -> Iterator[tuple[str, ...]]:
    """Yield a street without its type, and the same with another: which of the county's streets is it?"""
    for home in homes:
        words = capwords(home.address or "").split()
        if len(words) == _WORDS_OF_A_PLAIN_ADDRESS and words[-1] == "St":
            yield _row(home, " ".join(words[:-1]))
            yield _row(home, " ".join([*words[:-1], "Pl"]))
            return


def _row(home: Parcel, address: str) -> tuple[str, ...]:
    return (address, home.place.city, "WA", home.place.zip5, "", "")

from uuid import UUID

import pytest

from reos.connectors.contract import LookupRequest
from reos.connectors.regrid.place import search_path


@pytest.mark.parametrize(
    ("fips", "path"),
    [
        ("53033", "/us/wa/king"),
        ("24033", "/us/md/prince-georges"),
        ("17163", "/us/il/st-clair"),
        ("22071", "/us/la/orleans"),
        ("02020", "/us/ak/anchorage"),
        ("24510", "/us/md/baltimore-city"),
        ("24005", "/us/md/baltimore"),
        ("51510", "/us/va/alexandria"),
        ("06037", "/us/ca/los-angeles"),
        ("00000", None),
    ],
)
def test_a_county_is_a_place_to_look_in(fips, path):
    assert search_path(LookupRequest(UUID(int=1), county_fips=fips, state="WA")) == path


def test_without_a_county_the_state_is():
    assert search_path(LookupRequest(UUID(int=1), state="WA")) == "/us/wa"
    assert search_path(LookupRequest(UUID(int=1), zip5="98178")) is None

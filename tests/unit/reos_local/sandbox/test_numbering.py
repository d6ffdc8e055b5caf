from hypothesis import given
from hypothesis import strategies as st

from reos_local.sandbox.numbering import SPACE, apn_at, position_of


@given(st.integers(0, SPACE - 1), st.integers(0, 50))
def test_every_parcel_number_stands_for_one_position_and_back(number: int, seed: int) -> None:
    apn = f"{number:010d}"
    position = position_of(seed, apn)
    assert 0 <= position < SPACE
    assert apn_at(seed, position) == apn


def test_another_seed_permutes_differently() -> None:
    apns = [f"{number:010d}" for number in range(20)]
    assert [position_of(1, apn) for apn in apns] != [position_of(2, apn) for apn in apns]

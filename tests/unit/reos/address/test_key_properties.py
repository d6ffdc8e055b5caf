"""What must hold for every address, not only for those that somebody thought of."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reos.address import AddressParts, from_parts, parcel_key, parse
from reos.address.city_words import may_hold_more
from reos.address.pub28 import CLOSING_TOWNS, DIRECTIONALS, SAINTS, STATES, SUFFIXES, UNITS

patient = settings(deadline=None)  # the first example loads the model

NAMES = (
    "MAIN",
    "OAK",
    "LA CIENEGA",
    "7TH",
    "MARTIN LUTHER KING",
    "BROADWAY",
    "ST MARYS",
    "LAKE VIEW",
    "COUNTY LINE",
    "Q",
)
DIRECTIONS = ("", "N", "S", "E", "W", "NE", "SW", "North", "south-west")
WORDS = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), min_size=1, max_size=9)

numbers = st.one_of(
    st.integers(1, 99999).map(str),
    st.tuples(st.integers(1, 999), st.sampled_from("ABCH")).map(lambda pair: f"{pair[0]}{pair[1]}"),
    st.tuples(st.integers(1, 240), st.integers(0, 99)).map(lambda pair: f"{pair[0]}-{pair[1]:02}"),
    st.integers(1, 999).map(lambda number: f"{number} 1/2"),
)
names = st.one_of(st.sampled_from(NAMES), st.lists(WORDS, min_size=1, max_size=3).map(" ".join))
units = st.one_of(
    st.just(""),
    st.tuples(
        st.sampled_from(("Apt", "Unit", "#", "Ste", "Bldg", "Floor", "Lot", "Spc", "")),
        st.integers(1, 9999),
        st.sampled_from(("", "A", "b")),
    ).map(lambda parts: f"{parts[0]} {parts[1]}{parts[2]}".strip()),
)
places = st.sampled_from(
    [("Seattle", "WA", "98101"), ("St. Paul", "Minnesota", "55102-1234"), ("N Las Vegas", "NV", "89030")]
)


@st.composite
def streets(draw: st.DrawFn):
    words = (
        draw(st.sampled_from(DIRECTIONS)),
        draw(names),
        draw(st.sampled_from(sorted(SUFFIXES))),
        draw(st.sampled_from(DIRECTIONS)),
    )
    return " ".join(word for word in words if word)


@st.composite
def parts(draw: st.DrawFn):
    city, state, zip_code = draw(places)
    return AddressParts(draw(streets()), draw(numbers), draw(units), city, state, zip_code)


@st.composite
def restyled(draw: st.DrawFn, text: str):
    """Write the same words with other case, spacing and stops."""
    text = draw(st.sampled_from((str.upper, str.lower, str.title, str)))(text)
    return draw(st.sampled_from((" ", "  ", "\t"))).join(text.split(" ")) + draw(st.sampled_from(("", " ", ".")))


@patient
@given(parts())
def test_normalising_twice_changes_nothing(given_parts: AddressParts):
    once = from_parts(given_parts)
    assume(once.is_valid)
    twice = parse(once.normalised)
    if twice.is_valid:  # free text that has a second reading is refused instead
        assert twice.normalised == once.normalised
        assert twice.address_key == once.address_key
    again = once.components
    place = {"city": again.city, "state": again.state, "zip_code": again.zip5}
    fields = from_parts(AddressParts(once.line, unit=once.unit, **place))
    assert (fields.line, fields.unit, fields.address_key) == (once.line, once.unit, once.address_key)


@patient
@given(
    st.one_of(
        st.text(max_size=60), parts().map(lambda p: f"{p.number} {p.street} {p.unit} {p.city} {p.state} {p.zip_code}")
    )
)
def test_text_never_raises_and_its_normal_form_is_stable(text: str):
    once = parse(text)
    assert bool(once.address_key) == once.is_valid
    if once.is_valid:
        assert parse(once.normalised).components == once.components


VOCABULARY = (
    *DIRECTIONALS, *sorted(SUFFIXES)[::9], *UNITS, *sorted(STATES)[::6], *sorted(SAINTS)[::12], *CLOSING_TOWNS, "MAIN",
    "BOX", "RR", "PO", "HWY", "COUNTY", "12", "4B", "98101", "98101-1234", "#", ",", "1/2", "10TH", "NEAR", "LA", "PHA",
    "GARDEN", "LEVEL", "CANADA", "0",
)  # fmt: skip


@patient
@given(st.integers(0, 999), st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=9))
def test_whatever_is_read_from_an_addresss_own_words_reads_the_same_again(number: int, words: list[str]):
    once = parse(f"{number} {' '.join(words)}")
    assert 0 <= once.confidence <= 0.99
    if once.is_valid:
        again = parse(once.normalised)
        assert (again.normalised, again.components) == (once.normalised, once.components)


@patient
@given(parts(), st.data())
def test_the_key_does_not_depend_on_case_or_spacing(given_parts: AddressParts, data: st.DataObject):
    restyled_parts = AddressParts(
        data.draw(restyled(given_parts.street)), given_parts.number, data.draw(restyled(given_parts.unit)),
        data.draw(restyled(given_parts.city)), given_parts.state, given_parts.zip_code,
    )  # fmt: skip
    assert from_parts(restyled_parts).address_key == from_parts(given_parts).address_key


@patient
@given(parts(), numbers)
def test_different_house_numbers_never_share_a_key(given_parts: AddressParts, number: str):
    assume(number.upper() != given_parts.number.upper())
    one, other = from_parts(given_parts), from_parts(AddressParts(**{**fields_of(given_parts), "number": number}))
    assume(one.is_valid and other.is_valid)
    assert one.address_key != other.address_key


@patient
@given(parts(), units)
def test_different_units_never_share_a_key(given_parts: AddressParts, unit: str):
    one, other = from_parts(given_parts), from_parts(AddressParts(**{**fields_of(given_parts), "unit": unit}))
    assume(one.is_valid and other.is_valid)
    assume(identifier(unit) != identifier(given_parts.unit))
    assert one.address_key != other.address_key


@patient
@given(
    st.lists(st.integers(1, 9999).map(str), min_size=1, max_size=4),
    st.lists(st.integers(1, 9999).map(str), min_size=1, max_size=4),
)
def test_the_safe_parcel_rule_keeps_every_separator(one: list[str], other: list[str]):
    assume(one != other)
    assert parcel_key("41051", "-".join(one)).canonical != parcel_key("41051", ".".join(other)).canonical


def fields_of(given_parts: AddressParts):
    return {name: getattr(given_parts, name) for name in AddressParts._fields}


def identifier(unit: str):
    return unit.upper().split(" ")[-1]


HOUSE = "12 MAIN AVE"
LAST_LINES = ("SEATTLE WA 98101", "SEATTLE, WA 98101", ", SEATTLE, WA 98101", "SEATTLE WA", "ANN ARBOR MI 48104")


@patient
@given(st.lists(WORDS, min_size=1, max_size=2), st.sampled_from(LAST_LINES), st.sampled_from(("", "APT 4 ")))
def test_no_word_between_street_and_city_is_lost(extra: list[str], last_line: str, unit: str):
    assume(not begins_a_city(extra[0]))
    plain, longer = (parse(" ".join([HOUSE, *between, f"{unit}{last_line}"])) for between in ([], extra))
    assert plain.address_key is not None
    assert longer.address_key != plain.address_key


def begins_a_city(word: str) -> bool:
    """Tell whether a word may be the first of the city's name, and not of the house."""
    return not may_hold_more(f"{word} SEATTLE")

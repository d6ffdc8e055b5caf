import pytest

from reos.address import Address, Components, Problem, parse
from reos.address.unit import Unit

PROPERTY_OF = {
    Problem.EMPTY: "is_empty",
    Problem.TOO_LONG: "is_too_long",
    Problem.CONTROL_CHARACTERS: "has_control_characters",
    Problem.UNSUPPORTED_CHARACTERS: "has_unsupported_characters",
    Problem.FOREIGN: "is_foreign",
    Problem.NOT_AN_ADDRESS: "is_not_an_address",
    Problem.INTERSECTION: "is_intersection",
    Problem.AMBIGUOUS: "is_ambiguous",
    Problem.CONTRADICTION: "contradicts_itself",
    Problem.NO_HOUSE_NUMBER: "lacks_house_number",
    Problem.NO_STREET: "lacks_street",
    Problem.NO_UNIT_NUMBER: "lacks_unit_number",
    Problem.NO_PLACE: "lacks_place",
    Problem.UNKNOWN_STATE: "has_unknown_state",
    Problem.BAD_ZIP: "has_bad_zip",
    Problem.POST_OFFICE_BOX: "is_post_office_box",
}


def test_every_problem_has_its_property():
    assert set(PROPERTY_OF) == set(Problem)


@pytest.mark.parametrize("problem", Problem)
def test_a_property_tells_its_problem_and_no_other(problem: Problem):
    address = Address("x", Components(), (problem,))
    told = [name for name in PROPERTY_OF.values() if getattr(address, name)]
    assert told == [PROPERTY_OF[problem]]
    assert not address.is_valid
    assert address.explanation == problem.value


def test_the_lines_of_an_address():
    address = parse("123 N Main St Rear, Seattle, WA 98101-1234")
    assert (address.line, address.unit, address.last_line) == ("123 N MAIN ST", "REAR", "SEATTLE, WA 98101-1234")


def test_several_units_are_all_in_the_key():
    parts = Components("1", "", "PINE", "ST", "", (Unit("BLDG", "2"), Unit("APT", "4")), zip5="89501")
    assert Address("x", parts).address_key == "89501|1||PINE|ST||BLDG2/4"

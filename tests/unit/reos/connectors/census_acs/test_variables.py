import pytest

from reos.connectors.census_acs.variables import VariableClass, known_variables, read_variables
from reos.core.errors import ConfigurationError, InvalidInputError

GOOD = """\
tables:
  B25035: {class: housing_stock, title: Built, variables: {"001": median}}
  B02001: {class: demographic, title: Race, variables: {"002": White}}
missing: {"-": none}
"""


def test_every_variable_has_a_class_and_people_are_never_housing_stock():
    codes = known_variables().codes
    assert {"B25035_001", "B25002_003", "B25003_003", "B25064_001", "B25077_001", "B25103_001", "B25024_002"} <= {
        code for code, kind in codes.items() if kind is VariableClass.HOUSING_STOCK
    }
    assert {"B19013_001", "B02001_003", "B03002_012", "B01002_001", "B17001_002", "B25010_001", "B25071_001"} <= {
        code for code, kind in codes.items() if kind is VariableClass.DEMOGRAPHIC
    }
    housing = {code[:3] for code, kind in codes.items() if kind is VariableClass.HOUSING_STOCK}
    assert housing == {"B25"}  # the subject "housing" of the survey; all others describe people


def test_a_variable_that_is_not_declared_is_refused():
    assert known_variables().class_of("B25035_001") is VariableClass.HOUSING_STOCK
    with pytest.raises(InvalidInputError, match="B15003_022 is not declared"):
        known_variables().class_of("B15003_022")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class: demographic, ", "", "class"),
        ("demographic", "harmless", "class"),
        ('{"002": White}', "{}", "variables"),
        ('"002"', "two", "B02001_two is no variable"),
        ("B02001", "S0201", "S0201_002 is no variable"),
        ("missing", "absent", "missing"),
    ],
)
def test_a_list_that_is_wrong_says_where(tmp_path, old, new, message):
    path = tmp_path / "variables.yml"
    path.write_text(GOOD)
    assert len(read_variables(path).codes) == 2
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError, match=message):
        read_variables(path)

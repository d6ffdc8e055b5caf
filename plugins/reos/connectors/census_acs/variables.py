"""Which variables are asked, and which class each belongs to, as `variables.yml` has them: none is without a class."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from reos.core.errors import ConfigurationError, InvalidInputError

VARIABLES = Path(__file__).with_name("variables.yml")


class VariableClass(StrEnum):
    """What a variable describes: buildings, or people (or what stands close to it)."""

    HOUSING_STOCK = "housing_stock"
    DEMOGRAPHIC = "demographic"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Table(_Strict):
    """One table of the survey. `top` figures mean "this much or more"; below `least` there is no figure."""

    kind: VariableClass = Field(alias="class")
    title: str
    variables: dict[str, str] = Field(min_length=1)
    top: tuple[int, ...] = ()
    least: int | None = None


class Variables(_Strict):
    """The content of `variables.yml`."""

    tables: dict[str, Table]
    missing: dict[str, str]

    @model_validator(mode="after")
    def _named(self) -> "Variables":
        for code in self.codes:
            table, _, line = code.partition("_")
            if not (table[:1] in {"B", "C"} and table[1:6].isdecimal() and len(line) == 3 and line.isdecimal()):  # noqa: PLR2004 - three digits
                raise ValueError(f"{code} is no variable")
        return self

    @cached_property
    def codes(self) -> Mapping[str, VariableClass]:
        """Every variable without its suffix, as in B25035_001, with its class."""
        return {f"{name}_{line}": table.kind for name, table in self.tables.items() for line in table.variables}

    def class_of(self, code: str) -> VariableClass:
        """Return the class of a variable; `InvalidInputError` for one that is not declared."""
        if code not in self.codes:
            raise InvalidInputError(
                f"{code} is not declared, so nobody knows whether it describes people.",
                remedy="Add it with its class to connectors/census_acs/variables.yml.",
            )
        return self.codes[code]

    def table_of(self, code: str) -> Table | None:
        """Return the table of a variable, None when it is not declared."""
        return self.tables.get(code.partition("_")[0])


def read_variables(path: Path = VARIABLES) -> Variables:
    """Read the list; `ConfigurationError` says what is wrong with it."""
    try:
        return Variables.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise ConfigurationError(
            f"{path.name} is no list of variables: {error}", remedy="See the README beside it."
        ) from None


@lru_cache(maxsize=1)
def known_variables() -> Variables:
    """Return the shipped list, read on first use."""
    return read_variables()

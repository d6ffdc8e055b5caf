"""One county's field map, as its YAML file has it: where each fact is, and how its cells are read."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from reos.connectors.contract import FACT_NAMES
from reos.connectors.county_assessor.readers import COUNTY_READERS, Cells, first_of, joined, translated, weighed

_Column = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ParcelNumber(_Strict):
    """The county's parcel number: its column, and how many digits it is written with, punctuation removed.

    `numeric` says that the column holds a number, so that queries must not quote it.
    """

    column: str
    digits: int = Field(gt=0, le=30)
    numeric: bool = False


class FieldMap(_Strict):
    """Where a fact is: `column`, or `first` (the first that is not blank), `join` (texts), `total` (column → weight).

    `read` names a reader, `codes` translates; joined and summed cells need neither.
    """

    column: str | None = None
    first: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    total: dict[str, float] = {}
    read: str | None = None
    codes: dict[str, str | bool | None] | None = None

    @model_validator(mode="after")
    def _one_place_one_reader(self) -> "FieldMap":
        if sum(map(bool, (self.column, self.first, self.join, self.total))) != 1:
            raise ValueError("give one of `column`, `first`, `join` and `total`")
        wanted = 0 if self.join or self.total else 1
        if (self.read is not None) + (self.codes is not None) != wanted:
            raise ValueError("give either `read` or `codes`" if wanted else "`join` and `total` take no reader")
        if self.read is not None and self.read not in COUNTY_READERS:
            raise ValueError(f"`read` is one of {sorted(COUNTY_READERS)}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, in order."""
        return (self.column,) if self.column else (*self.first, *self.join, *self.total)

    @property
    def reader(self) -> Cells:
        """Return what reads the cells of those columns."""
        if self.join:
            return joined
        if self.total:
            return weighed(tuple(self.total.values()))
        return first_of(COUNTY_READERS[self.read] if self.read else translated(self.codes or {}))


class DataSet(_Strict):
    """One data set of a Socrata county: our column names, each with the names that the county has used for it.

    Our own name is tried first; a name that is not in the data set's description is passed over, and a column of which
    none is there is schema drift. Of a parcel's rows the one counts that is greatest in `newest` and has something in
    one of `filled`, then the one that is lowest in `lowest`. `years` bounds `newest` to that many years back.
    """

    id: str = Field(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")
    title: str
    apn: tuple[_Column, ...] = ("pin",)
    columns: dict[_Column, tuple[_Column, ...]]
    newest: str | None = None
    years: int | None = Field(default=None, gt=0)
    lowest: str | None = None
    filled: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _declared(self) -> "DataSet":
        used = {name for name in (self.newest, self.lowest, *self.filled) if name}
        if not used <= self.columns.keys():
            raise ValueError(f"not among the columns of {self.id}: {', '.join(sorted(used - self.columns.keys()))}")
        if self.years and not self.newest:
            raise ValueError("`years` needs `newest`")
        return self


class County(_Strict):
    """One county: an ArcGIS layer (`service`, `object_id`) or a Socrata domain with `datasets`, the first one leading.

    `url` is the public address of the layer or the domain; `polygons` says that the layer can be asked by point.
    """

    fips: str = Field(pattern=r"^\d{5}$")
    name: str
    driver: Literal["arcgis", "socrata"]
    url: str | None = None
    attribution: str
    service: str | None = Field(default=None, pattern=r"^[^/].*/(Feature|Map)Server/\d+$")
    object_id: str | None = None
    polygons: bool = False
    datasets: tuple[DataSet, ...] = ()
    apn: ParcelNumber
    fields: dict[str, FieldMap]
    ignored: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _whole(self) -> "County":
        unknown = sorted(self.fields.keys() - set(FACT_NAMES))
        if unknown:
            raise ValueError(f"no such facts: {', '.join(unknown)}")
        layer, sets = bool(self.service and self.object_id), bool(self.datasets)
        if (layer, sets) != (self.driver == "arcgis", self.driver == "socrata"):
            raise ValueError("arcgis takes `service` and `object_id`, socrata takes `datasets`")
        named = [name for each in self.datasets for name in each.columns]
        if len(set(named)) != len(named) or self.apn.column in named:
            raise ValueError("two data sets give columns of one name")
        missing = sorted(self.mapped_columns - {*named, self.apn.column}) if sets else []
        if missing:
            raise ValueError(f"no data set has {', '.join(missing)}")
        return self

    @cached_property
    def readers(self) -> tuple[tuple[str, tuple[str, ...], Cells], ...]:
        """Return for each fact its columns and what reads their cells."""
        return tuple((fact, field.columns, field.reader) for fact, field in self.fields.items())

    @cached_property
    def facts(self) -> frozenset[str]:
        """Return the facts that the county's rows can hold; a total follows from land and improvements."""
        parts = {"assessed_land", "assessed_improvements"} & self.fields.keys()
        return frozenset(self.fields.keys() | ({"assessed_value"} if parts else set()))

    @cached_property
    def mapped_columns(self) -> frozenset[str]:
        """Columns without which the county's data are not what we know."""
        read = {column for field in self.fields.values() for column in field.columns}
        return frozenset(read | {self.apn.column} | ({self.object_id} if self.object_id else set()))

    def address(self, base_url: str | None) -> str | None:
        """Return where the layer or the domain is: below `base_url` by county when that is set, else its public place.

        None when neither is known.
        """
        if base_url is None:
            return self.url
        base = f"{base_url.rstrip('/')}/{self.fips}"
        return f"{base}/arcgis/rest/services/{self.service}" if self.service else base

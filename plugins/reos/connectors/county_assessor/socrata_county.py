"""The Socrata driver: a county's data sets, joined by parcel number into one row a parcel.

A null cell is absent from a row, so only a data set's description tells whether a column is gone. It is read once a
run, and says by which of its names each column goes; the query renames it, so that rows come under our names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reos.connectors.county_assessor.driver import Row
from reos.connectors.county_assessor.field_map import County, DataSet
from reos.connectors.county_assessor.mapping import parcel_number
from reos.connectors.county_assessor.settings import SPEC
from reos.connectors.egress import Egress
from reos.connectors.errors import SchemaDriftError
from reos.connectors.socrata.soda import SodaDataset, literal
from reos.connectors.values import day, number
from reos.core.clock import Clock

_PARCELS = 50  # a list of so many numbers fits into a URL
_PAGE = 5_000


@dataclass(frozen=True)
class _Columns:
    """How a data set calls what we read: the parcel number, and each of our columns; with Socrata's types."""

    apn: str
    ours: Mapping[str, str]
    types: Mapping[str, str]

    def select(self, county: County) -> str:
        """Return the `$select` that gives our names."""
        renamed = {county.apn.column: self.apn, **self.ours}
        return ", ".join(theirs if theirs == our else f"{theirs} as {our}" for our, theirs in renamed.items())


@dataclass
class SocrataCounty:
    """The data sets of `county` at `base`, the county's domain."""

    egress: Egress
    county: County
    base: str
    clock: Clock
    token: str | None = None
    most: int = _PARCELS
    _known: dict[str, _Columns] = field(default_factory=dict)

    async def by_number(self, numbers: Sequence[str]) -> list[Row]:
        """Return one joined row a parcel that the first data set has."""
        parcels: dict[str, dict[str, object]] = {}
        for dataset in self.county.datasets:
            best = self._best(dataset, await self._rows(dataset, numbers))
            if dataset is self.county.datasets[0]:
                parcels = {apn: {} for apn in best}
            for apn, row in best.items():
                if apn in parcels:
                    parcels[apn] |= row
        return list(parcels.values())

    async def at(self, longitude: float, latitude: float) -> list[Row]:
        """Return nothing: these data sets have no shapes."""
        del longitude, latitude
        return []

    async def _rows(self, dataset: DataSet, numbers: Sequence[str]) -> list[Row]:
        remote = SodaDataset(self.egress, SPEC.provider, self.base, dataset.id, self.token)
        try:
            columns = await self._columns(remote, dataset)
            query = {"$select": columns.select(self.county), "$where": self._where(dataset, columns, numbers)}
            rows = await remote.all_rows(query, _PAGE)
        except SchemaDriftError:
            self._known.pop(dataset.id, None)
            raise
        if not all(row.get(self.county.apn.column) for row in rows):
            raise remote.drift(f"has a row without {self.county.apn.column}")
        return rows

    async def _columns(self, remote: SodaDataset, dataset: DataSet) -> _Columns:
        if dataset.id not in self._known:
            types = remote.column_types(await remote.describe())
            known = {our: _first(types, (our, *others)) for our, others in dataset.columns.items()}
            apn = _first(types, dataset.apn)
            gone = sorted(our for our, theirs in known.items() if theirs is None) + ([] if apn else [dataset.apn[0]])
            if gone or apn is None:
                raise SchemaDriftError(
                    f"{self.county.name}: data set {dataset.id} ({dataset.title}) has no column {', '.join(gone)}"
                    " any more.",
                    provider=SPEC.provider,
                    remedy=f"Add the column's new name to counties/{self.county.fips}.yml.",
                )
            self._known[dataset.id] = _Columns(apn, {our: str(theirs) for our, theirs in known.items()}, types)
        return self._known[dataset.id]

    def _where(self, dataset: DataSet, columns: _Columns, numbers: Sequence[str]) -> str:
        values = ", ".join(literal(each, columns.types[columns.apn]) for each in numbers)
        where = f"{columns.apn} in ({values})"
        if dataset.newest and dataset.years:
            newest = columns.ours[dataset.newest]
            since = literal(str(self.clock.now().year - dataset.years), columns.types[newest])
            where += f" AND {newest} >= {since}"
        return where

    def _best(self, dataset: DataSet, rows: Iterable[Row]) -> dict[str, Row]:
        """Return each parcel's row that counts, by parcel number."""
        best: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: _worth(dataset, row), reverse=True):
            apn = parcel_number(self.county, row.get(self.county.apn.column))
            if apn is not None:
                best.setdefault(apn, row)
        return best


def _first(types: Mapping[str, str], names: Iterable[str]) -> str | None:
    return next((name for name in names if name in types), None)


def _worth(dataset: DataSet, row: Row) -> tuple[bool, float, float]:
    filled = not dataset.filled or any(row.get(name) not in (None, "") for name in dataset.filled)
    newest, lowest = (_place(dataset, row, name) for name in (dataset.newest, dataset.lowest))
    return filled, newest, -lowest


def _place(dataset: DataSet, row: Row, name: str | None) -> float:
    """Return where a row stands by the number or the date in column `name`; blank comes before everything."""
    value = row.get(name) if name else None
    try:
        return number(value) or 0.0
    except ValueError:
        pass
    try:
        found = day(value)
    except ValueError as error:
        detail = f"Data set {dataset.id}, column {name}: {error}."
        raise SchemaDriftError(detail, provider=SPEC.provider) from None
    return float(found.toordinal()) if found else 0.0

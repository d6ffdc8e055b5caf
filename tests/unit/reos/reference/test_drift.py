"""Columns today against the declaration: what stops a load, and what is only told."""

import pytest

from reos.reference.drift import find_drift
from reos.reference.source import find_source

SOURCE = find_source("king_wa_parcels")
COLUMNS = dict(SOURCE.columns)


def test_the_declared_columns_are_no_drift():
    drift = find_drift(SOURCE, COLUMNS)
    assert (drift.refusal, drift.warnings) == (None, [])


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_any_missing_column_stops_and_is_named(name):
    drift = find_drift(SOURCE, {other: kind for other, kind in COLUMNS.items() if other != name})
    assert drift.refusal == f"column {name} is missing"


def test_a_renamed_column_is_missing_and_new():
    columns = {"PIN" if name == "APN" else name: kind for name, kind in COLUMNS.items()}
    drift = find_drift(SOURCE, columns)
    assert drift.missing == ("APN",)
    assert drift.new == ("PIN",)


def test_a_new_column_is_a_warning_once():
    columns = COLUMNS | {"ZONING": "esriFieldTypeString"}
    assert find_drift(SOURCE, columns).warnings == ["new column ZONING: nobody reads it yet"]
    assert find_drift(SOURCE, columns, before=columns).warnings == []


def test_a_parcel_number_that_became_a_number_stops():
    drift = find_drift(SOURCE, COLUMNS | {"APN": "esriFieldTypeDouble"})
    assert drift.refusal == "column APN is esriFieldTypeDouble instead of esriFieldTypeString"


def test_a_street_of_another_type_is_told_and_does_not_stop():
    drift = find_drift(SOURCE, COLUMNS | {"SITUS_ADDR": "esriFieldTypeXML"})
    assert drift.refusal is None
    assert drift.warnings == ["column SITUS_ADDR is esriFieldTypeXML instead of esriFieldTypeString"]


def test_an_ignored_column_that_goes_is_told_only_if_it_was_there():
    before = COLUMNS | {"OWNER_NAME": "esriFieldTypeString"}
    assert find_drift(SOURCE, COLUMNS).warnings == []
    assert find_drift(SOURCE, COLUMNS, before).warnings == ["column OWNER_NAME, which we ignore, is gone"]

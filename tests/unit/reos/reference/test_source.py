"""Sources as YAML: what ships is valid, and what is wrong with a file is said by name."""

import pytest
import yaml

from reos.core.errors import ConfigurationError, NotFoundError
from reos.reference.source import find_source, known_sources, read_source


def good() -> dict[str, object]:
    return {
        "name": "acme",
        "title": "Acme",
        "kind": "arcgis",
        "county_fips": "53033",
        "path": "x/FeatureServer/0",
        "attribution": "Acme",
        "licence": "public",
        "columns": {"APN": "esriFieldTypeString"},
        "fields": {"apn": "APN"},
    }


def written(tmp_path, **changes):
    path = tmp_path / "acme.yml"
    path.write_text(yaml.safe_dump(good() | changes))
    return path


def test_the_shipped_sources_are_an_arcgis_a_socrata_and_the_openaddresses_one():
    kinds = {name: source.kind for name, source in known_sources().items()}
    assert kinds["king_wa_parcels"] == "arcgis"
    assert kinds["cook_il_addresses"] == "socrata"
    assert kinds["openaddresses"] == "openaddresses"


def test_a_good_file_is_read(tmp_path):
    assert read_source(written(tmp_path)).read == {"APN"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"fields": {"apn": "PIN"}}, "PIN"),
        ({"edited": "LAST_EDIT"}, "LAST_EDIT"),
        ({"county_fips": None}, "county"),
        ({"fields": {"city": ["APN"]}}, "neither a parcel number nor a street"),
        ({"kind": "ftp"}, "kind"),
        ({"colour": "red"}, "colour"),
        ({"limits": {"drop": 7}}, "drop"),
        ({"name": "other"}, "Name the file after it"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(tmp_path, changes, told):
    with pytest.raises(ConfigurationError) as refused:
        read_source(written(tmp_path, **changes))
    assert told in str(refused.value)
    assert "acme.yml" in str(refused.value)


def test_a_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "acme.yml"
    path.write_bytes(b"name: [\xff")
    with pytest.raises(ConfigurationError, match=r"acme\.yml"):
        read_source(path)


def test_an_unknown_source_is_told_with_those_that_there_are():
    with pytest.raises(NotFoundError, match="king_wa_parcels"):
        find_source("king")
    with pytest.raises(NotFoundError, match="cook_il_addresses"):
        find_source("openaddresses", "arcgis", "socrata")


def test_a_column_that_filters_is_read_and_a_system_field_is_not_a_column():
    source = find_source("cook_il_addresses")
    assert "year" in source.read
    assert ":updated_at" not in source.read

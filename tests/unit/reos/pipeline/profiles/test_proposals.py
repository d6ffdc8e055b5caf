import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from reos.core.errors import InvalidInputError
from reos.pipeline.lead_files import open_leads
from reos.pipeline.lead_row import compile_rows
from reos.pipeline.profiles import parse_profile
from reos.pipeline.profiles.proposals import Proposal, as_document, propose

ASSESSOR = [
    {"PIN": "0902721410036", "BLDG_NUM": "7710", "PREFIX_DIR": " ", "STREETNAME": "IVERSON", "STREETTYPE": "AVE",
     "SUFFIX_DIR": "S", "CITY_USPS": "COTTAGE GROVE", "ZIP": "55016", "STATE": "MN", "OWN_ADD_L1": "1 OTHER ST",
     "OWN_CITY": "ELSEWHERE", "OWN_ZIP": "10001", "EMV_TOTAL": "221400.0", "YEAR_BUILT": "1974",
     "SALE_DATE": "10/1/1989"},
]  # fmt: skip


def proposed(path: Path, rows: Sequence[Mapping[str, object]], constants: Mapping[str, str] | None = None) -> Proposal:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return propose(path, constants=constants)


def columns(proposal: Proposal) -> dict[str, tuple[str, ...]]:
    return {line.to: line.columns for line in proposal.mapped}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parcels.ndjson"


def test_an_assessors_columns_are_recognised(path: Path):
    proposal = proposed(path, ASSESSOR)
    assert columns(proposal) == {
        "apn": ("PIN",),
        "address": ("BLDG_NUM", "PREFIX_DIR", "STREETNAME", "STREETTYPE", "SUFFIX_DIR"),
        "city": ("CITY_USPS",),
        "zip5": ("ZIP",),
        "state": ("STATE",),
        "assessed_value": ("EMV_TOTAL",),
        "year_built": ("YEAR_BUILT",),
        "sale_date": ("SALE_DATE",),
    }
    assert proposal.unused == ("OWN_ADD_L1", "OWN_CITY", "OWN_ZIP")
    assert "constants" in proposal.remarks[0]


def test_a_proposal_reads_its_file(path: Path):
    proposal = proposed(path, ASSESSOR, {"county_fips": "27163"})
    assert proposal.remarks == ()
    file = open_leads(path, proposal.profile)
    lead = compile_rows(proposal.profile, file)(next(file.rows()).cells)
    assert (lead.identity.county_fips, lead.identity.apn) == ("27163", "0902721410036")
    body = json.loads(lead.body)
    assert (body["address"], body["sale_date"], body["year_built"]) == ("7710 IVERSON AVE S", "1989-10-01", 1974)


def test_a_proposal_is_a_profile_that_can_be_kept(path: Path):
    proposal = proposed(path, ASSESSOR)
    for text in (proposal.as_yaml(), json.dumps(as_document(proposal.profile))):
        read = parse_profile("mine", text)
        assert read.name.startswith("custom-")
        assert read.model_copy(update={"name": proposal.profile.name}) == proposal.profile


def test_the_same_file_gets_the_same_proposal(path: Path):
    assert proposed(path, ASSESSOR).as_yaml() == proposed(path, ASSESSOR).as_yaml()


@pytest.mark.parametrize(
    ("row", "to", "found"),
    [
        ({"apn": "1", "Situs_City": "KENT"}, "city", ("Situs_City",)),
        ({"apn": "1", "SITEZIP": "98030"}, "zip5", ("SITEZIP",)),
        ({"apn": "1", "GIS.PROD.PARCELS.SITUS_ZIP": "98030"}, "zip5", ("GIS.PROD.PARCELS.SITUS_ZIP",)),
        ({"PARCELNUMB": "12-34"}, "apn", ("PARCELNUMB",)),
        ({"StreetNumb": "12", "FullStreet": "OAK ST"}, "address", ("StreetNumb", "FullStreet")),
        ({"strtnum": "12", "strtname": "OAK", "strttype": "ST"}, "address", ("strtnum", "strtname", "strttype")),
        ({"AddNum": "12", "St_Name": "OAK", "St_PosTyp": "ST"}, "address", ("AddNum", "St_Name", "St_PosTyp")),
        ({"address": "12", "street": "OAK ST"}, "address", ("address", "street")),
        ({"number": "12", "street": "OAK ST"}, "address", ("number", "street")),
        ({"location": "12 OAK ST"}, "address", ("location",)),
        ({"ADDRESS1": "12 OAK ST"}, "address", ("ADDRESS1",)),
        ({"apn": "1", "UNITTYPE": "APT", "UNITID": "4"}, "unit", ("UNITTYPE", "UNITID")),
        ({"apn": "1", "MAIL_CITY": "KENT"}, "city", None),
        ({"apn": "1", "owner_zip": "98030"}, "zip5", None),
        ({"apn": "1", "y": "47.5", "x": "-122.2"}, "latitude", ("y",)),
        ({"apn": "1", "y": "1271234.5", "x": "226987.1"}, "latitude", None),
        ({"apn": "1", "yr_built": "n/a"}, "year_built", None),
    ],
)
def test_names_are_read_as_people_write_them_and_held_to_their_values(
    path: Path, row: dict[str, str], to: str, found: tuple[str, ...] | None
):
    assert columns(proposed(path, [row])).get(to) == found


def test_a_column_without_a_telling_name_is_known_by_its_values(path: Path):
    rows = [
        {"apn": "1", "f1": "WA", "f2": "98030", "f3": "47.51121", "f4": "-122.25701", "f5": "7"},
        {"apn": "2", "f1": "OR", "f2": "97201-1234", "f3": "45.51121", "f4": "-122.65701", "f5": "8"},
    ]
    proposal = proposed(path, rows)
    assert columns(proposal) == {
        "apn": ("apn",), "state": ("f1",), "zip5": ("f2",), "latitude": ("f3",), "longitude": ("f4",),
    }  # fmt: skip
    assert [line.why for line in proposal.mapped] == ["its name", *["its values"] * 4]


def test_the_nearer_name_wins_and_the_other_column_is_left(path: Path):
    proposal = proposed(path, [{"parcel_id": "9", "apn": "1", "zipcode": "98030", "zip": "98031"}])
    assert (columns(proposal)["apn"], columns(proposal)["zip5"]) == (("apn",), ("zip",))
    assert proposal.unused == ("parcel_id", "zipcode")
    assert [each.why for each in proposal.left_out] == ["apn is read from apn", "zip5 is read from zip"]


def test_each_column_left_out_has_its_reason(path: Path):
    row = {"apn": "1", "OWN_CITY": "Elsewhere", "state": "42", "f7": "?", "streetname": "Main", "yr_built": "old"}
    proposal = proposed(path, [row, row])
    assert {each.column: each.why for each in proposal.left_out} == {
        "OWN_CITY": "it is about the owner or a bill, not the property",
        "state": "its name is that of state, but its values are not, as '42'",
        "f7": "its name is none that is known",
        "streetname": "it is street name alone, which is no address",
        "yr_built": "its name is that of year built, but its values are not, as 'old'",
    }
    assert "# Left out: f7: its name is none that is known.\n" in proposal.as_yaml()


def test_a_column_that_the_header_repeats_is_left_out_for_that(tmp_path: Path):
    path = tmp_path / "twice.csv"
    path.write_text("apn,city,city\n1,Seattle,Kent\n")
    assert {each.why for each in propose(path).left_out} == {"the header has it more than once"}


@pytest.mark.parametrize(
    ("value", "formats"),
    [("10/13/2014", ("%m/%d/%Y",)), ("13-Oct-14", ("%d-%b-%y",)), ("2014-10-13", ()), ("2014-10-13T00:00:00Z", ())],
)
def test_dates_are_proposed_with_their_format(path: Path, value: str, formats: tuple[str, ...]):
    proposal = proposed(path, [{"apn": "1", "sale date": value}])
    assert next(rule.formats for rule in proposal.profile.columns if rule.to == "sale_date") == formats


def test_a_geojson_proposal_has_the_geometry(path: Path):
    point = {"type": "Point", "coordinates": [-122.2, 47.5]}
    proposal = proposed(path, [{"type": "Feature", "properties": {"PARCELID": "1"}, "geometry": point}])
    assert columns(proposal)["latitude"] == ("geometry.latitude",)


def test_a_file_of_a_known_profile_is_given_that_profile(tmp_path: Path):
    path = tmp_path / "sales.csv"
    header = (
        "id,date,price,bedrooms,bathrooms,sqft_living,sqft_lot,floors,waterfront,view,condition,grade,sqft_above,"
        "sqft_basement,yr_built,yr_renovated,zipcode,lat,long,sqft_living15,sqft_lot15\n"
    )
    path.write_text(header)
    proposal = propose(path)
    assert proposal.profile.name == "king-county"
    assert "king-county" in proposal.remarks[0]


def test_a_file_without_parcel_or_address_is_refused_with_its_columns(tmp_path: Path):
    path = tmp_path / "shoes.csv"
    path.write_text("size,colour\n9,red\n")
    with pytest.raises(InvalidInputError, match=r"No column of shoes\.csv") as caught:
        propose(path)
    assert "size, colour" in (caught.value.remedy or "")


def test_a_column_twice_is_not_chosen_between(tmp_path: Path):
    path = tmp_path / "twice.csv"
    path.write_text("apn,address,address\n1,1 Main St,2 Main St\n")
    assert columns(propose(path)) == {"apn": ("apn",)}

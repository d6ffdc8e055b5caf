"""The Census's survey into the database: buildings for everybody, people for auditors, and nobody between them."""

import json

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from reos.connectors.census_acs.variables import VariableClass, known_variables
from reos.connectors.errors import ProviderAuthError, RecordNotFoundError, SchemaDriftError
from reos.core.errors import ConfigurationError, InvalidInputError
from reos.db import transaction
from reos.pipeline.load_market_acs import acs_areas, load_acs
from reos.reference.publish import LoadRefusedError

CODES = known_variables().codes
HOUSING = {code for code, kind in CODES.items() if kind is VariableClass.HOUSING_STOCK}


@pytest.fixture
def load(market):
    return lambda name="zcta", **more: load_acs(market.conn, name, **market.given(), **more)


@pytest.fixture
def auditor(database):
    """Return the rows of a query as the auditor sees them."""

    def ask(query):
        conn = database.connect("owner")
        with transaction(conn):
            conn.execute("set local role reos_auditor")
            return conn.execute(query).fetchall()

    return ask


def counts(report):
    return report.rows, report.added, report.changed, report.removed


def survey(*rows, only=None, header=("state", "county")):
    """Answer every query with these areas: `rows` are their codes, each figure is 7 or, for `only`, what it says."""
    figures = only or {}

    def answer(request):
        asked = request.url.params["get"].split(",")
        cells = [figures.get(name, "7") if name != "NAME" else "Somewhere" for name in asked]
        return httpx.Response(200, json=[[*asked, *header], *([*cells, *codes] for codes in rows)])

    return answer


def test_what_describes_buildings_and_what_describes_people_part(market, load, auditor):
    report = load()
    assert counts(report) == (70 * len(CODES), 70 * len(CODES), 0, 0)
    housing = {row["variable"] for row in market.rows("select distinct variable from raw.census_acs")}
    people = {row["variable"] for row in auditor("select distinct variable from audit.census_demographic")}
    assert housing == HOUSING
    assert people == set(CODES) - HOUSING
    assert "B19013_001" in people


def test_a_figure_keeps_its_margin_area_and_year(market, load):
    load()
    (row,) = market.rows("select * from raw.census_acs where geoid = '98103' and variable = 'B25035_001'")
    assert (row["geo_type"], row["year"], row["margin"], row["reason"]) == ("zcta", 2024, 3, None)
    assert 1900 < row["estimate"] < 2024


def test_codes_for_no_figure_become_nothing_with_a_reason(market, load):
    load("tract:53033")
    rows = market.rows("select * from raw.census_acs where estimate is null")
    assert {(row["reason"], row["margin"]) for row in rows} == {("too_few_samples", None)}
    assert {len(row["geoid"]) for row in rows} == {11}
    assert market.one("select count(*) from raw.census_acs where estimate < 0") == 0


def test_the_pipeline_fills_the_auditors_table_and_cannot_look_into_it(load, database):
    load("county")
    for role in ("pipeline", "app", "dbt", "quality"):
        conn = database.connect(role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("select * from audit.census_demographic")


@pytest.mark.parametrize(
    "statement", ["update audit.census_demographic set estimate = 1", "delete from audit.census_demographic"]
)
def test_the_pipeline_cannot_change_what_auditors_have(market, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(market.conn):
        market.conn.execute(statement)


def test_a_year_that_is_there_is_not_asked_for_again(market, load):
    load()
    asked = len(market.requests)
    assert counts(load()) == (0, 0, 0, 0)
    assert len(market.requests) - asked == 2  # is 2025 out? is 2024 still the latest?
    assert market.last_load()["message"] == "This year has been loaded."


def test_the_same_year_by_force_writes_nothing(market, load):
    load("county")
    before = market.rows("select xmin::text, * from raw.census_acs order by variable")
    assert counts(load("county", accept_drop=True)) == (len(CODES), 0, 0, 0)
    assert market.rows("select xmin::text, * from raw.census_acs order by variable") == before


def test_a_corrected_figure_replaces_the_old_one(market, load):
    market.answer = survey(("53", "033"))
    load("county", year=2023)
    market.answer = survey(("53", "033"), only={"B25064_001E": "1900"})
    assert counts(load("county", year=2023, accept_drop=True)) == (len(CODES), 0, 1, 0)
    assert market.one("select estimate from raw.census_acs where variable = 'B25064_001'") == 1900


def test_a_new_year_is_found_and_stands_beside_the_old_one(market, load):
    load("county")
    market.sandbox().put("/_acs/latest/2025")
    assert load("county").watermark == "2025"
    years = market.rows("select distinct year from raw.census_acs order by 1")
    assert [row["year"] for row in years] == [2024, 2025]


def test_the_ledger_tells_what_the_policy_said_of_each_class(market, load):
    load("county")
    told = market.last_load()
    assert (told["source"], told["kind"], told["version"][:5]) == ("census_acs:county", "census_acs", "2024:")
    asked = [each["inputs"] for each in told["progress"]["decisions"]]
    assert [each["action"] for each in asked] == ["sources:fetch", "data:reference", "data:reference"]
    assert [
        (each["resource"]["id"], each["resource"]["data_class"], each["context"]["purpose"]) for each in asked[1:]
    ] == [
        ("raw.census_acs", "housing-stock", "ingest"),
        ("audit.census_demographic", "protected", "audit-ingest"),
    ]
    assert "Census Bureau" in told["progress"]["attribution"]


def test_calls_have_at_most_fifty_variables_and_hold_every_one_once(market, load):
    load("tract:53033", year=2024)
    asked = [request.url.params["get"].split(",") for request in market.requests]
    assert max(map(len, asked)) <= 50
    assert sorted(code for names in asked for code in names if code != "NAME") == sorted(
        f"{code}{suffix}" for code in CODES for suffix in "EM"
    )
    assert {(request.url.params["for"], request.url.params["in"]) for request in market.requests} == {
        ("tract:*", "state:53 county:033")
    }


def test_a_variable_that_the_bureau_no_longer_has_stops_the_load(market, load):
    load("county")
    market.answer = lambda _request: httpx.Response(400, text="error: error: unknown variable 'B25103_001E'")
    with pytest.raises(SchemaDriftError, match="unknown variable 'B25103_001E'"):
        load("county", year=2025)
    assert market.last_load()["status"] == "refused"
    assert market.one("select count(*) from raw.census_acs") == len(HOUSING)


@pytest.mark.parametrize(
    ("rows", "header", "error", "message"),
    [
        ([("53", "033"), ("53", "033")], ("state", "county"), LoadRefusedError, "53033 twice"),
        ([], ("state", "county"), LoadRefusedError, "holds no area"),
        ([("98101",)], ("zip code tabulation area",), SchemaDriftError, "answers about a zcta"),
        ([("53", "33")], ("state", "county"), SchemaDriftError, "area code '33'"),
        ([("53", "033")], ("state", "county", "ucgid"), SchemaDriftError, "ucgid"),
    ],
)
def test_answers_that_are_not_believed_change_nothing(market, load, rows, header, error, message):
    market.answer = survey(*rows, header=header)
    with pytest.raises(error, match=message):
        load("county", year=2024)
    assert market.one("select count(*) from raw.census_acs") == 0
    assert market.last_load()["status"] == "refused"


def test_many_areas_fewer_are_not_believed_unless_a_person_does(market, load):
    market.answer = survey(*[("53", f"{number:03d}") for number in range(10)])
    load("county", year=2023)
    market.answer = survey(*[("53", f"{number:03d}") for number in range(8)])
    with pytest.raises(LoadRefusedError, match="8 areas where it had 10"):
        load("county", year=2024)
    load("county", year=2024, accept_drop=True)


@pytest.mark.parametrize(("key", "error"), [("x", ProviderAuthError), (None, ConfigurationError)])
def test_a_key_that_is_wrong_or_missing_is_told(market, key, error):
    given = market.given()
    settings = given["settings"].model_copy(update={"census_api_key": key and SecretStr(key)})
    with pytest.raises(error, match="REOS_CENSUS_API_KEY"):
        load_acs(market.conn, "county", **given | {"settings": settings})


def test_a_year_that_is_not_out_is_not_found(load):
    with pytest.raises(RecordNotFoundError, match="no such year"):
        load("county", year=2030)


@pytest.mark.parametrize("name", ["village", "tract", "zcta:53", "county:53033", "tract:5", "tract:wa"])
def test_areas_that_cannot_be_asked_for_are_refused_before_asking(market, load, name):
    with pytest.raises(InvalidInputError):
        load(name)
    assert market.requests == []


def test_tracts_are_kept_of_counties_with_properties(market, database, two_tenants):
    assert acs_areas(market.conn) == ["zcta", "county"]
    conn = database.connect("pipeline")
    with transaction(conn):
        conn.execute(
            "insert into app.property (tenant_id, property_id, county_fips, apn, apn_key, source)"
            " select tenant_id, gen_random_uuid(), '53033', '1', '1', 'lead' from unnest(%s::uuid[]) as t(tenant_id)",
            (list(two_tenants),),
        )
    assert acs_areas(market.conn) == ["zcta", "county", "tract:53033"]


def test_no_key_is_ever_written_down(market, load):
    market.answer = lambda request: httpx.Response(400, text=f"error: bad request {request.url}")
    with pytest.raises(Exception, match="bad request") as raised:
        load("county", year=2024)
    assert "sandbox-key" not in str(raised.value)
    assert "sandbox-key" not in json.dumps(market.last_load(), default=str)

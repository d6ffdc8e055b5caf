"""Zillow's research files into the database: what a load writes, what it leaves, what stops it."""

from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from reos.connectors.errors import ProviderUnavailableError, RecordNotFoundError, SchemaDriftError
from reos.connectors.zillow_research.settings import SPEC
from reos.core.errors import ConflictError, ForbiddenError, InvalidInputError
from reos.core.ids import new_id
from reos.db import transaction
from reos.pipeline.load_market import market_load
from reos.pipeline.load_market_zillow import load_zillow, research_files
from reos.reference import ledger
from reos.reference.publish import LoadRefusedError

HEAD = "RegionID,SizeRank,RegionName,RegionType,StateName,State,City,Metro,CountyName"
ABOUT = {
    "98101": '58101,30,98101,zip,WA,WA,Seattle,"Seattle-Tacoma-Bellevue, WA",King County',
    "2139": '58196,900,2139,zip,MA,MA,Cambridge,"Boston-Cambridge-Newton, MA-NH",Middlesex County',
}
MONTHS = ["2026-07-31", "2026-08-31", "2026-09-30"]


def file(months=MONTHS, head=HEAD, about=ABOUT, **values):
    """Return a file of the given months; `values` are cells by ZIP code as in z98101=[1, "", 3]."""
    rows = [f"{about[name]},{','.join(map(str, values['z' + name]))}" for name in about if "z" + name in values]
    return "\n".join([",".join([head, *months]), *rows]) + "\n"


BOTH = {"z98101": [500_000, 501_000, 502_000], "z2139": ["", "", 900_000.5]}


@pytest.fixture
def load(market, tmp_path):
    """Load a text as the file of home values by ZIP code."""

    def run(text, **more):
        path = tmp_path / "given.csv"
        path.write_text(text)
        return load_zillow(market.conn, "zhvi_zip", path=path, **market.given(), **more)

    return run


def counts(report):
    return report.rows, report.added, report.changed, report.removed


def values(market, name="98101"):
    query = """select i.month, i.value from raw.zillow_index i join raw.zillow_region r using (region_type, region_id)
                where series = 'zhvi' and region_type = 'zip' and region_name = %s order by 1"""
    return {row["month"].isoformat(): row["value"] for row in market.rows(query, name)}


def test_months_become_rows_and_blanks_none(market, load):
    assert counts(load(file(**BOTH))) == (4, 4, 0, 0)
    assert values(market) == {"2026-07-31": 500_000, "2026-08-31": 501_000, "2026-09-30": 502_000}
    assert values(market, "02139") == {"2026-09-30": 900_000.5}
    region = market.rows("select * from raw.zillow_region where region_name = '98101'")[0]
    assert (region["region_id"], region["state"], region["city"], region["size_rank"]) == (58101, "WA", "Seattle", 30)
    assert region["metro"] == "Seattle-Tacoma-Bellevue, WA"


def test_the_same_file_again_is_not_read_and_when_told_to_writes_nothing(market, load):
    load(file(**BOTH))
    before = market.rows("select xmin::text, * from raw.zillow_index order by region_id, month")
    assert counts(load(file(**BOTH))) == (0, 0, 0, 0)
    assert market.last_load()["message"] == "The file has not changed since its last load."
    assert counts(load(file(**BOTH), accept_drop=True)) == (4, 0, 0, 0)
    assert market.rows("select xmin::text, * from raw.zillow_index order by region_id, month") == before
    assert market.last_load()["watermark"] == "2026-09-30"


def test_a_new_month_is_added_a_revision_replaces_and_a_value_that_is_gone_goes(market, load):
    load(file(**BOTH))
    months = [*MONTHS, "2026-10-31"]
    report = load(file(months, z98101=[500_000, 501_000, 502_500, 503_000], z2139=["", "", "", 905_000]))
    assert counts(report) == (5, 2, 1, 1)
    assert values(market)["2026-09-30"] == 502_500
    assert values(market, "02139") == {"2026-10-31": 905_000}
    changed = market.rows("select count(*) as n from raw.zillow_index where load_id = %s", report.load_id)
    assert changed == [{"n": 3}]


def test_the_ledger_tells_decision_attribution_and_version(market, load):
    report = load(file(**BOTH))
    entry = market.last_load()
    assert (entry["source"], entry["kind"], entry["status"], entry["rows"]) == (
        *("zillow:zhvi_zip", "zillow_research", "done", 4),
    )
    assert entry["version"].startswith("sha256:")
    assert (entry["load_id"], entry["columns"]["RegionName"]) == (report.load_id, "text")
    progress = entry["progress"]
    assert "Zillow" in progress["attribution"]
    (decision,) = progress["decisions"]
    assert decision["allow"] is True
    assert decision["inputs"]["resource"]["licence"] == "open"


def test_only_the_file_that_names_regions_changes_their_names(market, load, tmp_path):
    load(file(**BOTH))
    other = tmp_path / "zori.csv"
    other.write_text(file(z98101=[2000, 2010, 2020]).replace("Seattle,", "Emerald City,", 1))
    assert counts(load_zillow(market.conn, "zori_zip", path=other, **market.given())) == (3, 3, 0, 0)
    city = "select city from raw.zillow_region where region_name = '98101'"
    assert market.one(city) == "Seattle"
    load(file(**BOTH).replace("Seattle,", "Emerald City,", 1))
    assert market.one(city) == "Emerald City"
    assert len(values(market)) == 3


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (file(**BOTH).replace("RegionName", "Region"), SchemaDriftError, "column RegionName is missing"),
        (file(months=["July", "August", "September"], **BOTH), SchemaDriftError, "no column is a month"),
        (file(**BOTH).replace("502000", "much"), SchemaDriftError, "row 2 .98101."),
        (file(**BOTH).replace(",zip,", ",city,"), SchemaDriftError, "a city among zip"),
        (file(z98101=["", "", ""]), LoadRefusedError, "holds no value"),
        (file(**BOTH) + f"{ABOUT['98101']},1,2,3\n", LoadRefusedError, "region 98101 twice"),
        (file(MONTHS[:2], z98101=[500_000, 501_000], z2139=["", 9]), LoadRefusedError, "ends in 2026-08"),
        (file(z98101=BOTH["z98101"]), LoadRefusedError, "1 regions where it had 2: 50% fewer"),
        (file(z98101=["", "", 1], z2139=["", "", 2]), LoadRefusedError, "2 values where it had 4: 50% fewer"),
        (HEAD[:-1], SchemaDriftError, "no column is a month"),
        (file(**BOTH)[:-15], ProviderUnavailableError, "breaks off in row 3"),
    ],
)
def test_what_is_not_believed_stops_and_leaves_the_old_data(market, load, text, error, message):
    load(file(**BOTH))
    with pytest.raises(error, match=message):
        load(text)
    assert (len(values(market)), len(values(market, "02139"))) == (3, 1)
    entry = market.last_load()
    assert entry["status"] == ("failed" if error is ProviderUnavailableError else "refused")
    assert entry["message"]
    assert counts(load(file(**BOTH))) == (0, 0, 0, 0)


def test_a_drop_that_a_person_accepts_is_taken(market, load):
    load(file(**BOTH))
    assert counts(load(file(z98101=BOTH["z98101"]), accept_drop=True)) == (3, 0, 0, 1)
    assert values(market, "02139") == {}


def test_a_new_column_is_told_and_stops_nothing(market, load):
    head = HEAD.replace("StateName", "Climate,StateName")
    about = {"98101": ABOUT["98101"].replace("zip,", "zip,wet,")}
    report = load(file(head=head, about=about, z98101=BOTH["z98101"]))
    assert report.warnings == ("new column Climate: nobody reads it yet",)
    assert market.last_load()["warnings"] == list(report.warnings)


def test_every_file_of_the_month_comes_from_the_store_and_a_second_time_nothing(market):
    reports = [load_zillow(market.conn, name, **market.given()) for name in research_files()]
    assert all(report.added == report.rows > 100 for report in reports)
    downloaded = len(market.requests)
    again = [load_zillow(market.conn, name, **market.given()) for name in research_files()]
    assert [counts(report) for report in again] == [(0, 0, 0, 0)] * len(reports)
    assert all("if-none-match" in request.headers for request in market.requests[downloaded:])
    assert list((market.state_dir / "downloads/zillow").iterdir()) == []
    assert market.one("select count(*) from raw.zillow_index") == sum(report.rows for report in reports)


@pytest.mark.parametrize("name", ["zhvi_state", "zhvf_metro"])
def test_files_that_are_not_loaded_by_default_are_loaded_by_name(market, name):
    report = load_zillow(market.conn, name, **market.given())
    assert report.added > 0
    since = market.rows("select distinct base_date from raw.zillow_index")
    assert since == [{"base_date": date(2026, 9, 30) if name == "zhvf_metro" else None}]


def test_a_new_month_at_zillow_adds_one_value_a_region(market):
    load_zillow(market.conn, "zhvi_zip", **market.given())
    assert market.sandbox().put("/_zillow/until/2026-10").status_code == 200
    report = load_zillow(market.conn, "zhvi_zip", **market.given())
    assert (report.added, report.changed, report.removed, report.watermark) == (70, 70, 0, "2026-10-31")


def test_a_file_that_is_gone_says_where_its_name_stands(market):
    market.answer = lambda _request: httpx.Response(403, text="<Error/>")
    with pytest.raises(RecordNotFoundError, match=r"files\.yml"):
        load_zillow(market.conn, "zhvi_zip", **market.given())
    assert market.last_load()["status"] == "failed"


def test_a_file_of_this_machine_that_is_not_there_is_told(market, tmp_path):
    with pytest.raises(InvalidInputError, match=r"gone\.csv"):
        load_zillow(market.conn, "zhvi_zip", path=tmp_path / "gone.csv", **market.given())


def test_a_policy_that_refuses_stops_before_anything_is_fetched(market):
    pages = replace(SPEC, licence="prohibited")
    with pytest.raises(ForbiddenError, match="terms forbid"):  # noqa: SIM117 - the block must not be reached
        with market_load(market.conn, pages, "zillow:pages", clock=market.clock, new_id=new_id):
            pytest.fail("it was let in")
    entry = market.last_load()
    assert (entry["status"], entry["progress"]["decisions"][0]["allow"]) == ("refused", False)


def test_two_loads_of_one_file_do_not_meet(market, database):
    holder = database.connect("pipeline")
    with ledger.exclusive(holder, "zillow:zhvi_zip"), pytest.raises(ConflictError, match="being loaded already"):
        load_zillow(market.conn, "zhvi_zip", **market.given())


def test_readers_may_read_and_not_write(load, database):
    load(file(**BOTH))
    for role in ("app", "dbt", "quality"):
        conn = database.connect(role)
        with transaction(conn):
            assert conn.execute("select count(*) as n from raw.zillow_index").fetchone() == {"n": 4}
            for privilege in ("insert", "update", "delete"):
                allowed = f"select has_table_privilege('raw.zillow_index', '{privilege}') as yes"
                assert conn.execute(allowed).fetchone() == {"yes": False}


def test_a_load_that_was_killed_is_set_right_by_the_next(market, load):
    with transaction(market.conn):
        market.conn.execute(
            "insert into app.reference_load (load_id, source, kind, mode, started_at)"
            " values (gen_random_uuid(), 'zillow:zhvi_zip', 'zillow_research', 'full', %s)",
            (market.clock.now() - timedelta(hours=1),),
        )
    load(file(**BOTH))
    statuses = market.rows("select status from app.reference_load order by started_at")
    assert statuses == [{"status": "failed"}, {"status": "done"}]

from datetime import date
from itertools import islice

import pytest

from reos.connectors.errors import ProviderUnavailableError, SchemaDriftError
from reos.connectors.zillow_research.settings import ResearchFile
from reos.connectors.zillow_research.wide import Region, read_wide

ZIP = ResearchFile(series="zori", path="zori/a.csv", regions=("zip",))
METRO = ResearchFile(series="zhvi", path="zhvi/a.csv", regions=("country", "msa"))
STATE = ResearchFile(series="zhvi", path="zhvi/a.csv", regions=("state",))
COUNTY = ResearchFile(series="zhvi", path="zhvi/a.csv", regions=("county",))
FORECAST = ResearchFile(series="zhvf_growth", path="zhvf_growth/a.csv", regions=("country", "msa"))

ZIPS = """\
RegionID,SizeRank,RegionName,RegionType,StateName,State,City,Metro,CountyName,2025-07-31,2025-08-31,2025-09-30
61639,30,10025,zip,NY,NY,New York,"New York-Newark-Jersey City, NY-NJ-PA",New York County,3000,,3100.5
58196,900,2139,zip,MA,MA,Cambridge,"Boston-Cambridge-Newton, MA-NH",Middlesex County,2900,2910,
"""
METROS = """\
RegionID,SizeRank,RegionName,RegionType,StateName,2000-01-31,2000-02-29
102001,0,United States,country,,122095.33,122310.14
394913,1,"New York, NY",msa,NY,219565.59,220498.62
"""
STATES_FILE = """\
RegionID,SizeRank,RegionName,RegionType,StateName,2000-01-31
9,0,California,state,,188229.4
12,26,District of Columbia,state,,147000
"""
COUNTIES = """\
RegionID,SizeRank,RegionName,RegionType,StateName,State,Metro,StateCodeFIPS,MunicipalCodeFIPS,2000-01-31
207,12,King County,county,WA,WA,"Seattle-Tacoma-Bellevue, WA",53,033,256000
3101,0,Autauga County,county,AL,AL,"Montgomery, AL",1,1,90000
"""
GROWTH = """\
RegionID,SizeRank,RegionName,RegionType,StateName,BaseDate,2026-09-30,2027-08-31
394913,1,"New York, NY",msa,NY,2026-08-31,0.2,-1.4
"""


def read(text, file):
    wide = read_wide(text.splitlines(keepends=True), file)
    return wide.layout, list(wide.rows)


def test_a_region_keeps_its_months_side_by_side_and_blanks_are_missing():
    layout, (first, second) = read(ZIPS, ZIP)
    assert layout.months == (date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 30))
    assert (first.values, second.values) == ((3000.0, None, 3100.5), (2900.0, 2910.0, None))
    assert first.region == Region(
        *("zip", 61639, "10025", "NY", "New York", "New York-Newark-Jersey City, NY-NJ-PA", "New York County"),
        size_rank=30,
    )


def test_a_zip_code_that_lost_its_zeros_gets_them_back():
    assert [row.region.region_name for row in read(ZIPS, ZIP)[1]] == ["10025", "02139"]


def test_the_country_has_no_state_and_commas_in_quotes_are_text():
    _, (country, metro) = read(METROS, METRO)
    assert (country.region.region_type, country.region.state, country.region.region_name) == (
        *("country", None, "United States"),
    )
    assert (metro.region.region_name, metro.region.state, metro.values) == (
        "New York, NY",
        "NY",
        (219565.59, 220498.62),
    )


def test_a_state_without_state_name_is_known_by_its_own():
    assert [(row.region.region_name, row.region.state) for row in read(STATES_FILE, STATE)[1]] == [
        *(("California", "CA"), ("District of Columbia", "DC"))
    ]


def test_a_county_has_its_code_with_all_five_digits():
    assert [(row.region.county_fips, row.region.county_name) for row in read(COUNTIES, COUNTY)[1]] == [
        *(("53033", "King County"), ("01001", "Autauga County"))
    ]


def test_a_forecast_may_fall_and_says_since_when():
    (row,) = read(GROWTH, FORECAST)[1]
    assert (row.values, row.base_date) == ((0.2, -1.4), date(2026, 8, 31))


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm():
    layout, rows = read("\ufeff" + METROS.replace("\n", "\r\n"), METRO)
    assert (layout.columns[0], len(rows)) == ("RegionID", 2)


def test_a_column_that_nobody_knows_is_told_and_not_read():
    layout, rows = read(METROS.replace("StateName", "StateName,Climate").replace("country,,", "country,,dry,")
                        .replace("msa,NY,", "msa,NY,wet,"), METRO)  # fmt: skip
    assert layout.warnings == ("new column Climate: nobody reads it yet",)
    assert rows[1].values == (219565.59, 220498.62)


def test_lines_are_taken_one_by_one():
    taken = []

    def lines():
        yield ZIPS.splitlines(keepends=True)[0]
        for number in range(1000):
            taken.append(number)
            yield f"{number},1,10025,zip,NY,NY,New York,M,C,1,2,3\n"

    wide = read_wide(lines(), ZIP)
    assert taken == []
    assert len(list(islice(wide.rows, 3))) == len(taken) == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("RegionName", "Region", "column RegionName is missing"),
        ("RegionID", "Id", "column RegionID is missing"),
        ("2025-07-31,2025-08-31,2025-09-30", "July,August,September", "no column is a month"),
        ("2025-07-31", "2025-07-30", "2025-07-30 is not the last day of a month"),
        ("2025-07-31", "2025-08-31", "column 2025-08-31 comes twice"),
        ("61639", "x1", "row 2 .10025."),
        ("2139,zip", "2139,postcode", "row 3 .2139.: unknown region type 'postcode'"),
        ("2139,zip", "2139,city", "a city among zip"),
        ("2139,zip", "Cambridge,zip", "'Cambridge' is no ZIP code"),
        ("2139,zip", ",zip", "a region without a name"),
        ("2910", "2 910", "could not convert"),
        ("2910", "nan", "expected a number"),
        ("MA,MA", "MA,ZZ", "unknown state 'ZZ'"),
    ],
)
def test_anything_odd_is_drift_with_its_place(old, new, message):
    with pytest.raises(SchemaDriftError, match=message):
        read(ZIPS.replace(old, new), ZIP)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "<html>Service unavailable</html>",
        '{"error": 1}',
        ZIPS[:-20],
        ZIPS[: ZIPS.index(" NY-NJ")],
    ],
)
def test_a_page_or_half_a_file_is_not_a_file(text):
    with pytest.raises(ProviderUnavailableError):
        read(text, ZIP)


def test_text_that_is_not_utf_8_is_drift(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(ZIPS.replace("Cambridge,", "Canyon\xf1,").encode("latin-1"))
    with path.open(encoding="utf-8", newline="") as lines, pytest.raises(SchemaDriftError, match="UTF-8"):
        list(read_wide(lines, ZIP).rows)

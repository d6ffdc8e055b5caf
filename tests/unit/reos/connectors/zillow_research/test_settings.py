import pytest

from reos.connectors.zillow_research.settings import SPEC, find_file, read_files, research
from reos.core.errors import ConfigurationError, NotFoundError

GOOD = """\
attribution: Acme
licence: open
series: {zhvi: Values}
files:
  one: {series: zhvi, path: zhvi/One.csv, regions: [zip]}
  two: {series: zhvi, path: zhvi/Two.csv, regions: [county]}
"""


def test_the_shipped_list_names_the_files_of_the_two_indices():
    files = research().files
    assert {file.series for file in files.values() if file.enabled} == {"zhvi", "zori"}
    assert find_file("zhvi_zip").path == "zhvi/Zip_zhvi_uc_sfrcondo_tier_0.33_0.67_sm_sa_month.csv"
    assert (SPEC.provider, SPEC.dataset, SPEC.licence) == ("zillow", "research_index", "open")
    assert "Zillow" in SPEC.attribution


def test_an_unknown_file_is_told_with_those_that_there_are():
    with pytest.raises(NotFoundError, match="zori_zip"):
        find_file("zhvi_moon")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[county]", "[zip]", "two files hold zhvi of zip"),
        ("{series: zhvi, path: zhvi/One.csv", "{series: zori, path: zhvi/One.csv", "unknown series zori"),
        ("zhvi/One.csv", "../One.csv", "path"),
        ("[zip]", "[galaxy]", "regions"),
        ("licence: open", "licence: [open", "is no list of files"),
    ],
)
def test_a_list_that_is_wrong_says_where(tmp_path, old, new, message):
    path = tmp_path / "files.yml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(ConfigurationError, match=message):
        read_files(path)

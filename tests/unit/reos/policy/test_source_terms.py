"""The terms of sources: the file is whole, every connector is in it, and what is not in it is used for nothing."""

from pathlib import Path
from uuid import UUID

import pytest

from reos.connectors.registry import SPECS
from reos.core.errors import ConfigurationError
from reos.core.settings import PROJECT_ROOT
from reos.policy.kernel import Action, Principal, decide
from reos.policy.source_terms import PURPOSES, all_terms, read_terms, terms_of

HERE = UUID(int=1)


def allowed(source: str, purpose: str, age_days: int = 1) -> bool:
    context = {"purpose": purpose, "age_days": age_days}
    return decide(Principal("enrichment", HERE), Action.SOURCES_USE, terms_of(source).resource(HERE), context).allow


def test_every_connector_has_terms_of_its_licence() -> None:
    assert {name: terms_of(name).licence for name in SPECS} == {name: spec.licence for name, spec in SPECS.items()}


def test_every_source_of_the_warehouse_has_terms_of_its_licence() -> None:
    lines = (PROJECT_ROOT / "dbt/seeds/source.csv").read_text().splitlines()
    names = lines[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in lines[1:]]
    assert {row["source"]: terms_of(row["source"]).licence for row in rows} == {
        row["source"]: row["licence"] for row in rows
    }


def test_public_data_serve_everything_and_unlisted_nothing() -> None:
    assert all(allowed("county_assessor", purpose) for purpose in PURPOSES)
    assert not any(allowed("found_on_a_forum", purpose) for purpose in PURPOSES)


def test_the_restricted_source_is_shown_for_a_month_and_serves_nothing_else() -> None:
    assert [purpose for purpose in PURPOSES if allowed("zillow_bridge", purpose)] == ["display"]
    assert allowed("zillow_bridge", "display", 30)
    assert not allowed("zillow_bridge", "display", 31)


def test_saved_pages_are_neither_fetched_nor_used() -> None:
    resource = terms_of("zillow_page").resource(HERE)
    decision = decide(Principal("enrichment", HERE), Action.SOURCES_FETCH, resource, {})
    assert (decision.allow, decision.policy_ids) == (False, ("prohibited-source",))
    assert not any(allowed("zillow_page", purpose) for purpose in PURPOSES)


def test_refused_purposes_reach_the_rules(tmp_path: Path) -> None:
    path = tmp_path / "terms.yml"
    path.write_text("sources: {acme: {licence: licensed, note: x, refuses: [export], cache_days: 3}}")
    terms = read_terms(path)["acme"]
    assert terms.resource(HERE).attributes == {"licence": "licensed", "refuses": ["export"], "cache_days": 3}


@pytest.mark.parametrize(
    "entry",
    [
        "{licence: free, note: x}",
        "{licence: open}",
        "{licence: open, note: x, colour: red}",
        "{licence: open, note: x, refuses: [astrology]}",
        "{licence: open, note: x, admits: display}",
        "{licence: open, note: x, cache_days: 0}",
        "{licence: open, note: x, cache_days: true}",
        "just text",
    ],
)
def test_malformed_terms_are_told_by_their_source(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "terms.yml"
    path.write_text(f"sources:\n  acme: {entry}\n")
    with pytest.raises(ConfigurationError, match="terms of acme"):
        read_terms(path)


@pytest.mark.parametrize("text", ["", "sources: []", "[]"])
def test_a_file_that_holds_no_terms_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "terms.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="no mapping `sources`"):
        read_terms(path)


def test_terms_say_where_they_are_unless_the_data_is_the_tenants_own() -> None:
    assert [name for name, terms in all_terms().items() if not terms.terms and terms.licence != "user"] == [
        "county_assessor"  # each county has its own, in its field map
    ]

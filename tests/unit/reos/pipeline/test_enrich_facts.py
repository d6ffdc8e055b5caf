"""The list of wanted facts: complete, and refused when it is not of the documented form."""

from datetime import timedelta

import pytest

from reos.connectors.contract import FACT_NAMES
from reos.core.errors import ConfigurationError
from reos.pipeline.enrich_facts import read_wanted_facts, required_facts, wanted_facts


def test_what_a_score_cannot_do_without_may_be_bought():
    assert set(required_facts()) == {"owner_name", "living_sqft", "beds", "year_built", "zoning"}


def test_every_wanted_fact_is_one_that_connectors_tell():
    assert set(wanted_facts()) <= set(FACT_NAMES)
    assert all(fact.max_age >= timedelta(days=1) for fact in wanted_facts().values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("facts: {}", "at least 1"),
        ("facts: {bedz: {need: required, max_age_days: 1}}", "unknown facts: bedz"),
        ("facts: {beds: {need: nice, max_age_days: 1}}", "need"),
        ("facts: {beds: {need: wanted, max_age_days: 0}}", "greater than 0"),
        ("facts: {beds: {need: wanted, max_age_days: 1, only_if: sunny}}", "only_if"),
        ("facts: [", "malformed"),
    ],
)
def test_a_malformed_list_is_refused(tmp_path, text, told):
    path = tmp_path / "wanted.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=told):
        read_wanted_facts(path)

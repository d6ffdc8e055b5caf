import ast
import importlib
from pathlib import Path
from uuid import UUID

import pytest

from reos.connectors import zillow_page
from reos.connectors.registry import SPECS
from reos.connectors.zillow_page.gate import may_read_pages, read_saved_page
from reos.core.errors import ConfigurationError, ForbiddenError, InvalidInputError
from reos.core.settings import Settings
from reos.policy.kernel import current_rules
from reos.policy.ruleset import load_rules

TENANT = UUID(int=7)


@pytest.fixture
def attempt():
    """Return what tries to read a page without data, and the decisions that were recorded."""
    decisions = []

    def run(*, on, rules=None):
        settings = Settings(zillow_page_reader=on)
        return read_saved_page("<html/>", settings=settings, tenant_id=TENANT, record=decisions.append, rules=rules)

    return run, decisions


def test_it_is_off_by_default(attempt):
    run, decisions = attempt
    assert Settings().zillow_page_reader is False
    with pytest.raises(ConfigurationError, match="research files or the Bridge"):
        run(on=False)
    assert decisions == []


def test_the_setting_alone_opens_nothing_and_the_refusal_is_recorded(attempt):
    run, decisions = attempt
    with pytest.raises(ForbiddenError, match="terms forbid") as refused:
        run(on=True)
    assert refused.value.context["rule"] == "prohibited-source"
    assert [(each.allow, each.resource.id) for each in decisions] == [(False, "zillow_page")]


def test_without_the_rule_that_forbids_it_still_nothing_permits_it(attempt):
    run, decisions = attempt
    with pytest.raises(ForbiddenError, match="Default deny"):
        run(on=True, rules=current_rules().without("prohibited-source"))
    assert decisions[0].policy_ids == ()


def test_the_policy_says_no_for_every_tenant():
    assert not any(may_read_pages(UUID(int=number)).allow for number in range(3))


def test_no_source_of_the_registry_reads_pages():
    assert "zillow_page" not in SPECS


def test_nothing_of_it_can_fetch_a_page():
    imported = set()
    for path in Path(zillow_page.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text())
        imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert not {name for name in imported if name.startswith(("httpx", "urllib", "http.client", "socket", "requests"))}
    assert "reos.connectors.egress" not in imported
    assert importlib.import_module(
        "reos.connectors.zillow_page.page"
    ).read_page  # what is read without the gate has no I/O


def test_with_a_permit_the_page_itself_is_judged(attempt):
    run, decisions = attempt
    permit = """
@id("permission-of-zillow")
@reason("Zillow has permitted it in writing.")
@needs("Zillow's written permission")
permit (principal, action == Action::"sources:fetch", resource == Source::"zillow_page");
"""
    files = dict(current_rules().without("prohibited-source").files)
    name = next(name for name, text in files.items() if '"prohibited-source"' in text)
    before, _, after = files[name].partition('@id("prohibited-source")')
    files[name] = before + after[after.index(";") + 1 :] + permit
    with pytest.raises(InvalidInputError, match="no data of a home"):
        run(on=True, rules=load_rules(files))
    assert decisions[0].policy_ids == ("permission-of-zillow",)

"""The only way to the reader of saved pages: a setting must switch it on, and the policy must permit it.

The setting alone opens nothing. The licence class of such pages is `prohibited`, which a rule forbids; whoever has
Zillow's permission writes a rule that says so, and it is recorded and replayed like every other.
"""

from collections.abc import Callable
from uuid import UUID

from reos.connectors.zillow_page.page import SavedPage, read_page
from reos.connectors.zillow_page.settings import LICENCE, SOURCE
from reos.core.errors import ConfigurationError, ForbiddenError
from reos.core.settings import Settings
from reos.policy.kernel import Action, Decision, Principal, Resource, decide
from reos.policy.ruleset import RuleSet

_ENRICHMENT = "enrichment"


def may_read_pages(tenant_id: UUID, rules: RuleSet | None = None) -> Decision:
    """Return the policy's word on saved pages of Zillow, under the rules in force unless others are given."""
    source = Resource("Source", tenant_id, SOURCE, {"licence": LICENCE})
    return decide(Principal(_ENRICHMENT, tenant_id), Action.SOURCES_FETCH, source, {}, rules)


def read_saved_page(
    html: str,
    *,
    settings: Settings,
    tenant_id: UUID,
    record: Callable[[Decision], object],
    rules: RuleSet | None = None,
) -> SavedPage:
    """Return what a page that a user saved says. `record` stores the policy's decision before anything is read.

    Raises `ConfigurationError` when the reader is off, `ForbiddenError` when the policy does not permit it, and what
    `read_page` raises.
    """
    if not settings.zillow_page_reader:
        raise ConfigurationError(
            "Saved pages of Zillow are not read.",
            remedy="Zillow's terms forbid collecting its pages; use its research files or the Bridge interface.",
        )
    decision = may_read_pages(tenant_id, rules)
    record(decision)
    if not decision.allow:
        raise ForbiddenError(" ".join(decision.reasons), remedy=decision.remedy, rule=decision.rule)
    return read_page(html)

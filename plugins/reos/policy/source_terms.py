"""The terms of each source (`source_terms.yml`) as resources that the kernel decides on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

from reos.core.errors import ConfigurationError
from reos.policy.questions import Resource

SOURCE_TERMS = Path(__file__).with_name("source_terms.yml")
LICENCES = ("user", "public", "open", "licensed", "restricted", "prohibited")
PURPOSES = ("display", "memo", "export", "list", "score", "price", "mail", "sms", "email")

_REMEDY = "Correct reos/policy/source_terms.yml; its header describes the form."
_OPTIONAL = {"admits", "refuses", "cache_days", "terms"}


@dataclass(frozen=True)
class SourceTerms:
    """The licence class of a source and its conditions; `note` says what matters in the terms at `terms`."""

    source: str
    licence: str
    note: str
    admits: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    cache_days: int | None = None
    terms: str | None = None

    def resource(self, tenant_id: UUID) -> Resource:
        """Return the source as the tenant uses it."""
        conditions: dict[str, Any] = {"licence": self.licence}
        if self.admits:
            conditions["admits"] = list(self.admits)
        if self.refuses:
            conditions["refuses"] = list(self.refuses)
        if self.cache_days is not None:
            conditions["cache_days"] = self.cache_days
        return Resource("Source", tenant_id, self.source, conditions)


def terms_of(source: str) -> SourceTerms:
    """Return the terms of `source`; one that is not listed has the licence `unknown`, which every rule refuses."""
    return all_terms().get(source) or SourceTerms(source, "unknown", "Not listed in source_terms.yml.")


@lru_cache(maxsize=1)
def all_terms() -> Mapping[str, SourceTerms]:
    """Return the product's terms by source, read on first use."""
    return read_terms(SOURCE_TERMS)


def read_terms(path: Path) -> dict[str, SourceTerms]:
    """Read a file of terms; `ConfigurationError` names the source whose entry is not of the documented form."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = document.get("sources") if isinstance(document, dict) else None
    if not isinstance(entries, dict):
        raise ConfigurationError(f"{path.name} has no mapping `sources`.", remedy=_REMEDY)
    return {source: _terms(source, entry) for source, entry in entries.items()}


def _terms(source: str, entry: Any) -> SourceTerms:  # noqa: ANN401 - what a file holds
    required = {"licence", "note"}
    well_formed = isinstance(entry, dict) and required <= entry.keys() <= required | _OPTIONAL
    if not well_formed or entry["licence"] not in LICENCES or not _conditions_hold(entry):
        raise ConfigurationError(f"The terms of {source} are malformed: {entry!r}.", remedy=_REMEDY)
    admits, refuses = tuple(entry.get("admits", ())), tuple(entry.get("refuses", ()))
    return SourceTerms(source, **{**entry, "admits": admits, "refuses": refuses})


def _conditions_hold(entry: Mapping[str, Any]) -> bool:
    named = [entry.get("admits", []), entry.get("refuses", [])]
    purposes = all(isinstance(names, list) and set(names) <= set(PURPOSES) for names in named)
    days = entry.get("cache_days", 1)
    return purposes and type(days) is int and days > 0

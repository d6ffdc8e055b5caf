"""The wall between fairness data and everything that chooses people or prices, checked on dbt's manifest.

A column of a model, seed or source may say its `meta: {data_class: …}` (docs/policy.md); whether that class may feed a
score is asked of the kernel, so this check and the rules cannot drift apart. Columns that are named like a protected
class count as one, and the schema `audit` may be read by models in the folder `fairness` alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from reos.policy.kernel import decide
from reos.policy.questions import Action, Principal, Resource

DATA_CLASSES = ("property", "housing-stock", "person", "proxy", "protected", "sensitive", "audit")
FAIRNESS = "fairness"

_NOBODY = UUID(int=0)
_JUSTIFIED = ("reason", "alternative", "date")
_PROTECTED_WORDS = frozenset(
    [
        "race",
        "races",
        "racial",
        "ethnicity",
        "ethnic",
        "hispanic",
        "latino",
        "religion",
        "religious",
        "nationality",
        "ancestry",
        "immigrant",
        "sex",
        "gender",
        "disability",
        "disabled",
        "familial",
        "marital",
        "language",
        "crime",
    ]
)
# Tables of the American Community Survey on people: age and sex, race, Hispanic origin, ancestry, birth place, …
_ACS_OF_PEOPLE = re.compile(r"^[bc](0[1-7]|09|1[0-8]|20|21|22)\d{3}[a-i]?(_\d{3}[em]?)?$")
_READS_AUDIT = re.compile(r"\baudit\s*\.\s*[a-z_\"]", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)


def violations(manifest: Any) -> list[str]:  # noqa: ANN401 - dbt's manifest has no public type
    """Return what breaks the wall, in words; empty when it stands.

    `manifest` has `nodes` and `sources` by unique id; each node has `resource_type`, `fqn`, `columns`, `meta` and, a
    model, `depends_on.nodes` and `raw_code`.
    """
    return [
        *_unknown_classes(manifest),
        *(told for node in _models(manifest) if not _of_fairness(node) for told in _breaches(manifest, node)),
    ]


def lineage_of(manifest: Any, unique_id: str) -> set[str]:  # noqa: ANN401 - as above
    """Return the ids of everything that a node is computed from, itself included."""
    found: set[str] = set()
    waiting = [unique_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += getattr(getattr(manifest.nodes.get(current), "depends_on", None), "nodes", [])
    return found


def class_of(name: str, meta: Mapping[str, Any]) -> str:
    """Return the class of a column: what its meta says, else `protected` when it is named so, else `property`."""
    if "data_class" in meta:
        return str(meta["data_class"])
    named = _PROTECTED_WORDS & set(name.lower().split("_")) or _ACS_OF_PEOPLE.match(name.lower())
    return "protected" if named else "property"


def may_score(data_class: str) -> bool:
    """Ask the kernel whether reviewed data of this class may feed a score (a list, for who the owner is)."""
    purpose = "list" if data_class == "person" else "score"
    context = {"purpose": purpose, "reviewed": True, "justification": dict.fromkeys(_JUSTIFIED, True)}
    resource = Resource("DataField", _NOBODY, data_class, {"data_class": data_class})
    return decide(Principal("scoring", _NOBODY), Action.DATA_REFERENCE, resource, context).allow


def _models(manifest: Any) -> Iterator[Any]:  # noqa: ANN401
    return (node for node in manifest.nodes.values() if node.resource_type == "model")


def _of_fairness(node: Any) -> bool:  # noqa: ANN401
    return FAIRNESS in node.fqn


def _breaches(manifest: Any, node: Any) -> Iterator[str]:  # noqa: ANN401
    if _READS_AUDIT.search(_COMMENT.sub("", node.raw_code)):
        yield f"{node.name} names the schema audit in its SQL."
    for parent in sorted(lineage_of(manifest, node.unique_id)):
        found = manifest.nodes.get(parent) or manifest.sources.get(parent)
        if found is None:
            continue
        if getattr(found, "schema", "") == "audit":
            yield f"{node.name} is computed from {found.name} of the schema audit."
        for column, data_class in _walled_columns(found):
            yield f"{node.name} is computed from {found.name}.{column}, which is {data_class} data."


def _walled_columns(node: Any) -> Iterable[tuple[str, str]]:  # noqa: ANN401
    for name, column in node.columns.items():
        data_class = class_of(name, {**getattr(node, "meta", {}), **(column.meta or {})})
        if not may_score(data_class):
            yield name, data_class


def _unknown_classes(manifest: Any) -> Iterator[str]:  # noqa: ANN401
    for node in [*manifest.nodes.values(), *manifest.sources.values()]:
        for name, column in getattr(node, "columns", {}).items():
            said = (column.meta or {}).get("data_class", "property")
            if said not in DATA_CLASSES:
                yield f"{node.name}.{name} has the unknown data class {said!r}; known are {', '.join(DATA_CLASSES)}."

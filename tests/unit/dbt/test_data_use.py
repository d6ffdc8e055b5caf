"""The wall between fairness data and scores on dbt's manifest: the real one keeps it, and planted gaps are found."""

import csv
import re
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from reos.core.settings import PROJECT_ROOT, Settings
from reos.pipeline.score import MODELS
from reos.pipeline.warehouse import Dbt
from reos.policy.kernel import Action, Principal, decide
from reos.policy.lineage import DATA_CLASSES, class_of, lineage_of, may_score, violations
from reos.policy.source_terms import terms_of
from reos.property.queries import EXPORTED


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = Settings(state_dir=tmp_path_factory.mktemp("dbt"), db_dbt_url="postgresql://reos_dbt:x@nowhere/reos")  # type: ignore[arg-type]
    return Dbt(settings, date(2026, 6, 30)).manifest()


def test_nothing_that_scores_or_lists_reaches_fairness_data(manifest: Any) -> None:
    assert violations(manifest) == []


def test_the_lineage_of_the_scores_reaches_down_to_the_landing_tables(manifest: Any) -> None:
    ids = {node.name: node.unique_id for node in manifest.nodes.values() if node.resource_type == "model"}
    assert set(MODELS) <= ids.keys()
    reached = lineage_of(manifest, ids["fct_property_score"])
    assert {source for source in manifest.sources if "county_assessor" in source} & reached
    assert ids["int_property__scored"] in reached


@pytest.mark.parametrize(
    ("name", "meta", "expected"),
    [
        ("living_sqft", {}, "property"),
        ("single_family", {}, "property"),
        ("ethnicity", {}, "protected"),
        ("share_hispanic_or_latino", {}, "protected"),
        ("owner_race_code", {}, "protected"),
        ("b03002_012e", {}, "protected"),
        ("b25035_001e", {}, "property"),
        ("zip5", {"data_class": "proxy"}, "proxy"),
        ("race_track_distance", {"data_class": "property"}, "property"),
    ],
)
def test_a_column_has_the_class_that_it_says_or_that_its_name_betrays(
    name: str, meta: dict[str, str], expected: str
) -> None:
    assert class_of(name, meta) == expected


def test_the_kernel_says_which_classes_may_be_computed_with() -> None:
    walled = {name for name in DATA_CLASSES if not may_score(name)}
    assert walled == {"protected", "sensitive", "audit"}


def fields_refused(purpose: str) -> set[str]:
    """Fields that some source may fill whose terms do not admit the purpose, for an answer of today."""
    here = UUID(int=1)

    def refused(source: str) -> bool:
        context = {"purpose": purpose, "age_days": 0}
        resource = terms_of(source).resource(here)
        return not decide(Principal("scoring", here), Action.SOURCES_USE, resource, context).allow

    with (PROJECT_ROOT / "dbt/seeds/field_precedence.csv").open(newline="") as file:
        return {row["field"] for row in csv.DictReader(file) if refused(row["source"])}


def test_no_score_or_price_is_computed_from_a_field_of_a_restricted_source(manifest: Any) -> None:
    computing = [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "model" and re.search("valued|score|price_level|candidate", node.name)
    ]
    assert len(computing) >= 5
    refused = fields_refused("score") | fields_refused("price")
    assert refused  # the product has a restricted source, so the check has something to look for
    named = {
        f"{node.name}: {field}" for node in computing for field in refused if re.search(rf"\b{field}\b", node.raw_code)
    }
    assert named == set()


def test_no_file_takes_a_field_of_a_restricted_source_away() -> None:
    assert fields_refused("export") & set(EXPORTED) == set()


def column(**meta: str) -> Any:
    return SimpleNamespace(meta=meta)


def model(name: str, *parents: str, sql: str = "select 1", folder: str = "intermediate", **columns: Any) -> Any:
    return SimpleNamespace(
        unique_id=f"model.reos.{name}",
        name=name,
        resource_type="model",
        fqn=["reos", folder, name],
        schema=folder,
        meta={},
        columns=columns,
        depends_on=SimpleNamespace(nodes=list(parents)),
        raw_code=sql,
    )


def source(name: str, schema: str = "raw", **columns: Any) -> Any:
    return SimpleNamespace(unique_id=f"source.reos.{name}", name=name, schema=schema, columns=columns, meta={})


def planted(*nodes: Any, sources: tuple[Any, ...] = ()) -> Any:
    return SimpleNamespace(
        nodes={node.unique_id: node for node in nodes}, sources={item.unique_id: item for item in sources}
    )


TRACT = source("tract", "audit", share=column())


@pytest.mark.parametrize(
    ("manifest_of", "told"),
    [
        (planted(model("score", "source.reos.tract"), sources=(TRACT,)), "computed from tract of the schema audit"),
        (
            planted(model("step", "source.reos.tract"), model("score", "model.reos.step"), sources=(TRACT,)),
            "score is computed from tract of the schema audit",
        ),
        (planted(model("score", sql="select * from Audit . tract")), "names the schema audit in its SQL"),
        (planted(model("score", sql='select * from "x" join audit."tract" using (id)')), "names the schema audit"),
        (
            planted(model("score", "source.reos.acs"), sources=(source("acs", share=column(data_class="protected")),)),
            "acs.share, which is protected data",
        ),
        (
            planted(
                model("score", "source.reos.court"), sources=(source("court", arrests=column(data_class="sensitive")),)
            ),
            "court.arrests, which is sensitive data",
        ),
        (planted(model("score", ethnicity=column())), "score.ethnicity, which is protected data"),
        (planted(model("score", x=column(data_class="secret"))), "unknown data class 'secret'"),
    ],
    ids=["source", "through a step", "SQL", "quoted SQL", "protected", "sensitive", "by name", "unknown class"],
)
def test_a_planted_gap_is_found(manifest_of: Any, told: str) -> None:
    assert any(told in violation for violation in violations(manifest_of))


@pytest.mark.parametrize(
    "manifest_of",
    [
        planted(model("report", "source.reos.tract", folder="fairness"), sources=(TRACT,)),
        planted(model("score", sql="select 1 -- what audit.tract says\n /* audit.tract */ {# audit.tract #}")),
        planted(model("score", sql="select audit_date from landing_audit.rows")),
        planted(model("score", beds=column(data_class="property"), zip5=column(data_class="proxy"))),
    ],
    ids=["fairness", "comment", "other names", "ordinary and justified data"],
)
def test_what_keeps_to_its_side_is_left_alone(manifest_of: Any) -> None:
    assert violations(manifest_of) == []

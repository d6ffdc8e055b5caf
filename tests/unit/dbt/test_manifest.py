"""Rules of the dbt project, checked on its parsed manifest: no database is needed."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from reos.core.settings import PROJECT_ROOT, Settings
from reos.pipeline.score import MODELS
from reos.pipeline.warehouse import Dbt
from reos.quality.suite import load_checkpoint

DBT = PROJECT_ROOT / "dbt"
LAYERS = ("staging", "intermediate", "marts")
MAY_READ = {"staging": {"source", "seed", "staging"}, "intermediate": {"source", "seed", "staging", "intermediate"}}
MAY_READ["marts"] = {"source", "seed", "intermediate", "marts"}
BUILT_ON_READ = {"int_property__observation", "property_field_provenance"}  # tested through what they are read for


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from datetime import date  # noqa: PLC0415 - beside its one use

    settings = Settings(state_dir=tmp_path_factory.mktemp("dbt"), db_dbt_url="postgresql://reos_dbt:x@nowhere/reos")  # type: ignore[arg-type]
    return Dbt(settings, date(2026, 6, 30)).manifest()


@pytest.fixture(scope="module")
def models(manifest: Any) -> dict[str, Any]:
    return {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}


def attached_tests(manifest: Any, unique_id: str) -> list[Any]:
    return [
        node
        for node in manifest.nodes.values()
        if node.resource_type == "test" and unique_id == getattr(node, "attached_node", None)
    ]


def layer_of(node: Any) -> str:
    return str(node.fqn[1])


def test_every_model_seed_and_source_says_what_it_is(manifest: Any, models: dict[str, Any]) -> None:
    seeds = [node for node in manifest.nodes.values() if node.resource_type == "seed"]
    described = [*models.values(), *seeds, *manifest.sources.values()]
    assert [node.name for node in described if len(node.description.split()) < 5] == []


def test_every_landing_table_says_when_it_is_stale(manifest: Any) -> None:
    landing = {source.name: source for source in manifest.sources.values() if source.schema == "raw"}
    assert len(landing) >= 14
    for source in landing.values():
        if "loaded_with" in source.meta:
            assert landing[source.meta["loaded_with"]].freshness, source.name
            continue
        assert source.loaded_at_field == "fetched_at", source.name
        assert source.freshness.warn_after.count, source.name
        assert source.freshness.error_after.count, source.name


def test_a_unit_test_has_a_name_that_postgresql_takes(manifest: Any) -> None:
    """dbt names a relation after it, and PostgreSQL's names have at most 63 characters."""
    assert [unit.name for unit in manifest.unit_tests.values() if len(unit.name) > 63] == []


def test_nothing_is_trusted_longer_than_its_source_may_be_silent(manifest: Any) -> None:
    """A source is stale in error when, by field_precedence, even its newest value has lost its rank for age."""
    with (DBT / "seeds/field_precedence.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["max_age_days"]]
    oldest = {row["source"]: int(row["max_age_days"]) for row in rows}
    silent = {source.source_name: source.freshness.error_after.count for source in manifest.sources.values()}
    assert oldest
    assert {name: silent[name] for name in oldest} == oldest


def test_every_model_says_its_grain_and_tests_it(manifest: Any, models: dict[str, Any]) -> None:
    assert [
        name for name, node in models.items() if "Grain: one row" not in node.description and name not in BUILT_ON_READ
    ] == []
    untested = [
        name
        for name, node in models.items()
        if name not in BUILT_ON_READ
        and f"{name}__grain" not in {test.name for test in attached_tests(manifest, node.unique_id)}
    ]
    assert untested == []


def test_every_column_is_described(models: dict[str, Any]) -> None:
    bare = [
        f"{name}.{column}"
        for name, node in models.items()
        for column, told in node.columns.items()
        if not told.description
    ]
    assert bare == []
    assert [name for name, node in models.items() if not node.columns] == []


def test_every_model_has_one_yaml_of_its_name_beside_it(models: dict[str, Any]) -> None:
    for name, node in models.items():
        sql = DBT / node.original_file_path
        assert node.patch_path.endswith(str(sql.with_suffix(".yml").relative_to(DBT))), name


def test_names_follow_the_layer(models: dict[str, Any]) -> None:
    patterns = {
        "staging": r"stg_[a-z]+(_[a-z]+)*__[a-z_]+",
        "intermediate": r"int_[a-z_]+__[a-z_]+",
        "marts": r"(dim|fct)_[a-z_]+|property_[a-z_]+",
    }
    wrong = [name for name, node in models.items() if not re.fullmatch(patterns[layer_of(node)], name)]
    assert wrong == []
    assert {layer_of(node) for node in models.values()} == set(LAYERS)


def test_a_layer_reads_only_those_below_it(manifest: Any, models: dict[str, Any]) -> None:
    def kind(unique_id: str) -> str:
        node = manifest.nodes.get(unique_id) or manifest.sources[unique_id]
        return layer_of(node) if node.resource_type == "model" else str(node.resource_type)

    upward = [
        f"{name} reads {parent}"
        for name, node in models.items()
        for parent in node.depends_on.nodes
        if kind(parent) not in MAY_READ[layer_of(node)]
    ]
    assert upward == []


def test_marts_keep_a_contract_and_are_isolated_by_tenant(models: dict[str, Any]) -> None:
    marts = [node for node in models.values() if layer_of(node) == "marts"]
    assert len(marts) >= 5
    for node in marts:
        assert node.contract.enforced, node.name
        assert all(column.data_type for column in node.columns.values()), node.name
        hooks = " ".join(hook.sql for hook in node.config.post_hook)
        assert node.config.materialized == "view" or "tenant_rls()" in hooks, node.name


def test_no_table_is_ever_dropped_to_be_refreshed(models: dict[str, Any]) -> None:
    tables = [node for node in models.values() if node.config.materialized not in {"view", "ephemeral"}]
    assert tables
    for node in tables:
        assert (node.config.materialized, node.config.full_refresh) == ("incremental", False), node.name


def test_every_model_with_a_queue_is_known_to_the_scoring_stage(models: dict[str, Any]) -> None:
    queued = {name for name, node in models.items() for hook in node.config.pre_hook if "stage_changed" in hook.sql}
    assert queued == set(MODELS)


def test_a_source_may_win_only_fields_that_its_model_has(models: dict[str, Any]) -> None:
    """Also that every source of the seed has a model, and each model of an answering source a source."""
    answering = dict(re.findall(r"'(\w+)': {'model': '(\w+)'", (DBT / "macros/sources.sql").read_text()))
    points = dict.fromkeys(("openaddresses", "census"), "stg_geocode__point")
    ranked = {"lead": "stg_app__property", "import": "stg_import__roll", **points, **answering}
    with (DBT / "seeds/source.csv").open(newline="") as file:
        assert {row["source"] for row in csv.DictReader(file)} == ranked.keys()
    with (DBT / "seeds/field_precedence.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    sold = {("import", "last_sale_date"), ("import", "last_sale_price")}  # from stg_import__sale
    strange = [
        (row["source"], row["field"]) for row in rows if row["field"] not in models[ranked[row["source"]]].columns
    ]
    assert set(strange) == sold
    assert {row["source"] for row in rows} == ranked.keys()


def test_every_landed_answer_passes_a_suite_of_its_own(manifest: Any, models: dict[str, Any]) -> None:
    """A landing table per tenant has an arrival view, which a suite of the landing checkpoint reads."""
    checkpoint = load_checkpoint(PROJECT_ROOT / "expectations", "landing")
    gated = {suite.table for suite in checkpoint.suites}
    landed = {source.unique_id for source in manifest.sources.values() if "tenant_id" in source.columns}
    arrivals = {name: node for name, node in models.items() if name.endswith("arrival")}
    assert gated == arrivals.keys()
    read = {parent for node in arrivals.values() for parent in node.depends_on.nodes}
    assert {name for name in landed if manifest.sources[name].schema == "raw"} <= read


def test_a_suite_holds_back_what_the_model_of_its_source_leaves_out(models: dict[str, Any]) -> None:
    """`not_quarantined` names the suite whose rows a model leaves out; each landing suite is named by one."""
    checkpoint = load_checkpoint(PROJECT_ROOT / "expectations", "landing")
    texts = " ".join(node.raw_code for name, node in models.items() if not name.endswith("arrival"))
    named = set(re.findall(r"(?:not_quarantined\(|attom_property\(.*?, )'(\w+)'", texts))
    assert named == {suite.name for suite in checkpoint.suites}


def test_every_queue_that_is_filled_is_drained() -> None:
    written = set()
    for path in (DBT / "models").rglob("*.sql"):
        for names in re.findall(r"forward_(?:dirty|evidence|moved_areas)\((.*?)\)", path.read_text()):
            written |= set(re.findall(r"'([a-z_.]+)'", names))
    assert written - {"property.scored"} <= set(MODELS)


def sources(pattern: str = "*.sql") -> list[Path]:
    found = [*(DBT / "models").rglob(pattern), *(DBT / "tests").rglob(pattern)]
    assert found
    return found


def test_no_model_names_a_relation_by_hand() -> None:
    by_hand = re.compile(r"\b(?:from|join|using|into)\s+\"?(?:app|raw|staging|intermediate|marts)\"?\.", re.IGNORECASE)
    assert [path.name for path in sources() if by_hand.search(path.read_text())] == []


def test_nothing_reads_the_clock_or_draws_lots() -> None:
    clock = re.compile(r"\b(now\(\)|current_date|current_timestamp|localtime|clock_timestamp|random\()", re.IGNORECASE)
    texts = [*sources(), *(DBT / "macros").rglob("*.sql")]
    told = [path.name for path in texts if clock.search(re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL))]
    assert told == []


def test_every_model_that_decides_something_has_a_unit_test(manifest: Any, models: dict[str, Any]) -> None:
    """A case, a window, a date or an aggregate; the wide marts only copy."""
    logic = re.compile(r"\b(case\s+when|case\n|over \(|interval|date_trunc|to_day|distinct on|percentile|array_agg)")
    tested = {unit.model for unit in manifest.unit_tests.values()}
    needing = {name for name, node in models.items() if logic.search(node.raw_code)} - BUILT_ON_READ
    assert len(needing) >= 8
    assert needing - tested == set()

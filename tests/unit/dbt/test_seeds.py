"""The data that decides: precedence of sources, reasons, and what a county calls its attributes."""

import csv
import re
from collections import defaultdict

import yaml

from reos.connectors.registry import SPECS
from reos.core.settings import PROJECT_ROOT
from reos.db.seed import DEFAULT_WEIGHTS

DBT = PROJECT_ROOT / "dbt"
CALLED = {"estimated_value": "avm_value"}  # a provider's estimate has a name of its own beside ours


def rows(name: str) -> list[dict[str, str]]:
    with (DBT / "seeds" / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def fields_of_a_property() -> list[str]:
    text = (DBT / "macros" / "resolution.sql").read_text()
    block = text[text.index("macro property_fields") : text.index("endmacro")]
    return re.findall(r"'(\w+)': '", block)


def ranks() -> dict[str, list[tuple[str, str, str]]]:
    found = defaultdict(list)
    for row in rows("field_precedence"):
        found[row["field"]].append((row["rank"], row["source"], row["max_age_days"]))
    return found


def test_every_field_has_a_rank_of_sources_and_nothing_else_has() -> None:
    assert set(ranks()) == set(fields_of_a_property())
    for field, order in ranks().items():
        assert [rank for rank, _, _ in order] == [str(number) for number in range(1, len(order) + 1)], field


def test_date_and_price_of_a_sale_always_come_from_the_same_source() -> None:
    assert ranks()["last_sale_date"] == ranks()["last_sale_price"]


def test_both_halves_of_a_point_always_come_from_the_same_source() -> None:
    assert ranks()["latitude"] == ranks()["longitude"]


def test_every_source_that_can_be_asked_is_known_with_its_table_and_licence() -> None:
    listed = {row["source"]: row["licence"] for row in rows("source")}
    text = (DBT / "macros" / "sources.sql").read_text()
    tables = dict(re.findall(r"'(\w+)': {'model': '\w+', 'table': 'raw\.(\w+)'}", text))
    assert tables == {source: spec.raw_table for source, spec in SPECS.items()}
    assert {source: listed[source] for source in SPECS} == {source: spec.licence for source, spec in SPECS.items()}


def test_what_a_source_fills_it_may_also_win() -> None:
    """What is bought is resolved: a fact that a connector promises and the warehouse has a field for has a rank."""
    ranked = {(row["source"], row["field"]) for row in rows("field_precedence")}
    fields = set(fields_of_a_property())
    promised = {(source, CALLED.get(fact, fact)) for source, spec in SPECS.items() for fact in spec.fills}
    assert {(source, field) for source, field in promised if field in fields} - ranked == set()


def test_every_component_of_the_weights_has_four_reasons_in_the_order_of_the_formula() -> None:
    components = [weight.component for weight in DEFAULT_WEIGHTS]
    reasons = rows("reason_code")
    for number, component in enumerate(components, start=1):
        mine = [row for row in reasons if row["component"] == component]
        assert [int(row["reason_code"]) for row in mine] == [10 * number + state for state in range(4)]
        assert {row["component_code"] for row in mine} == {str(number)}
    assert len(reasons) == 4 * len(components)
    formula = (DBT / "macros" / "score" / "components.sql").read_text()
    assert re.findall(r"'(\w+)': '", formula) == components


def test_a_code_of_use_means_the_same_to_the_connectors_and_to_the_warehouse() -> None:
    connectors = PROJECT_ROOT / "plugins/reos/connectors"
    attom = yaml.safe_load((connectors / "attom/fields.yml").read_text())["codes"]["property_type"]
    told = [("", attom)]
    for path in (connectors / "county_assessor/counties").glob("*.yml"):
        county = yaml.safe_load(path.read_text())
        told.append((county["fips"], county["fields"].get("property_type", {}).get("codes", {})))
    known = {row["use_value"]: row["property_type"] for row in rows("property_use")}
    for fips, codes in told:
        assert codes == {code: known.get(use_value(fips, str(code))) for code in codes}


def use_value(fips: str, code: str) -> str:
    """Return the key in the seed: a bare number, or a major class, means something in its county only."""
    return f"{fips} {code}" if re.fullmatch(r"[0-9]+\*?", code) else code


def test_only_fields_that_are_read_in_parts_are_kept_in_parts() -> None:
    text = (DBT / "macros" / "typing" / "county_fields.sql").read_text()
    block = text[text.index("macro county_fields_in_parts") :]
    in_parts = set(re.findall(r"'(\w+)'", block[: block.index("endmacro")]))
    assert {row["field"] for row in rows("county_field") if re.search(r"[|+]", row["attribute"])} <= in_parts


def test_a_county_names_only_fields_that_are_read() -> None:
    text = (DBT / "macros" / "typing" / "county_fields.sql").read_text()
    known = set(re.findall(r"'(\w+)'", text))
    assert {row["field"] for row in rows("county_field")} <= known

"""The rules and their tables: every rule has a case of its own, and no rule can be lost unnoticed."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from measures import Measure

from reos.policy.decision_table import mutants, read_tables, rules_tested
from reos.policy.kernel import current_rules

TABLES = Path(__file__).parents[1] / "unit" / "reos" / "policy" / "tables"


def measures() -> Iterator[Measure]:
    """Yield how many rules are tested, and how many of the sets with one rule removed are noticed."""
    rules, cases = current_rules(), read_tables(TABLES)
    found = mutants(cases, rules)
    alive = [mutant.rule for mutant in found if not mutant.noticed]
    untested = sorted(set(rules.rules) - rules_tested(cases))
    groups = Counter(rule.group for rule in rules.rules.values())
    print(f"rules: {', '.join(f'{group} {count}' for group, count in sorted(groups.items()))}", flush=True)
    print(f"untested: {', '.join(untested) or 'none'}; alive: {', '.join(alive) or 'none'}", flush=True)
    total = len(rules.rules)
    yield Measure("policy: rules", total)
    yield Measure("policy: cases in the decision tables", len(cases))
    yield Measure("policy: cases that get their verdict", sum(case.holds(rules) for case in cases), f"= {len(cases)}")
    yield Measure("policy: rules with a case of their own", total - len(untested), f"= {total}")
    yield Measure("policy: mutants killed (each rule removed in turn)", total - len(alive), f"= {total}")
    yield Measure("policy: of these by another yes or no", sum(mutant.reversed for mutant in found))

"""What a gate's result means, without Great Expectations."""

from pathlib import Path

import pytest

from reos.quality.gate import Finding, GateBlockedError, GateResult, _finding
from reos.quality.run import Outcome
from reos.quality.suite import OnFail, Rule, Suite

SUITE = Suite("parcels", "staging", "v", ("tenant_id",), ("a",), "m", "w", ())


def outcome(on_fail: OnFail, from_rows: int = 1) -> Outcome:
    rule = Rule("expect_column_values_to_not_be_null", {"column": "apn"}, "critical", on_fail, "why", from_rows)
    return Outcome(rule, success=False, failing=3, failing_query=None, observed="3 rows")


def test_a_blocking_finding_names_suite_rule_and_reason() -> None:
    finding = Finding("parcels", "r(apn)", OnFail.BLOCK, 3, "3 rows", "the layer was renamed")
    result = GateResult(rows=9, findings=(finding,), data_docs=Path("/docs"))
    with pytest.raises(GateBlockedError, match=r"parcels: r\(apn\) saw 3 rows \(the layer was renamed\)") as stopped:
        result.raise_if_blocked()
    assert stopped.value.remedy is not None
    assert "/docs/index.html" in stopped.value.remedy


@pytest.mark.parametrize("on_fail", [OnFail.QUARANTINE, OnFail.WARN])
def test_other_findings_let_the_run_go_on(on_fail: OnFail) -> None:
    result = GateResult(findings=(Finding("s", "r", on_fail, 1, "1 rows", "w"),))
    result.raise_if_blocked()
    assert result.blocking == ()


@pytest.mark.parametrize(("rows", "expected"), [(20, OnFail.BLOCK), (19, OnFail.WARN)])
def test_a_rule_about_shares_blocks_only_from_enough_rows_on(rows: int, expected: OnFail) -> None:
    assert _finding(SUITE, outcome(OnFail.BLOCK, from_rows=20), rows).on_fail is expected


def test_few_rows_do_not_soften_a_quarantine() -> None:
    assert _finding(SUITE, outcome(OnFail.QUARANTINE, from_rows=20), 1).on_fail is OnFail.QUARANTINE

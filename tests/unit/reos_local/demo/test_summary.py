from dataclasses import replace
from pathlib import Path

import pytest

from reos.core.money import MicroUsd
from reos_local.commands.screen import make_console
from reos_local.demo.findings import Best, Reason
from reos_local.demo.sources import Load, Pair, ProviderUse, SourceUse
from reos_local.demo.summary import Person, Summary, show
from reos_local.demo.tally import Content, Tally

REASONS = (
    Reason("Discount to estimated value", 0.314, "share of the estimate", 25, 25, missing=False),
    Reason("Living area", 2690.0, "square feet", 6, 10, missing=False),
    Reason("Building condition", None, "grade", 0, 15, missing=True),
)
EMPTY, FULL = Content(0, 0, 0, 0, 0), Content(1800, 1790, 593, 40, 1186)
SUMMARY = Summary(
    tallies={"demo": Tally(593, 593, 590, 40, 40, held_back=3), "acme": Tally(60, 60, 60, 4, 4)},
    rejected={"demo": 2, "acme": 0},
    seconds={"discovered": 2.0, "enriched": 20.0, "scored": 8.0, "documented": 22.0},
    new={"discovered": 653, "enriched": 653, "scored": 650, "documented": 44},
    before={"demo": EMPTY, "acme": EMPTY},
    after={"demo": FULL, "acme": FULL},
    uses={
        "demo": [
            SourceUse("fema_nfhl", 593, 590, skipped={"no_point": 3}),
            SourceUse("attom", 575, 570, 4, 1, MicroUsd(46_000_000), MicroUsd(2_000_000)),
        ],
        "acme": [SourceUse("attom", 3, 3, cost=MicroUsd(240_000), left=MicroUsd(0), waiting=57)],
    },
    providers=[
        ProviderUse("attom", "open", 578, 577, 1840, "Unavailable (HTTP 503)."),
        ProviderUse("OpenAddresses", "closed", 0, 0, 0, None),
    ],
    loads=[Load("zhvi_zip", 12_345, "done")],
    pairs={"demo": [Pair("11786 Falls", "11786 Falls Pl", "No street type.", merged=False)], "acme": []},
    best=[Best("12 MAPLE ST", "SEATTLE 98101", 31, 0.9, 512_000, "ab/cd.pdf", REASONS)],
    memo_dir=Path("/state/memos"),
    addresses={"API": "http://127.0.0.1:8000/docs"},
    people=[Person("admin@demo.example", "Admin", "ab12-cd34")],
    airflow_people=[Person("admin", "admin", "ef56-ab78")],
)


def printed(summary: Summary, capsys: pytest.CaptureFixture[str]) -> str:
    show(make_console(), summary)
    return capsys.readouterr().out


def row(text: str, first: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.startswith(first))


def test_counts_are_by_tenant_with_speed(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert row(text, "discovered") == ["discovered", "593", "60", "2.0", "326"]
    assert row(text, "held back") == ["held", "back", "3", "0"]
    assert row(text, "rows refused") == ["rows", "refused", "2", "0"]


def test_reasons_are_shown_with_their_sum(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert "1. 12 MAPLE ST, SEATTLE 98101: score 31, estimated value $512,000" in text
    assert "25 of 25  Discount to estimated value  31% of the estimate" in text
    assert "6 of 10  Living area                  2,690 square feet" in text
    assert "0 of 15  Building condition           not known" in text
    assert "= 31 of 100  score" in text
    assert "/state/memos/ab/cd.pdf" in text


def test_money_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert row(text, "attom") == ["attom", "demo", "575", "570", "4", "1", "$46.00", "$2.00"]
    assert row(text, "together")[-1] == "$46.24"


def test_a_budget_that_ran_out_is_said_with_who_waits(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert "acme: the budget for attom ran out; 57 wait for the next" in text
    assert "demo: fema_nfhl not asked about 3: no point" in text
    assert text.count("ran out") == 1


def test_every_providers_health_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in printed(SUMMARY, capsys).splitlines() if "HTTP 503" in line]
    assert [line.split()[:6] for line in lines] == [["attom", "open", "578", "100%", "1,840", "ms"]]
    assert row(printed(SUMMARY, capsys), "OpenAddresses") == ["OpenAddresses", "well"]
    assert "zhvi_zip: 12,345 rows loaded for all tenants, done" in printed(SUMMARY, capsys)


def test_homes_that_may_be_one_are_shown_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert "demo: 11786 Falls and 11786 Falls Pl: to be looked at (No street type.)" in text
    assert "One home or two" not in printed(replace(SUMMARY, pairs={"demo": [], "acme": []}), capsys)


def test_users_addresses_and_the_way_out_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert "admin@demo.example" in text
    assert "ab12-cd34" in text
    assert "http://127.0.0.1:8000/docs" in text
    assert text.rstrip().endswith("reos down")


def test_it_is_plain_text_of_at_most_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(SUMMARY, capsys)
    assert max(map(len, text.splitlines())) <= 100
    assert not set(text) & {"\x1b", "\r", "\b"}


def test_a_second_run_says_that_nothing_changed(capsys: pytest.CaptureFixture[str]) -> None:
    again = replace(SUMMARY, before=SUMMARY.after, new=dict.fromkeys(SUMMARY.new, 0))
    text = printed(again, capsys)
    assert "nothing changed" in text
    assert "demo: 1,800 events, 1,790 raw rows, 593 score versions, 40 memos, 1,186 provider calls" in text
    assert row(text, "discovered")[-2:] == ["-", "-"]
    assert "nothing changed" not in printed(SUMMARY, capsys)

from dataclasses import replace
from decimal import Decimal

import pytest

from reos.memos.model import Agreement
from reos.memos.present import build, verdict
from reos.memos.record import Record
from reos.memos.wording import FIELDS


def test_the_head_names_the_property(record: Record) -> None:
    memo = build(record)
    assert (memo.title, memo.subtitle) == ("1030 105th Ave SE", "Renton, WA 98055")
    assert memo.identity == ("APN 620708-8974", "County FIPS 53033", "Single family")
    assert (memo.score, memo.verdict, memo.prepared_for) == (81, "Strong candidate", "Demo Capital")


def test_headline_numbers_follow_from_the_score(record: Record) -> None:
    shown = {figure.label: (figure.value, figure.note) for figure in build(record).headline}
    assert shown == {
        "Estimated value": ("$849,600", "$476 a square foot"),
        "Last sale": ("$572,000", "27 Mar 2026"),
        "Discount to estimate": ("33%", "$277,600 below the estimate"),
        "Owner equity": ("47%", "$401,100, debt est. $448,500"),
    }


def test_a_price_above_the_estimate_is_said_so(record: Record) -> None:
    memo = build(replace(record, score=replace(record.score, recent_price=900_000)))
    assert memo.headline[2].value == "\u22126%"
    assert memo.headline[2].note == "$50,400 above the estimate"


def test_reasons_keep_their_points_and_read_in_their_units(record: Record) -> None:
    reasons = build(record).reasons
    assert sum(reason.points for reason in reasons) == 81
    assert [(reason.measured, reason.scale) for reason in reasons] == [
        ("32.7%", "\u221210% → 30%"),
        ("47.2%", "0% → 60%"),
        ("4 of 5", "1 → 5"),
        ("59 years", "100 → 0"),
        ("1,750 sq ft", "600 → 3,000"),
        ("17.1% a year", "\u22125% → 15%"),
        ("95.0%", "40% → 100%"),
    ]


def test_a_component_we_have_no_words_for_is_shown_plainly(record: Record) -> None:
    row = replace(record.reasons[0], component="flood", input_value=Decimal("2.50"))
    assert build(replace(record, reasons=(row,))).reasons[0].measured == "2.5"


def test_the_summary_names_the_best_and_the_worst(record: Record) -> None:
    assert build(record).summary == (
        "Most of its 81 points come from discount to estimated value (25 of 25) and confidence in the data (14 of 15). "
        "Most is lost on age of the building (6 of 10)."
    )


def test_facts_carry_source_day_and_confidence_in_a_fixed_order(record: Record) -> None:
    facts = build(record).facts
    order = [label for label, _ in FIELDS.values()]
    assert [fact.label for fact in facts] == sorted((fact.label for fact in facts), key=order.index)
    by_label = {fact.label: fact for fact in facts}
    assert (by_label["Assessed value"].source, by_label["Assessed value"].day) == ("County assessor", "2026-11-20")
    assert by_label["Assessed value"].agreement is Agreement.CONFIRMED
    assert by_label["Parcel number"].agreement is Agreement.CONFIRMED
    assert by_label["Owner lives there"].value == "Yes"
    assert by_label["Last sale"].agreement is Agreement.SINGLE
    assert "latitude" not in by_label


def test_differences_show_the_used_value_beside_the_others(record: Record) -> None:
    shown = [(d.label, d.used, d.used_source, d.others) for d in build(record).differences]
    assert shown == [
        ("Bedrooms", "3", "Imported file", "ATTOM: 4"),
        ("Owner", "Yarroway Quinn & Keiko", "County assessor", "ATTOM: Ravenscroft Nadia"),
    ]


def test_what_is_not_known_is_named_and_nothing_is_made_up(bare_record: Record) -> None:
    memo = build(bare_record)
    assert memo.title == "Parcel 620708-8974"
    assert memo.unknown[0] == "comparable sales nearby"
    assert {figure.value for figure in memo.headline} == {"—"}
    assert memo.indicators == ()
    assert memo.method.startswith("There are too few sales")
    assert [reason.measured for reason in memo.reasons if reason.missing] == ["not known"] * 4


def test_a_value_that_is_not_what_its_field_promises_is_shown_as_it_is(crowded_record: Record) -> None:
    beds = next(fact for fact in build(crowded_record).facts if fact.label == "Living area")
    assert beds.value.startswith("THE <b>")


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (100, "Strong candidate"),
        (80, "Strong candidate"),
        (79, "Worth a closer look"),
        (50, "Mixed case"),
        (0, "Weak case"),
    ],
)
def test_a_score_has_a_verdict(score: int, words: str) -> None:
    assert verdict(score) == words


def test_the_same_record_gives_the_same_memo(record: Record) -> None:
    assert build(record) == build(replace(record))

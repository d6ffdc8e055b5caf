"""From the record of a property to its memo: labels, units, verdicts and sentences; no database and no layout."""

from collections.abc import Mapping
from decimal import Decimal

from reos.memos import formatting as fmt
from reos.memos.agreement import agreement, same
from reos.memos.model import Agreement, Difference, Fact, Figure, Indicator, Memo, Reason
from reos.memos.record import FieldRow, PropertyRow, ReasonRow, Record, ScoreRow
from reos.memos.wording import BOUNDS, CONDITIONS, FIELDS, MEASURES, MISSING, VERDICTS, kind

MAX_DIFFERENCES = 6


def verdict(score: int) -> str:
    """Return the words for a score."""
    return next(words for least, words in VERDICTS if score >= least)


def _reason(row: ReasonRow) -> Reason:
    measure, bound = MEASURES.get(row.component, fmt.plain), BOUNDS.get(row.component, fmt.plain)
    return Reason(
        component=row.component,
        label=row.label,
        meaning=row.meaning,
        measured="not known" if row.input_value is None else measure(row.input_value),
        scale=f"{bound(row.low)} → {bound(row.high)}",
        points=row.points,
        max_points=row.max_points,
        missing=row.missing,
    )


def _shown(field: str, value: str) -> str:
    label_and_show = FIELDS.get(field)
    try:
        return label_and_show[1](value) if label_and_show else value
    except (ValueError, ArithmeticError):  # a source's oddity is shown as it is
        return value


def _fact(row: FieldRow) -> Fact:
    seen = row.fetched_at or row.observed_at
    value = fmt.UNKNOWN if row.value is None else _shown(row.field, row.value)
    return Fact(FIELDS[row.field][0], value, row.label, fmt.iso_day(seen), agreement(row))


def _difference(row: FieldRow, labels: Mapping[str, str]) -> Difference:
    others = [
        f"{labels.get(said['source'], said['source'])}: {_shown(row.field, str(said['value']))}"
        for said in row.candidates
        if said.get("value") is not None and not same(row.field, str(row.value), str(said["value"]))
    ]
    return Difference(FIELDS[row.field][0], _shown(row.field, str(row.value)), row.label, " · ".join(others))


def _headline(home: PropertyRow, score: ScoreRow) -> tuple[Figure, ...]:
    value, paid, owed = score.estimated_value, score.recent_price, score.owed
    below = None if not value or paid is None else value - paid
    equity = None if not value or owed is None else value - owed
    rate = f"{fmt.dollars(score.price_per_sqft)} a square foot" if score.price_per_sqft is not None else ""
    side = "below" if (below or 0) >= 0 else "above"
    return (
        Figure("Estimated value", fmt.dollars(value), rate or "no estimate: see what is not known"),
        Figure(
            "Last sale",
            fmt.dollars(home.last_sale_price),
            fmt.day(home.last_sale_date) if home.last_sale_date else "no sale known",
        ),
        Figure(
            "Discount to estimate",
            fmt.UNKNOWN if below is None or not value else fmt.percent(Decimal(below) / value),
            "no recent sale" if below is None else f"{fmt.dollars(abs(below))} {side} the estimate",
        ),
        Figure(
            "Owner equity",
            fmt.UNKNOWN if equity is None or not value else fmt.percent(Decimal(equity) / value),
            "debt not known" if equity is None else f"{fmt.dollars(equity)}, debt est. {fmt.dollars(owed)}",
        ),
    )


def _key_facts(home: PropertyRow) -> tuple[Figure, ...]:
    built = fmt.UNKNOWN if home.year_built is None else str(home.year_built)
    occupied = {True: "Owner occupied", False: "Absentee owner", None: fmt.UNKNOWN}[home.owner_occupied]
    return (
        Figure("Type", kind(home.property_type) if home.property_type else fmt.UNKNOWN),
        Figure("Beds / baths", f"{fmt.plain(home.beds)} / {fmt.plain(home.baths)}"),
        Figure("Living area", fmt.square_feet(home.living_sqft)),
        Figure("Lot", fmt.square_feet(home.lot_sqft)),
        Figure("Built", f"{built}, ren. {home.year_renovated}" if home.year_renovated else built),
        Figure("Condition", CONDITIONS.get(home.condition or 0, fmt.UNKNOWN)),
        Figure("Assessed", fmt.dollars(home.assessed_value)),
        Figure("Occupancy", occupied),
    )


def _summary(score: ScoreRow, reasons: tuple[Reason, ...]) -> str:
    """Say in two sentences where the points come from and where they are lost."""
    ranked = sorted(reasons, key=lambda reason: -reason.points)[:2]
    best = [f"{reason.label.lower()} ({reason.points} of {reason.max_points})" for reason in ranked if reason.points]
    worst = max(reasons, key=lambda reason: reason.max_points - reason.points, default=None)
    said = (
        f"Most of its {score.score} points come from {fmt.listing(tuple(best))}."
        if best
        else "No component earns points."
    )
    if worst is None or worst.points == worst.max_points:
        return said
    lost = worst.max_points - worst.points
    return f"{said} Most is lost on {worst.label.lower()} ({lost} of {worst.max_points})."


def _indicators(home: PropertyRow, score: ScoreRow, said_by: Mapping[str, str]) -> tuple[Indicator, ...]:
    given = (
        (
            "Estimated value",
            score.estimated_value,
            f"market to {fmt.day(score.market_date)}" if score.market_date else "",
        ),
        ("Last sale", home.last_sale_price, fmt.day(home.last_sale_date) if home.last_sale_date else ""),
        ("Assessed value", home.assessed_value, said_by.get("assessed_value", "")),
        ("Estimated debt", score.owed, "recorded, or modelled from the last sale"),
    )
    return tuple(Indicator(label, amount, note) for label, amount, note in given if amount)


def _method(score: ScoreRow) -> str:
    if score.comparable_count is None or score.price_per_sqft is None or score.estimated_value is None:
        return "There are too few sales nearby, or too little is known of the building, for an estimate of its value."
    area = "the ZIP code" if score.comparable_area == "zip" else "the county"
    until = f" in the two years to {fmt.day(score.market_date)}" if score.market_date else ""
    return (
        f"The estimate rests on {score.comparable_count:,} sales in {area}{until}, this property's own sale left out: "
        f"their median of {fmt.dollars(score.price_per_sqft)} a square foot times the living area, drawn towards the "
        "assessed value where that is plausible."
    )


def _identity(home: PropertyRow) -> tuple[str, ...]:
    parts = (
        f"APN {fmt.apn(home.apn)}" if home.apn else "",
        f"County FIPS {home.county_fips}" if home.county_fips else "",
        kind(home.property_type) if home.property_type else "",
    )
    return tuple(part for part in parts if part)


def build(record: Record) -> Memo:
    """Return the memo of `record`; the same record always gives the same memo."""
    home, score = record.property, record.score
    reasons = tuple(_reason(row) for row in record.reasons)
    known = {row.field: row for row in record.fields if row.field in FIELDS}
    facts = tuple(known[field] for field in FIELDS if field in known)
    disputed = tuple(row for row in facts if agreement(row) is Agreement.DISPUTED)
    place = " ".join(
        part for part in (f"{fmt.title_case(home.city)}," if home.city else "", home.state, home.zip5) if part
    )
    return Memo(
        prepared_for=record.prepared_for,
        as_of=score.as_of,
        title=fmt.title_case(home.address_line) if home.address_line else f"Parcel {fmt.apn(home.apn)}",
        subtitle=place,
        identity=_identity(home),
        score=score.score,
        verdict=verdict(score.score),
        confidence=score.confidence,
        headline=_headline(home, score),
        key_facts=_key_facts(home),
        summary=_summary(score, reasons),
        reasons=reasons,
        indicators=_indicators(home, score, {row.field: row.label for row in facts}),
        method=_method(score),
        facts=tuple(_fact(row) for row in facts),
        differences=tuple(_difference(row, record.source_labels) for row in disputed),
        unknown=tuple(MISSING.get(name, name.replace("_", " ")) for name in score.missing_inputs),
        model_version=score.model_version,
        weights_version=score.weights_version,
        score_version=score.score_version,
        inputs_hash=score.inputs_hash,
    )

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reos.memos import charts
from reos.memos.model import Indicator, Reason

SVG = "{http://www.w3.org/2000/svg}"


def _parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - we drew it


def _reason(points: int, most: int, *, missing: bool = False) -> Reason:
    return Reason("size", "Size", "", "", "", points, most, missing)


parts = st.lists(st.integers(0, 25).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most))), max_size=12)


@given(parts)
def test_the_bars_of_the_waterfall_add_up_to_the_score(given_parts: list[tuple[int, int]]) -> None:
    steps = charts.steps([_reason(points, most) for points, most in given_parts])
    ends = [0, *(step.end for step in steps)]
    assert [step.start for step in steps] == ends[:-1]
    assert ends[-1] == sum(points for points, _ in given_parts)
    assert all(step.start <= step.end <= step.reach for step in steps)


def test_a_bar_is_drawn_from_where_the_one_before_ended() -> None:
    first, second = charts.steps([_reason(12, 15), _reason(5, 10)])
    drawn = _parsed(charts.waterfall_bar(second, missing=False, last=True))
    reach, points = drawn.findall(f"{SVG}rect")
    assert (first.end, reach.get("x"), reach.get("width")) == (12, "12", "10")
    assert (points.get("x"), points.get("width")) == ("12", "5")


def test_a_missing_input_is_dashed_and_earns_no_bar() -> None:
    (step,) = charts.steps([_reason(0, 10, missing=True)])
    (reach,) = _parsed(charts.waterfall_bar(step, missing=True, last=False)).findall(f"{SVG}rect")
    assert reach.get("stroke-dasharray")


@pytest.mark.parametrize("score", [0, 1, 50, 99, 100])
def test_the_ring_is_well_formed_for_every_score(score: int) -> None:
    drawn = _parsed(charts.score_ring(score))
    assert len(drawn.findall(f"{SVG}path")) == (2 if score else 1)
    assert drawn.find(f"{SVG}text").text == str(score)  # type: ignore[union-attr]


def test_the_ring_turns_with_the_score() -> None:
    assert charts.score_ring(25) != charts.score_ring(75)
    quarter = re.findall(r'd="([^"]+)"', charts.score_ring(25))[1]
    assert quarter == "M50 8A42 42 0 0 1 92 50"


@pytest.mark.parametrize(("confidence", "text"), [(0.0, "0%"), (0.874, "87%"), (1.0, "100%"), (7.0, "100%")])
def test_the_gauge_says_the_confidence(confidence: float, text: str) -> None:
    drawn = _parsed(charts.confidence_gauge(confidence))
    assert drawn.find(f"{SVG}text").text == text  # type: ignore[union-attr]


def test_value_bars_share_one_scale_and_mark_the_estimate() -> None:
    items = [
        Indicator("Estimated value", 800_000),
        Indicator("Last sale", 400_000),
        Indicator("Assessed value", 200_000),
    ]
    drawn = _parsed(charts.value_bars(items))
    widths = [float(rect.get("width", "")) for rect in drawn.findall(f"{SVG}rect")]
    assert widths[0] == pytest.approx(2 * widths[1]) == pytest.approx(4 * widths[2])
    assert sum("stroke-dasharray" in path.attrib for path in drawn.findall(f"{SVG}path")) == 2
    assert "$800k" in "".join(drawn.itertext())


def test_no_amount_and_markup_in_a_label_are_drawn_safely() -> None:
    assert _parsed(charts.value_bars([])) is not None
    drawn = charts.value_bars([Indicator("<script>", 10, "a & b")])
    assert "<script>" not in drawn
    assert _parsed(drawn) is not None


@pytest.mark.parametrize(
    ("share", "colour"), [(100, charts.TEAL), (70, charts.TEAL), (50, charts.AMBER), (49, charts.BRICK)]
)
def test_colours_have_three_steps(share: int, colour: str) -> None:
    assert charts.tone(share) == colour


def test_dots_are_filled_up_to_the_level() -> None:
    fills = [dot.get("fill") for dot in _parsed(charts.agreement_dots(2)).findall(f"{SVG}circle")]
    assert fills == [charts.NAVY, charts.NAVY, "#ffffff"]

"""Charts as SVG text: few shapes, exact coordinates, colours that survive a grey-scale printer.

A waterfall is drawn a row a component; `steps` computes where each bar starts and ends, and the last one ends at the
score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from markupsafe import Markup, escape

from reos.memos.formatting import dollars, percent, short_dollars, shortened
from reos.memos.model import Indicator, Reason

INK, NAVY, TEAL, AMBER, BRICK = "#1d2733", "#173f5f", "#1f7a6d", "#b57a12", "#a8402f"
PALE_NAVY, GRID, GHOST, EDGE, MUTED = "#7f9bb3", "#dfe4ea", "#e6ebf0", "#b9c4cf", "#5d6b7a"
_FULL = 100
_GOOD, _FAIR = 70, 50
_ROOM_FOR_NUMBER = 70


@dataclass(frozen=True, slots=True)
class Step:
    """A bar of the waterfall on the scale 0 … 100: from `start` to `end`, and how far it could have gone."""

    start: int
    end: int
    reach: int


def steps(reasons: Sequence[Reason]) -> tuple[Step, ...]:
    """Return the bars of the components; each starts where the one before ended."""
    found, at = [], 0
    for reason in reasons:
        found.append(Step(at, at + reason.points, at + reason.max_points))
        at += reason.points
    return tuple(found)


def tone(score: int) -> str:
    """Return the colour that stands for a score or a share in percent."""
    return TEAL if score >= _GOOD else AMBER if score >= _FAIR else BRICK


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def _svg(width: float, height: float, body: str, label: str, *, stretch: bool = False) -> Markup:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" role="img"'
    head += ' preserveAspectRatio="none"' if stretch else ""
    return Markup(f'{head} aria-label="{escape(label)}">{body}</svg>')  # noqa: S704 - numbers and escaped text only


def _arc(cx: float, cy: float, radius: float, start: float, end: float) -> str:
    """Return the path of an arc between two shares of a full turn, clockwise from the top."""
    a, b = (2 * pi * share - pi / 2 for share in (start, end))
    large = int(end - start > 0.5)  # noqa: PLR2004 - half a turn
    begin = f"M{_n(cx + radius * cos(a))} {_n(cy + radius * sin(a))}"
    return f"{begin}A{_n(radius)} {_n(radius)} 0 {large} 1 {_n(cx + radius * cos(b))} {_n(cy + radius * sin(b))}"


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" stroke-linecap="butt"/>'


def _text(
    x: float, y: float, size: float, content: str, *, colour: str = INK, anchor: str = "start", bold: bool = False
) -> str:
    weight = "bold" if bold else "normal"
    style = f'font-size="{_n(size)}" font-weight="{weight}" fill="{colour}" text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}" font-family="Memo" {style}>{escape(content)}</text>'


def score_ring(score: int) -> Markup:
    """Return the score as a ring that is closed at 100, with the number inside."""
    share = min(max(score, 0), _FULL) / _FULL
    ring = _stroke(_arc(50, 50, 42, 0, 0.9999), GHOST, 11)
    if share > 0:
        ring += _stroke(_arc(50, 50, 42, 0, min(share, 0.9999)), tone(score), 11)
    number = _text(50, 57, 33, str(score), bold=True, anchor="middle")
    return _svg(
        100, 100, ring + number + _text(50, 71, 10.5, "of 100", colour=MUTED, anchor="middle"), f"Score {score} of 100"
    )


def confidence_gauge(confidence: float) -> Markup:
    """Return a half dial for a confidence between 0 and 1, with the percentage under its arch."""
    share = min(max(confidence, 0.0), 1.0)
    dial = _stroke(_arc(50, 50, 42, 0.75, 1.25), GHOST, 11)
    if share > 0:
        dial += _stroke(_arc(50, 50, 42, 0.75, 0.75 + share / 2), tone(round(share * 100)), 11)
    text = percent(share)
    return _svg(100, 56, dial + _text(50, 50, 22, text, bold=True, anchor="middle"), f"Confidence {text}")


def _rect(x: float, y: float, width: float, height: float, paint: str) -> str:
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" {paint}/>'


def _thread(x: float, top: float, bottom: float) -> str:
    return f'<path d="M{_n(x)} {_n(top)}V{_n(bottom)}" stroke="{MUTED}" stroke-width="0.3"/>'


def _grid(height: float) -> str:
    lines = [f'<path d="M{x} 0V{_n(height)}" stroke="{GRID}" stroke-width="0.25"/>' for x in (0.25, 25, 50, 75, 99.75)]
    return "".join(lines)


def waterfall_bar(step: Step, *, missing: bool, last: bool, height: float = 16.0) -> Markup:
    """Return one row of the waterfall: the reach in pale, the points in colour, and the thread to the row below."""
    top, thick = height * 0.28, height * 0.44
    points, most = step.end - step.start, step.reach - step.start
    dashes = ' stroke-dasharray="1.2 0.9"' if missing else ""
    body = _grid(height)
    body += _rect(step.start, top, most, thick, f'fill="{GHOST}" stroke="{EDGE}" stroke-width="0.35"{dashes}')
    if points:
        body += _rect(step.start, top, points, thick, f'fill="{tone(round(100 * points / most))}"')
    if step.start:
        body += _thread(step.start, 0, top)
    if not last:
        body += _thread(step.end, top, height)
    return _svg(100, height, body, f"{points} of {most} points", stretch=True)


def waterfall_total(score: int, height: float = 16.0) -> Markup:
    """Return the last row of the waterfall: the score from 0, on the same scale."""
    bar = _rect(0, height * 0.24, score, height * 0.52, f'fill="{NAVY}"')
    return _svg(100, height, _grid(height) + bar, f"Score {score}", stretch=True)


def _ceiling(amount: int) -> int:
    """Return the next round number for an axis: one whose quarters are round too."""
    power = 10 ** (len(str(max(amount, 1))) - 1)
    return next(int(power * step) for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if power * step >= amount)


def _value_bar(item: Indicator, y: float, scale: float, *, main: bool) -> str:
    """Return one amount: its label and note, and its bar with the number inside, or beside a short one."""
    length = item.amount * scale
    label = _text(0, y + 8.5, 8.6, item.label, bold=True) + _text(
        78, y + 8.5, 8.6, shortened(item.note, 46), colour=MUTED
    )
    bar = _rect(0, y + 12, length, 13, f'fill="{NAVY if main else PALE_NAVY}"')
    inside = length > _ROOM_FOR_NUMBER
    x, anchor, colour = (length - 5, "end", "#ffffff") if inside else (length + 4, "start", INK)
    return label + bar + _text(x, y + 21.7, 9, dollars(item.amount), colour=colour, anchor=anchor, bold=True)


def value_bars(indicators: Sequence[Indicator]) -> Markup:
    """Return the amounts as bars from a common zero, the first (the estimate) marked through the others."""
    row, width = 30.0, 330.0
    top = _ceiling(max((item.amount for item in indicators), default=1))
    height = row * len(indicators) + 14
    ticks = [(width * quarter / 4, top * quarter / 4) for quarter in range(5)]
    parts = [
        _text(
            x,
            height - 2,
            7.5,
            short_dollars(amount),
            colour=MUTED,
            anchor="start" if x == 0 else "end" if x == width else "middle",
        )
        for x, amount in ticks
    ]
    for position, item in enumerate(indicators):
        y = row * position
        lines = "".join(f"M{_n(x)} {_n(y + 11)}v15" for x, _ in ticks)
        parts.append(f'<path d="{lines}" stroke="{GRID}" stroke-width="0.6"/>')
        parts.append(_value_bar(item, y, width / top, main=position == 0))
        if position:
            x = indicators[0].amount * width / top
            parts.append(
                f'<path d="M{_n(x)} {_n(y + 11)}v15" stroke="{NAVY}" stroke-width="0.9" stroke-dasharray="2.4 1.6"/>'
            )
    return _svg(width + 2, height, "".join(parts), "Value indicators")


def agreement_dots(level: int) -> Markup:
    """Return three dots of which `level` are filled."""
    fills = [NAVY if position < level else "#ffffff" for position in range(3)]
    dots = [
        f'<circle cx="{5 + 9 * position}" cy="5" r="3.2" fill="{fill}" stroke="{NAVY}" stroke-width="1"/>'
        for position, fill in enumerate(fills)
    ]
    return _svg(28, 10, "".join(dots), f"{level} of 3")

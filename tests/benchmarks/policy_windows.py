"""Texts at random instants of two years, to people in random zones and states, some of whom have opted out.

The hours that apply are written out here a second time, zone by zone, so that the rules are not their own judge.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from measures import Measure
from policy_rules import TABLES

from reos.policy.decision_table import read_table
from reos.policy.kernel import decide
from reos.policy.local_time import local_time

TEXTS = 5000
START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = {
    "NV": ("America/Los_Angeles",),
    "TX": ("America/Chicago", "America/Denver"),
    "FL": ("America/New_York", "America/Chicago"),
    "HI": ("Pacific/Honolulu",),
    "AK": ("America/Anchorage",),
}
HOURS = {"TX": (9, 21), "FL": (8, 20)}
SUNDAY = 7


def within(at: datetime, zones: list[str], states: list[str]) -> bool:
    """Tell whether the instant lies in every window of every state in every zone."""
    for zone in zones:
        local = at.astimezone(ZoneInfo(zone))
        hour = local.hour + local.minute / 60
        for state in states:
            opens, closes = HOURS.get(state, (8, 21))
            opens = 12 if state == "TX" and local.isoweekday() == SUNDAY else opens
            if not opens <= hour < closes:
                return False
    return True


def measures() -> Iterator[Measure]:
    """Yield how many texts may go out, how many of those outside a window, and how many after an opt-out."""
    chance = random.Random(7)
    text = next(case for case in read_table(TABLES / "outreach.yml") if case.allow)
    allowed, outside, revoked = 0, 0, 0
    for _ in range(TEXTS):
        at = START + timedelta(minutes=chance.randrange(2 * 365 * 24 * 60))
        states = chance.sample(sorted(ZONES), chance.choice((1, 1, 1, 2)))
        zones = [zone for state in states for zone in ZONES[state]]
        opted_out = chance.random() < 0.1
        facts = {"states": states, "local": local_time(at, zones), "opted_out": opted_out, "day": int(f"{at:%Y%m%d}")}
        context = {**text.context, **facts, "texas_registered": True, "sent_24h": 0}
        if decide(text.principal, text.action, text.resource, context).allow:
            allowed += 1
            outside += not within(at, zones, states)
            revoked += opted_out
    yield Measure(f"policy: texts that may go out, of {TEXTS:,} at random", allowed)
    yield Measure("policy: of these outside a window that applies", outside, "= 0")
    yield Measure("policy: of these to somebody who has opted out", revoked, "= 0")

"""The recipient's time of day, and that no message goes out outside any window that applies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reos.policy.decision_table import read_table
from reos.policy.kernel import current_rules
from reos.policy.local_time import local_time

ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu"),
)
TEXT = next(case for case in read_table(Path(__file__).with_name("tables") / "outreach.yml") if case.allow)
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_one_zone_has_one_time() -> None:
    noon = datetime(2026, 7, 5, 16, 30, tzinfo=UTC)
    expected = {"earliest": 750, "latest": 750, "sunday": True, "unknown_zones": 0}
    assert local_time(noon, ["America/New_York"]) == expected


def test_several_zones_span_their_times_and_a_sunday_anywhere_counts() -> None:
    zones = ["America/New_York", "Pacific/Honolulu", None, "Mars/X"]
    found = local_time(datetime(2026, 7, 6, 4, 30, tzinfo=UTC), zones)
    assert found == {"earliest": 30, "latest": 18 * 60 + 30, "sunday": True, "unknown_zones": 2}


@pytest.mark.parametrize("zones", [[], [None], ["Mars/Olympus", "../etc/passwd"]])
def test_without_a_known_zone_there_is_no_time(zones: list[str | None]) -> None:
    assert local_time(START, zones) is None


@settings(max_examples=300, deadline=None)
@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    states=st.lists(st.sampled_from(("NV", "TX", "FL")), min_size=1, max_size=2),
)
def test_no_text_goes_out_outside_any_window_that_applies(minutes: int, zones: list[str], states: list[str]) -> None:
    """Over two years with their clock changes; the windows are written out here a second time, zone by zone."""
    at = START + timedelta(minutes=minutes)
    facts = {"local": local_time(at, zones), "states": states, "texas_registered": True, "sent_24h": 0}
    context = {**TEXT.context, **facts, "day": int(f"{at:%Y%m%d}")}
    allowed, _ = current_rules().evaluate(TEXT.principal, TEXT.action, TEXT.resource, context)
    for zone in zones if allowed else ():
        local = at.astimezone(ZoneInfo(zone))
        hour = local.hour + local.minute / 60
        assert 8 <= hour <= 20
        assert "TX" not in states or hour >= (12 if local.isoweekday() == 7 else 9)
        assert "FL" not in states or hour <= 19


def test_a_text_may_go_out_at_noon() -> None:
    at = datetime(2026, 7, 7, 18, 0, tzinfo=UTC)
    context = {**TEXT.context, "local": local_time(at, ["America/New_York", "America/Los_Angeles"])}
    assert current_rules().evaluate(TEXT.principal, TEXT.action, TEXT.resource, context)[0]

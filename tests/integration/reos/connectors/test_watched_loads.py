"""A load whose provider is down is seen by the breaker, refused while it is open, and tried again after the pause."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.integration.reos.connectors.every_connector import Wire, settings
from tests.integration.reos.connectors.every_load import LOADS

from reos.connectors.errors import ProviderUnavailableError
from reos.core.clock import FixedClock


@pytest.mark.parametrize("load", LOADS)
def test_three_failures_in_a_row_keep_the_next_loads_away_for_a_minute(database, tmp_path, load):
    conn = database.connect("pipeline", autocommit=True)
    clock = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
    given = settings().model_copy(update={"state_dir": tmp_path})
    wire = Wire([httpx.Response(500)])
    asked = []
    for number in range(6):
        if number == 5:
            clock.instant += timedelta(minutes=1)
        with pytest.raises(ProviderUnavailableError, match="left alone" if number in {3, 4} else "HTTP 500"):
            LOADS[load](conn, settings=given, clock=clock, egress=lambda *_: wire.egress())
        asked.append(len(wire.requests))
    assert asked[2] == asked[3] == asked[4] < asked[5]
    (row,) = conn.execute("select state, openings, failures from app.provider_health").fetchall()
    assert row == {"state": "open", "openings": 2, "failures": 4}

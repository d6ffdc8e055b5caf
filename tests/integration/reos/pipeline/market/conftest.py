"""Loads of market data against the provider sandbox in process, or files of the test, and a database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from reos.connectors.egress import Egress
from reos.core.clock import Clock, FixedClock
from reos.core.settings import Settings
from reos.db import transaction
from reos.db.connection import Connection
from reos_local.sandbox.app import create_app

HOST = "127.0.0.1:8097"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


@dataclass
class Market:
    """What a load needs. `answer` replaces the sandbox when set; each load is an hour later than the last."""

    conn: Connection
    state_dir: Path
    egress_over: Callable[..., Callable[[Settings, Clock], Egress]]
    answer: Callable[[httpx.Request], httpx.Response] | None = None
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    app: Any = field(default_factory=lambda: create_app(1))
    requests: list[httpx.Request] = field(default_factory=list)

    def settings(self) -> Settings:
        base = f"http://{HOST}"
        return Settings(
            zillow_research_base_url=f"{base}/zillow/research/public_csvs",
            census_acs_base_url=f"{base}/acs/data",
            census_api_key="sandbox-key",
            state_dir=self.state_dir,
        )

    @property
    def egress(self) -> Callable[[Settings, Clock], Egress]:
        return self.egress_over(self.transport)

    def transport(self) -> httpx.AsyncBaseTransport:
        sandbox, given = httpx.ASGITransport(app=self.app), self.answer

        async def reply(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return given(request) if given else await sandbox.handle_async_request(request)

        return httpx.MockTransport(reply)

    def sandbox(self) -> TestClient:
        """Return a client for the sandbox's own routes."""
        return TestClient(self.app)

    def given(self) -> dict[str, Any]:
        """Return the arguments that all loads share."""
        self.clock.instant += timedelta(hours=1)
        return {"settings": self.settings(), "clock": self.clock, "egress": self.egress}

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        with transaction(self.conn):
            return self.conn.execute(query, args).fetchall()

    def one(self, query: str, *args: Any) -> Any:
        (row,) = self.rows(query, *args)
        (value,) = row.values()
        return value

    def last_load(self) -> dict[str, Any]:
        return self.rows("select * from app.reference_load order by started_at desc limit 1")[0]


@pytest.fixture
def market(database, tmp_path, egress_over) -> Market:
    return Market(database.connect("pipeline"), tmp_path, egress_over)

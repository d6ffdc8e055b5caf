from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from reos.identity.accounts import Account

NOW = datetime(2026, 11, 24, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("active", "locked_until", "is_open"),
    [(True, None, True), (True, BEFORE, True), (True, NOW, True), (True, AFTER, False), (False, None, False)],
)
def test_an_account_is_open_when_active_and_not_locked(
    *, active: bool, locked_until: datetime | None, is_open: bool
) -> None:
    account = Account(UUID(int=1), "north", UUID(int=2), "hash", "Viewer", active, locked_until)
    assert account.open_at(NOW) is is_open

from datetime import UTC, datetime

import pytest

from reos.connectors.retry import retry_after

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "Tue, 24 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 12:00:30 -0000"}, 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"x-ratelimit-reset": "12"}, 12.0),
        ({"ratelimit-reset": str(EPOCH + 9)}, 9.0),
        ({"x-rate-limit-reset": str((EPOCH + 4) * 1000)}, 4.0),
        ({"x-ratelimit-reset": str(EPOCH - 60)}, 0.0),
        ({"x-a-reset": "3", "x-b-reset": "8"}, 8.0),
        ({"x-a-reset": "whenever"}, None),
        ({"retry-after": "2", "x-ratelimit-reset": "50"}, 2.0),
    ],
)
def test_the_provider_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds

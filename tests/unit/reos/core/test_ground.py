"""Clock, identifiers, errors and logging: small, but everything stands on them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from reos.core import errors
from reos.core.clock import FixedClock, SystemClock
from reos.core.ids import new_id
from reos.core.logging import configure_logging, get_logger


def test_system_clock_is_aware_and_in_utc():
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_fixed_clock_stands_until_it_is_moved():
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.instant += timedelta(days=1)
    assert clock.now().day == 2


def test_ids_are_version_seven_distinct_and_sorted_by_time():
    ids = [new_id() for _ in range(500)]
    assert {value.version for value in ids} == {7}
    assert len(set(ids)) == 500
    assert ids == sorted(ids)


def test_error_says_what_and_what_to_do_and_keeps_its_context():
    error = errors.BudgetExhaustedError("The cap is reached.", remedy="Raise it.", provider="attom")
    assert str(error) == "The cap is reached. Raise it."
    assert str(errors.NotFoundError("No such property.")) == "No such property."
    assert (error.status, error.code, error.context) == (403, "budget_exhausted", {"provider": "attom"})


def test_every_error_has_a_client_or_server_status_and_a_code_of_its_own():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ReosError)]
    assert all(400 <= kind.status < 600 for kind in kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)


@pytest.fixture
def fresh_structlog():
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("fresh_structlog")
def test_log_lines_are_json_with_the_logger_and_obey_the_level(capsys):
    configure_logging("INFO", "json")
    log = get_logger("reos.test")
    log.debug("hidden")
    log.info("events.appended", count=2)
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert (record["event"], record["count"], record["logger_name"], record["level"]) == (
        "events.appended",
        2,
        "reos.test",
        "info",
    )


@pytest.mark.usefixtures("fresh_structlog")
def test_console_lines_are_readable(capsys):
    configure_logging("INFO", "console")
    get_logger("reos.test").info("stack.up", port=5432)
    assert "stack.up" in capsys.readouterr().out

"""Health checks: each asks a process to do a little of its real work and answers yes or no within a second or two."""

from collections.abc import Mapping

import httpx
import psycopg
import redis

_SECONDS = 2.0


def postgres_answers(url: str) -> bool:
    """Whether the server accepts this login and runs a statement."""
    try:
        with psycopg.connect(url, connect_timeout=int(_SECONDS)) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def valkey_answers(url: str) -> bool:
    """Whether the server accepts the password and answers PING."""
    try:
        with redis.Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def http_answers(url: str) -> bool:
    """Whether `url` answers with a 2xx status."""
    try:
        return httpx.get(url, timeout=_SECONDS, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def airflow_component_healthy(health_url: str, component: str) -> bool:
    """Whether Airflow's own health page calls `component` (scheduler, triggerer, …) healthy."""
    try:
        answer = httpx.get(health_url, timeout=_SECONDS, trust_env=False)
        report = answer.json() if answer.is_success else {}
    except (httpx.HTTPError, ValueError):
        return False
    entry = report.get(component) if isinstance(report, Mapping) else None
    return isinstance(entry, Mapping) and entry.get("status") == "healthy"

"""Breakers as gauges: read from the database when Prometheus asks, for the runs that move them end before it comes."""

from reos.connectors.health_queries import breakers
from reos.core.errors import UnavailableError
from reos_api.services import Services

_VALUES = {"closed": 0, "half_open": 1, "open": 2}


async def refresh(app: Services) -> None:
    """Set the gauges to what is stored; without a database they are absent, which is the truth."""
    gauges = (app.metrics.breakers, app.metrics.failures, app.metrics.last_answers)
    for gauge in gauges:
        gauge.clear()
    query = breakers()
    try:
        async with app.pools.reading(None) as connection:
            rows = await connection.fetch(query.sql)
    except UnavailableError:
        return
    for row in rows:
        labels = (row["provider"], row["scope"])
        app.metrics.breakers.labels(*labels).set(_VALUES[row["state"]])
        app.metrics.failures.labels(*labels).set(row["failures"])
        if row["last_ok_at"]:
            app.metrics.last_answers.labels(*labels).set(row["last_ok_at"].timestamp())

"""Sends what the domain counts and times to where Airflow sends its own metrics (statsd), under the same names."""

from airflow.sdk.observability import stats


class AirflowStats:
    """The statsd client that `reos.core.metrics.forward_to` takes."""

    def incr(self, stat: str, count: float = 1) -> None:
        """Add `count` to a counter."""
        stats.incr(stat, int(count))

    def timing(self, stat: str, delta: float) -> None:
        """Record a duration in milliseconds."""
        stats.timing(stat, delta)

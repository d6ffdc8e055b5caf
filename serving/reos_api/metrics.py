"""What Prometheus reads at /metrics. One registry an application, so that tests may build many of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from reos.core.metrics import REGISTRY

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class ApiMetrics:
    """The API's own measurements."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "reos_http_requests", "Requests by route and status", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "reos_http_request_seconds",
            "Seconds from request to end of response",
            ["method", "route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.logins = Counter("reos_logins", "Sign-ins by outcome", ["outcome"], registry=self.registry)
        self.streams = Gauge("reos_sse_clients", "Open event streams", registry=self.registry)
        endpoint = ["provider", "scope"]
        self.breakers = Gauge(
            "reos_provider_breaker", "0 closed, 1 half open, 2 open", endpoint, registry=self.registry
        )
        self.failures = Gauge("reos_provider_failures", "Failures in a row", endpoint, registry=self.registry)
        self.last_answers = Gauge(
            "reos_provider_last_answer_timestamp_seconds", "When it last answered", endpoint, registry=self.registry
        )
        self.stream_events = Counter("reos_sse_events", "Events handed to streams", registry=self.registry)

    def render(self) -> bytes:
        """Return the text exposition format, with what the domain library measured in this process."""
        return generate_latest(self.registry) + generate_latest(REGISTRY)

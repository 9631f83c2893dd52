"""What Prometheus reads: the counts of this process, and what the database says.

Whoever counts something imports this module and counts it here, so that all names stand in one place; none has a
label that grows with use, such as a task's name. An app whose figures have to be looked up when
they are asked for adds a collector: to `own` for what is this process's own, to `of_all` for what every server would
answer alike.
"""

from collections.abc import Iterator
from functools import cache

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client import start_http_server as _start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from flexapi.registry import Registry

# Seconds; runs take from a blink to an afternoon.
_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

executions_ended = Counter(
    "flexapi_executions_ended",
    "Executions that this process ended, by how they ended.",
    ("status", "queue"),
)
execution_wait = Histogram(
    "flexapi_execution_wait_seconds",
    "From the request of an execution to its start.",
    ("queue",),
    buckets=_BUCKETS,
)
execution_run = Histogram(
    "flexapi_execution_run_seconds",
    "From the start of an execution to its end.",
    ("queue",),
    buckets=_BUCKETS,
)
log_lines = Counter("flexapi_log_lines", "Log lines of executions that this process stored.")
websocket_clients = Gauge("flexapi_websocket_clients", "Open websockets.")
http_requests = Counter(
    "flexapi_http_requests", "HTTP requests answered, by method and status.", ("method", "status")
)
config_revisions = Counter(
    "flexapi_config_revisions", "States of the config that this process stored.", ("origin",)
)
config_write_failures = Counter(
    "flexapi_config_write_failures",
    "Changes of the config that were refused or failed, by origin and reason.",
    ("origin", "reason"),
)
loop_failures = Counter(
    "flexapi_loop_failures",
    "Errors in what this process does again and again, such as firing schedules.",
    ("loop",),
)


class Collectors(Registry[str, Collector]):
    """Collectors, by a name for each, and Prometheus' own registry of them."""

    def __init__(self, what: str, target: CollectorRegistry) -> None:
        super().__init__(what)
        self.target = target

    def add(self, name: str, value: Collector) -> None:
        """Add one. Raises ValueError where its name is taken, or that of one of its metrics."""
        known = name in self
        super().add(name, value)
        if not known:
            self.target.register(value)

    def remove(self, name: str) -> Collector:
        """Take one out. Raises KeyError."""
        value = super().remove(name)
        self.target.unregister(value)
        return value


own = Collectors("collector of this process", REGISTRY)
# What is in the database.
of_all = Collectors("collector of all processes", CollectorRegistry())


class _Everything(Collector):
    """The figures of this process, then those of the database."""

    def collect(self) -> Iterator[Metric]:
        yield from REGISTRY.collect()
        yield from of_all.target.collect()


def count_request(method: str, status: int) -> None:
    """Count an answered request; methods that HTTP does not know count as one."""
    _requests(method if method in _METHODS else "other", status).inc()


@cache
def _requests(method: str, status: int) -> Counter:
    # Every request asks for one, and the library's own look-up takes longer than the count.
    return http_requests.labels(method, status)


def exposition(accept: str) -> tuple[bytes, str]:
    """All figures, with their Content-Type, in the format that an `Accept` header prefers."""
    encode, content_type = choose_encoder(accept)
    return encode(_Everything()), content_type


def serve(host: str, port: int) -> None:
    """Answer with this process's own figures on a port of its own, from a thread.

    For processes without the server's URLs. It asks nobody who they are, so `host` decides who reads it.
    Raises OSError where the port is taken.
    """
    _start_http_server(port, host, REGISTRY)

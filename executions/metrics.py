"""What Prometheus reads of executions, and of the engine that runs them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from flexapi import metrics
from flexapi.engine.instance import engine

from .models import ACTIVE, Execution, Status
from .queues import DEFAULT
from .signals import ended

_STATES = ("stopped", "starting", "ready", "unloaded", "failed")


def register() -> None:
    """Count and answer from now on; called once, when the app is ready."""
    for status in Status:
        if status not in ACTIVE:
            # Told from the start, as a rate needs a value before the first one.
            metrics.executions_ended.labels(status, DEFAULT)
    ended.connect(on_ended)
    metrics.own.add("engine", EngineCollector())
    metrics.of_all.add("queue", QueueCollector())


def on_ended(sender: Any, execution: Execution, **kwargs: Any) -> None:
    """Count an execution that has ended just now, and how long it waited and ran; not a trial, not a test."""
    if not execution.counts:
        return
    metrics.executions_ended.labels(execution.status, execution.queue).inc()
    if execution.started is None or execution.finished is None:
        return
    wait = execution.started - execution.created
    run = execution.finished - execution.started
    # Clocks of two machines may differ by more than a short wait.
    metrics.execution_wait.labels(execution.queue).observe(max(wait.total_seconds(), 0))
    metrics.execution_run.labels(execution.queue).observe(max(run.total_seconds(), 0))


class QueueCollector(Collector):
    """How many executions wait and run, by queue: one query when it is asked for."""

    def __init__(self) -> None:
        # A queue that was seen goes on to be told when it is empty: its graph falls to 0 and does not end.
        self._queues = {DEFAULT}

    def describe(self) -> list[Metric]:
        """Say the names without asking the database."""
        return [self._family()]

    def collect(self) -> Iterator[Metric]:
        """Yield one gauge."""
        rows = Execution.objects.active().order_by().values_list("status", "queue")
        counts = {(status, queue): count for status, queue, count in rows.annotate(Count("pk"))}
        self._queues |= {queue for _, queue in counts}
        family = self._family()
        for queue in sorted(self._queues):
            for status in ACTIVE:
                family.add_metric([status, queue], counts.get((status, queue), 0))
        yield family

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(
            "flexapi_executions_active",
            "Executions that are pending or running, in all processes.",
            labels=("status", "queue"),
        )


class EngineCollector(Collector):
    """The state of this process's FlexGet, and how often it had to be started again."""

    def describe(self) -> list[Metric]:
        """Say the names without asking the engine."""
        return list(self._families("", 0))

    def collect(self) -> Iterator[Metric]:
        """Yield the state, 1 where it is the present one, and the restarts."""
        yield from self._families(engine().state.name, engine().restarts)

    def _families(self, present: str, restarts: int) -> Iterator[Metric]:
        state = GaugeMetricFamily(
            "flexapi_engine_state",
            "1 for the state that FlexGet's process is in.",
            labels=("state",),
        )
        for name in _STATES:
            state.add_metric([name], int(name == present))
        yield state
        yield CounterMetricFamily(
            "flexapi_engine_restarts", "How often FlexGet's process was started again.", restarts
        )

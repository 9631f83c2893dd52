"""Counts an execution once it has ended."""

from typing import Any

from django.db.models import Count
from django.utils import timezone

from executions.models import Execution, ExecutionEntry, TaskResult
from executions.results import LONGEST_NAME
from executions.statistics.durations import step_of
from executions.statistics.tables import DayCount, DayDurations, DayRejections, add

STATES = tuple(ExecutionEntry.State.values)


def on_end(execution: Execution) -> None:
    """Add an execution's results, durations and rejections to those of the day; called in the transaction that stores its end."""
    results = list(execution.results.all())
    if not results:
        return
    day = timezone.localdate(execution.finished)
    rejections: list[DayRejections] = []
    if execution.rejected:
        rejections = _rejections(execution, day)
    add(
        [_count(result, day) for result in results],
        ("day", "task", "status"),
        ("runs", "seconds", *STATES),
    )
    durations = [
        DayDurations(day=day, task=result.task, step=step_of(_seconds(result)), runs=1)
        for result in results
        if result.status != TaskResult.Status.SKIPPED
    ]
    add(durations, ("day", "task", "step"), ("runs",))
    add(rejections, ("day", "task", "plugin"), ("entries",))


def _count(result: TaskResult, day: Any) -> DayCount:
    states = {state: getattr(result, state) for state in STATES}
    seconds = _seconds(result)
    return DayCount(
        day=day, task=result.task, status=result.status, runs=1, seconds=seconds, **states
    )


def _seconds(result: TaskResult) -> float:
    took = (result.finished - result.started).total_seconds() if result.started else 0
    return max(0, took)


def _rejections(execution: Execution, day: Any) -> list[DayRejections]:
    rejected = execution.entries.filter(state=ExecutionEntry.State.REJECTED).order_by()
    found: dict[tuple[str, str], int] = {}
    for task, plugin, entries in rejected.values_list("task", "plugin").annotate(Count("pk")):
        key = (task[:LONGEST_NAME], plugin)
        found[key] = found.get(key, 0) + entries
    return [
        DayRejections(day=day, task=task, plugin=plugin, entries=entries)
        for (task, plugin), entries in found.items()
    ]

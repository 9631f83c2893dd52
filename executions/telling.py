"""What people may want to be told of executions: failed tasks, and that they are healthy again; aborted runs; lost workers."""

import importlib.metadata
import socket
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext_noop

from executions.models import Execution, Status
from executions.results import TaskResult
from flexapi import events
from flexapi.engine.instance import engine
from flexapi.events import Check, Event, Kind, Unknown
from flexapi.phrases import phrase

TASK = phrase("Task {task}")
RUN = phrase("The run")
FAILED = phrase("Task {task} failed")
RUN_FAILED = phrase("The run failed")
ABORTED = phrase("The run of {tasks} was aborted")
ALL_ABORTED = phrase("The run of all tasks was aborted")
OTHER_RELEASE = phrase("FlexGet {installed} is installed, {loaded} is loaded")
RELOAD = phrase(
    "Until it is loaded, runs may fail for want of files that are gone: POST /api/server/reload, or start the server again."
)
LOST = phrase("Worker {worker} is lost")
UNUSABLE = phrase("FlexGet can't be run on {machine}")

# Seconds between two looks at the engine.
PERIOD = 5.0
# And at which FlexGet is installed.
RELEASE_PERIOD = 60.0
# What a failure is told of where a run failed before FlexGet came to a task.
ALL = "*"
GLOB = frozenset("*?[")


def register() -> None:
    """Add the kinds of events; called once, when the app is ready."""
    events.kinds.add(
        "failed",
        Kind(
            gettext_noop("A task failed"),
            page="executions",
            well=phrase("{subject} is healthy again"),
        ),
    )
    events.kinds.add(
        "aborted", Kind(gettext_noop("A run was aborted"), page="executions", urgent=False)
    )
    events.kinds.add("worker", Kind(gettext_noop("A worker is lost")))
    events.kinds.add(
        "engine",
        Kind(gettext_noop("FlexGet can't be run"), well=phrase("FlexGet runs again on {subject}")),
    )
    events.checks.add("engine", Check(failed_engine, PERIOD, local=True))
    events.kinds.add(
        "release", Kind(gettext_noop("Another FlexGet is installed than is loaded"), urgent=False)
    )
    events.checks.add("release", Check(other_release, RELEASE_PERIOD, local=True))


def other_release() -> Iterator[Event]:
    """Yield that the FlexGet that is installed isn't the one that runs: what it loads later comes from the other. Raises Unknown."""
    loaded = engine().state.flexget
    if settings.FLEXGET_PYTHON is not None or not loaded:
        # The other interpreter's packages are its own affair.
        raise Unknown
    importlib.invalidate_caches()
    try:
        installed = importlib.metadata.version("flexget")
    except importlib.metadata.PackageNotFoundError as error:
        raise Unknown from error  # It is being replaced.
    if installed != loaded:
        yield Event(
            kind="release",
            title=OTHER_RELEASE.format(installed=installed, loaded=loaded),
            detail=RELOAD,
            shown=installed,
        )


def on_end(execution: Execution) -> None:
    """Tell how an execution ended; in the transaction that ends it."""
    by_status: dict[str, dict[str, str]] = {}
    for result in execution.results.all():
        by_status.setdefault(result.status, {})[result.task] = result.reason
    failed = by_status.get(TaskResult.Status.FAILED, {})
    failures = [_failure(execution, task, reason) for task, reason in failed.items()]
    complete = by_status.get(TaskResult.Status.COMPLETE, {})
    if complete:
        events.well("failed", {*complete, ALL}, execution=execution.pk)
    if execution.status == Status.FAILED and not failed:
        reason = execution.abort_reason
        failures = [_failure(execution, task, reason) for task in _asked_for(execution)]
    events.wrong(*failures, counted=True)
    if execution.status == Status.ABORTED:
        events.happened(_aborted(execution))


def _failure(execution: Execution, task: str, reason: str) -> Event:
    return Event(
        kind="failed",
        title=RUN_FAILED if task == ALL else FAILED.format(task=task),
        detail=reason,
        subject=task,
        shown=RUN if task == ALL else TASK.format(task=task),
        tasks=() if task == ALL else (task,),
        execution=execution.pk,
    )


def _asked_for(execution: Execution) -> list[str]:
    """Return the tasks that were asked for by their names; ALL where it was by globs, or all."""
    if not execution.tasks or any(GLOB & set(name) for name in execution.tasks):
        return [ALL]
    return list(execution.tasks)


def _aborted(execution: Execution) -> Event:
    tasks = [name for name in _asked_for(execution) if name != ALL]
    return Event(
        kind="aborted",
        title=ABORTED.format(tasks=", ".join(tasks)) if tasks else ALL_ABORTED,
        detail=execution.abort_reason,
        subject=str(execution.pk),
        tasks=tuple(tasks),
        execution=execution.pk,
    )


def worker_lost(name: str, reason: str) -> Event:
    """Return the event of a lost worker."""
    return Event(kind="worker", title=LOST.format(worker=name), detail=reason, subject=name)


def failed_engine() -> Iterator[Event]:
    """Yield what keeps this server's FlexGet from running. Raises Unknown while it is being loaded."""
    state = engine().state
    if state.name not in ("ready", "failed"):
        raise Unknown
    if state.name == "failed":
        machine = socket.gethostname()
        title = UNUSABLE.format(machine=machine)
        yield Event(kind="engine", title=title, detail=state.reason, shown=machine)

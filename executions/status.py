"""What `/api/server` says of the engine and its queue."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext

from flexapi import phrases
from flexapi.api.status.help import troubleshooting
from flexapi.engine.instance import engine

from .models import Execution, Status, Worker

# Running executions that a summary shows.
SHOWN = 10
LATELY = timedelta(days=1)


def engine_status() -> dict[str, Any]:
    """Return the engine's state, why it can't work if so, and how many executions it has.

    `{"state": "starting|ready|unloaded|failed|stopped", "reason", "help", "flexget", "python", "pid", "restarts", "unanswered",
    "running", "pending", "waiting_for", "plugins"}`; `unanswered` is for how many seconds FlexGet has said nothing though it was
    asked (null: it wasn't), `help` is where the documentation says what to do where it failed or something waits, `waiting_for` is what keeps a pending execution from running, and `plugins` are FlexGet's
    plugins that are left out or work in part, with the reason, and files of plugins that came after FlexGet was loaded:
    `[{"file", "names", "reason"}, …]`.
    """
    state = engine().state
    unanswered = engine().unanswered
    counts = Execution.objects.active().aggregate(
        running=Count("pk", filter=Q(status=Status.RUNNING)),
        pending=Count("pk", filter=Q(status=Status.PENDING)),
    )
    waiting = Execution.objects.filter(status=Status.PENDING).exclude(waiting_for="").first()
    return {
        "state": state.name,
        "reason": phrases.translated(state.reason, gettext) or None,
        "help": _help(state.name, waiting),
        "flexget": state.flexget or None,
        "python": state.python or None,
        "pid": None if state.name == "unloaded" else state.pid,
        "restarts": engine().restarts,
        "unanswered": None if unanswered is None else round(unanswered, 1),
        "waiting_for": phrases.translated(waiting.waiting_for, gettext) if waiting else None,
        "plugins": [
            {**problem, "reason": phrases.translated(problem["reason"], gettext)}
            for problem in engine().plugin_problems()
        ],
        **counts,
    }


def _help(state: str, waiting: Execution | None) -> str | None:
    if state == "failed":
        return troubleshooting("engine")
    return troubleshooting("lock") if waiting else None


def workers() -> list[dict[str, Any]]:
    """Return who runs executions, as far as they give signs of life.

    `[{"name", "queues": [name, …] or null for all, "slots", "started", "seen", "running"}, …]`
    """
    claimed = Counter(
        Execution.objects.active().exclude(worker="").values_list("worker", flat=True)
    )
    fields = ("name", "queues", "slots", "started", "seen")
    return [{**row, "running": claimed[row["name"]]} for row in Worker.objects.values(*fields)]


def running() -> list[dict[str, Any]]:
    """Return what runs: `[{"id", "tasks", "current_task", "current_phase", "percent", "started"}, …]`."""
    fields = ("id", "tasks", "current_task", "current_phase", "percent", "started")
    return [
        dict(row) for row in Execution.objects.filter(status=Status.RUNNING).values(*fields)[:SHOWN]
    ]


def pending() -> int:
    """Return how many executions wait."""
    return Execution.objects.filter(status=Status.PENDING).count()


def failed_lately() -> dict[str, Any]:
    """Return what failed within a day, trials and tests apart: `{"count", "last": {"id", "tasks", "finished",
    "abort_reason"} or null}`."""
    since = timezone.now() - LATELY
    failed = Execution.objects.counted().filter(status=Status.FAILED, finished__gte=since)
    last = failed.order_by("-finished").values("id", "tasks", "finished", "abort_reason").first()
    return {"count": failed.count(), "last": last}

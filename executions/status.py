"""What `/api/server` says of the engine and its queue."""

from typing import Any

from django.db.models import Count, Q

from flexapi.engine.shared import engine

from .models import Execution, Status


def engine_status() -> dict[str, Any]:
    """Return the engine's state, why it can't work if so, and how many executions it has.

    `{"state": "starting|ready|failed|stopped", "reason", "flexget", "python", "pid", "restarts",
    "running", "pending", "waiting_for"}`; `waiting_for` is what keeps a pending one from running.
    """
    state = engine().state
    counts = Execution.objects.active().aggregate(
        running=Count("pk", filter=Q(status=Status.RUNNING)),
        pending=Count("pk", filter=Q(status=Status.PENDING)),
    )
    waiting = Execution.objects.filter(status=Status.PENDING).exclude(waiting_for="").first()
    return {
        "state": state.name,
        "reason": state.reason or None,
        "flexget": state.flexget or None,
        "python": state.python or None,
        "pid": state.pid,
        "restarts": engine().restarts,
        "waiting_for": waiting.waiting_for if waiting else None,
        **counts,
    }

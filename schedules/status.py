"""What `/api/server` and its summary say of the schedules."""

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext
from rest_framework import serializers

from flexapi.api.serializers import ModelSerializer
from flexapi.api.status.help import troubleshooting
from schedules.models import Schedule
from schedules.scheduler import daemon
from tasks.models import Task

UPCOMING = 5


def scheduler_status() -> dict[str, Any]:
    """Return who fires the schedules, and how many there are.

    `{"state": "running" | "standing_down", "reason": str or null, "help": where to read on or null, "schedules",
    "disabled", "problems", "next_run": time or null}`; it stands down while FlexGet's daemon runs.
    """
    holder = daemon()
    reason = None
    if holder is not None:
        reason = gettext(
            "FlexGet's daemon (process {process}) runs the schedules of this config."
        ).format(process=holder.pid)
    counts = Schedule.rows.aggregate(
        schedules=Count("pk"),
        disabled=Count("pk", filter=Q(enabled=False)),
        problems=Count("pk", filter=~Q(problem="")),
    )
    return {
        "state": "running" if holder is None else "standing_down",
        "reason": reason,
        "help": troubleshooting("scheduler") if reason else None,
        **counts,
        "next_run": Schedule.rows.next_due(),
    }


def next_schedules() -> list[dict[str, Any]]:
    """Return the schedules that are due next: `[{"id", "tasks", "next_run"}, …]`."""
    upcoming = Schedule.rows.firing().order_by("next_run", "pk")
    return [dict(row) for row in upcoming.values("id", "tasks", "next_run")[:UPCOMING]]


class TaskScheduleSerializer(ModelSerializer[Schedule]):
    """A schedule that runs a task."""

    named = serializers.BooleanField(help_text="Whether it names the task, not just matches it.")

    class Meta:
        model = Schedule
        fields = ("id", "tasks", "interval", "schedule", "enabled", "named", "next_run", "last_run")
        read_only_fields = fields


def schedules_of(task: Task) -> list[dict[str, Any]]:
    """Return the schedules that run a task, as `TaskScheduleSerializer` shows them."""
    found = []
    for schedule in Schedule.rows.order_by("position"):
        names = [name.lower() for name in schedule.tasks]
        if any(task.matches(name) for name in names):
            schedule.named = task.key.lower() in names  # type: ignore[attr-defined]
            found.append(schedule)
    return [dict(item) for item in TaskScheduleSerializer(found, many=True).data]

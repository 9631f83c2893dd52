"""What a page's script starts with: written into the page, so that the first paint needs no request."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from executions.models import Execution, KeptEntries
from executions.results import TaskResult
from executions.serializers import executions_for, results_for
from flexapi import events
from flexapi.api.free_names import reverse_name
from flexapi.api.router import router
from flexapi.mirror import invalid, mirror
from flexapi.mirror.status import commands_at_risk
from movie_queue.identity import DEFAULT_QUEUE
from movie_queue.models import QueuedMovie
from schedules.models import Schedule
from tasks.models import Task

User = AbstractBaseUser | AnonymousUser

# How many runs are looked at.
RUNS_TO_REPLAY = 20

# What the pages offer, by the permission that the API asks for it.
_ABILITIES = {
    "run": "executions.add_execution",
    "abort": "executions.abort_execution",
    "viewTasks": "tasks.view_task",
    "changeTasks": "tasks.change_task",
    "addTasks": "tasks.add_task",
    "removeTasks": "tasks.delete_task",
    "queueMovies": "movie_queue.add_queuedmovie",
    "changeMovies": "movie_queue.change_queuedmovie",
    "runSchedules": "schedules.run_schedule",
    "addSchedules": "schedules.add_schedule",
    "changeSchedules": "schedules.change_schedule",
    "removeSchedules": "schedules.delete_schedule",
    "steerIrc": "irc_connections.steer_ircconnection",
    "removeMovies": "movie_queue.delete_queuedmovie",
    "changeTrakt": "flexget_state.change_traktaccount",
    "addChannels": "notifications.add_channel",
    "changeChannels": "notifications.change_channel",
    "removeChannels": "notifications.delete_channel",
    "testChannels": "notifications.test_channel",
    "addHooks": "hooks.add_hook",
    "changeHooks": "hooks.change_hook",
    "removeHooks": "hooks.delete_hook",
    "repeatCalls": "hooks.repeat_hookcall",
    "removeTrakt": "flexget_state.delete_traktaccount",
}


def abilities(user: Any) -> dict[str, bool]:
    """What the user may do, so that no button leads to a 403."""
    can = {name: user.has_perm(permission) for name, permission in _ABILITIES.items()}
    return {**can, "steer": user.is_superuser}


def endpoints(*prefixes: str) -> dict[str, str]:
    """The URLs of those API endpoints (lists or single views) that this server has, by prefix."""
    names = dict(router.endpoints())
    found = {}
    for prefix in prefixes:
        if prefix in names:
            found[prefix] = reverse(names[prefix])
    return found


def kinds_of_events() -> list[dict[str, Any]]:
    """What channels may tell of: `[{"name", "label", "chosen"}, …]`, `chosen` being what new ones do."""
    kinds = [
        {"name": name, "label": gettext(kind.label), "chosen": kind.chosen}
        for name, kind in events.kinds.items()
        if name != "test"
    ]
    return sorted(kinds, key=lambda kind: (kind["name"] == events.WELL, kind["label"]))


def schedules() -> list[dict[str, Any]]:
    """The schedules that a monitor may be for: `[{"id", "name"}, …]`."""
    rows = Schedule.rows.order_by("position")
    return [{"id": row.pk, "name": f"{row.pk}: {', '.join(map(str, row.tasks))}"} for row in rows]


def executions(user: Any, rows: QuerySet[Execution] | list[Execution]) -> list[dict[str, Any]]:
    """Executions as `/api/execution` gives them to the user."""
    return executions_for(user, rows)


def tasks(user: Any) -> list[dict[str, Any]]:
    """The tasks that the user may see: name, whether enabled, and where to edit it if they may."""
    if not user.has_perm("tasks.view_task"):
        return []
    editable = user.has_perm("tasks.change_task")
    return [
        {
            "name": task.name,
            "key": task.key,
            "enabled": task.enabled,
            "edit": reverse_name("edit_task", "name", task.name) if editable else None,
        }
        for task in Task.objects.defer("config")
    ]


def last_results(user: Any) -> dict[str, Any]:
    """How each task ended when it ran last, by its name, as the API gives it to the user."""
    rows = Task.objects.last_results()
    return dict(zip(rows, results_for(user, rows.values()), strict=True))


def runs_to_replay(user: Any, task: str) -> list[dict[str, Any]]:
    """The latest results of a task whose entries are kept, so that a changed config can be tried on them."""
    rows = TaskResult.objects.real().filter(task=task).order_by("-execution_id")[:RUNS_TO_REPLAY]
    found = results_for(user, rows)
    kept = KeptEntries.objects.filter(task=task, execution__in=[row["execution"] for row in found])
    with_entries = set(kept.values_list("execution", flat=True))
    return [row for row in found if row["execution"] in with_entries]


def warnings() -> dict[str, list[str]]:
    """What the tasks page warns of, by the task's key in the file."""
    found: dict[str, list[str]] = {}
    for risk in commands_at_risk(mirror.current().document):
        section, key, *_ = risk.path
        if section == "tasks":
            found.setdefault(str(key), []).append(f"{risk.detail}.")
    return found


def invalid_tasks() -> dict[str, dict[str, Any]]:
    """What keeps tasks from running, by their keys in the file, as JSON can hold it."""
    found = invalid.invalid_tasks()
    return {key: {**why, "since": why["since"].isoformat()} for key, why in found.items()}


def movie_queues() -> list[str]:
    """The names of the queues that movies are in, sorted, behind that of the usual one."""
    names = QueuedMovie.objects.order_by().values_list("queue_name", flat=True).distinct()
    return [DEFAULT_QUEUE, *sorted(set(names) - {DEFAULT_QUEUE})]


def add_task_url(user: Any) -> str | None:
    """Where the user adds a task; None where they may not."""
    return reverse("new_task") if user.has_perm("tasks.add_task") else None

"""What a page's script starts with: written into the page, so that the first paint needs no request."""

import fnmatch
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from executions.models import Execution, KeptEntries
from executions.results import TaskResult
from executions.serializers import executions_for, results_for
from flexapi.api.free_names import reverse_name
from flexapi.api.router import router
from flexapi.mirror import invalid, mirror
from flexapi.mirror.status import commands_at_risk
from movie_queue.identity import DEFAULT_QUEUE
from movie_queue.models import QueuedMovie
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
    "queueMovies": "movie_queue.add_queuedmovie",
    "changeMovies": "movie_queue.change_queuedmovie",
    "steerIrc": "irc_connections.steer_ircconnection",
    "removeMovies": "movie_queue.delete_queuedmovie",
    "changeTrakt": "flexget_state.change_traktaccount",
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
    """Where the user adds a task: a form of the admin, or the config where they may not enter that; None where they may not."""
    if not user.has_perm("tasks.add_task"):
        return None
    form = _admin_url("tasks_task_add") if user.is_staff else None
    return form or reverse("edit_config")


def _admin_url(name: str, *arguments: Any) -> str | None:
    try:
        return reverse(f"admin:{name}", args=arguments)
    except NoReverseMatch:  # The admin has no such page.
        return None


def asked_for(rows: QuerySet[Execution], task: str) -> QuerySet[Execution]:
    """Those of the executions that were asked to run the task, by name, by pattern or with all others.

    Patterns match in Python, as FlexGet matches them.
    """
    wanted = task.lower()
    found = [
        pk
        for pk, patterns in rows.values_list("pk", "tasks")
        if not patterns
        or any(fnmatch.fnmatchcase(wanted, str(pattern).lower()) for pattern in patterns)
    ]
    return rows.filter(pk__in=found)

"""What runs and what waits, in short: one query for those who ask again and again."""

import functools
import json
from typing import Any, TypedDict

from django.db import connection

from executions.models import Execution


class Queued(TypedDict):
    """An execution that is not over. Without `tasks` it is of all; what is not known (yet) is empty."""

    id: int
    tasks: list[str]
    current_task: str
    current_phase: str
    current_plugin: str


def queued() -> list[Queued]:
    """Return the executions that are not over, trials aside, in the order in which they are taken.

    The statement is written once: where nothing runs, that took longer than all the rest.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_statement())
        rows = cursor.fetchall()
    return [
        Queued(
            id=pk,
            tasks=json.loads(tasks),
            current_task=task,
            current_phase=phase,
            current_plugin=plugin,
        )
        for pk, tasks, task, phase, plugin in rows
    ]


@functools.cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    rows = Execution.objects.active().real().order_by("priority", "pk")
    names = ("pk", "tasks", "current_task", "current_phase", "current_plugin")
    sql, parameters = rows.values_list(*names).query.sql_with_params()
    return sql, tuple(parameters)

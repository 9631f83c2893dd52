"""Takes the next execution for a worker. In SQL that is made once: an idle worker asks each second, a busy one for each run."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection

from .conflicts import Busy, may_run
from .locks import claiming

if TYPE_CHECKING:
    from .models import ExecutionQuerySet

Query = tuple[str, tuple[Any, ...]]


def take_next(
    executions: "ExecutionQuerySet", worker: str, served: Sequence[str] | None, given: bool
) -> int | None:
    """Have `worker` run the next of the queues `served` (None: any); return its key, None where none may run now.

    `given` is whether it gives it to FlexGet at once.
    """
    queues = None if served is None else tuple(served)
    first = _rows(executions, *_next(executions.model, queues))
    for pk, tasks, trial in first:
        with claiming():
            busy = busy_with(executions)
            if (trial or not busy.overlaps(tasks)) and _take(executions, pk, worker, given):
                return pk
            free = may_run(_waiting(executions, queues), busy)
            return next((pk for pk in free if _take(executions, pk, worker, given)), None)
    return None


def busy_with(executions: "ExecutionQuerySet") -> Busy:
    """Return the tasks of all that a worker has taken; trials are in nobody's way."""
    rows = _rows(executions, *_taken(executions.model))
    return Busy(tasks for _, tasks, _ in rows)


def _waiting(
    executions: "ExecutionQuerySet", queues: tuple[str, ...] | None
) -> "ExecutionQuerySet":
    waiting = executions.unclaimed()
    return waiting if queues is None else waiting.filter(queue__in=queues)


@cache
def _next(model: Any, queues: tuple[str, ...] | None) -> Query:
    return _compiled(_waiting(model.objects.all(), queues)[:1])


@cache
def _taken(model: Any) -> Query:
    return _compiled(model.objects.active().real().exclude(worker=""))


def _compiled(executions: "ExecutionQuerySet") -> Query:
    query: Query = executions.values_list("pk", "tasks", "trial").query.sql_with_params()
    return query


def _rows(
    executions: "ExecutionQuerySet", sql: str, params: tuple[Any, ...]
) -> Iterator[tuple[int, list[str], bool]]:
    """Return key, tasks, and whether it is a trial, of each that a query finds."""
    tasks_of: Any = executions.model._meta.get_field("tasks")
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    for pk, tasks, trial in found:
        yield pk, tasks_of.from_db_value(tasks, None, connection), bool(trial)


def _take(executions: "ExecutionQuerySet", pk: int, worker: str, given: bool) -> bool:
    """Have `worker` run one that waits; False where it doesn't wait any more."""
    table = connection.ops.quote_name(executions.model._meta.db_table)
    sql = f"UPDATE {table} SET worker = %s, given = %s WHERE id = %s AND status = 'pending' AND worker = ''"  # noqa: S608  A name of our own.
    with connection.cursor() as cursor:
        cursor.execute(sql, (worker, given, pk))
        return bool(cursor.rowcount)

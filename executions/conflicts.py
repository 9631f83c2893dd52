"""Which executions may not run side by side: those that run the same task."""

import fnmatch
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

# How many of those that wait are looked at for one that may run now: at first, where the first few nearly always have one, and then.
FIRST_LOOK, LOOK = 20, 200
# What is known to be busy is left out by the database, so much of it: the statement must not grow without end.
LEFT_OUT = 300
# How many are looked at in all, those aside that the database leaves out.
LOOKED_THROUGH = 500
_GLOB = frozenset("*?[")


class Busy:
    """The tasks of requests that go on, or that wait and come first; each request is names and globs, none being all.

    Two globs that are not alike are taken not to overlap: whether they do depends on the config,
    and FlexGet's side asks again for each task where its database can tell.
    """

    def __init__(self, requests: Iterable[list[str]] = ()) -> None:
        self.requests: list[list[str]] = []
        self._names: set[str] = set()
        self._globs: set[str] = set()
        self._has_all = False
        for tasks in requests:
            self.add(tasks)

    def add(self, tasks: list[str]) -> None:
        """Have these tasks be busy as well."""
        if tasks not in self.requests:
            self.requests.append(tasks)
        self._has_all = self._has_all or not tasks
        for task in _lower(tasks):
            (self._globs if _GLOB & set(task) else self._names).add(task)

    def overlaps(self, tasks: list[str]) -> bool:
        """Whether a request may run one of the tasks."""
        if self._has_all or not tasks:
            return bool(self.requests)
        return any(map(self._has, _lower(tasks)))

    def _has(self, task: str) -> bool:
        if task in self._names or task in self._globs:
            return True
        if _GLOB & set(task) and any(fnmatch.fnmatchcase(name, task) for name in self._names):
            return True
        return any(
            fnmatch.fnmatchcase(task, glob) or fnmatch.fnmatchcase(glob, task)
            for glob in self._globs
        )


def may_run(waiting: "QuerySet[Any]", busy: Busy) -> Iterator[int]:
    """Yield the keys of those that wait, by priority and key, and may run now, each beside those that were yielded before it.

    Each is looked at with what is `busy` then: `busy` grows with what is passed over, so the order of the queue is kept where it
    matters. Trials wait for no run, and none for them.
    """
    ordered = waiting.order_by("priority", "pk")
    behind, size, looked_at = Q(), FIRST_LOOK, 0
    while looked_at < LOOKED_THROUGH:
        rows = list(ordered.filter(behind).values_list("pk", "priority", "tasks", "trial")[:size])
        for pk, _, tasks, trial in rows:
            if trial or not busy.overlaps(tasks):
                yield pk
            if not trial:
                busy.add(tasks)
        if len(rows) < size:
            return
        looked_at += size
        last, priority, size = rows[-1][0], rows[-1][1], LOOK
        # Of a long queue, nearly all want what others of it want.
        same = Q(trial=False, tasks__in=busy.requests[-LEFT_OUT:])
        behind = (Q(priority__gt=priority) | Q(priority=priority, pk__gt=last)) & ~same


def _lower(tasks: Iterable[str]) -> list[str]:
    # As FlexGet's manager matches them.
    return [task.lower() for task in tasks]

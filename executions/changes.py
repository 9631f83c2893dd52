"""What is different in two runs: a replay and the run whose entries it got, or any two."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from executions.models import Execution, ExecutionEntry

_FIELDS = ("task", "title", "url", "original_url", "state", "reason", "plugin")

# Title, original URL, and how many such entries stand before: a task may have twins.
_Name = tuple[str, str, int]


class NoReplay(Exception):
    """The execution is compared with none; the text says why."""


def of(
    execution: Execution, against: Execution | None = None, *, unchanged: bool = False
) -> list[dict[str, Any]]:
    """Return entry by entry what became of it in the other run and in this one, in the order of this one.

    `{"task", "title", "url", "before": {"state", "reason", "plugin"} or null where it wasn't there, "after": the same}`;
    with `unchanged` also those whose state is the same. The other run is `against`, or else that whose entries a replay got.
    Two queries. Raises NoReplay.
    """
    if against is not None:
        return _of_two(against.pk, execution.pk, unchanged=unchanged)
    tried = getattr(execution, "tried", None)
    if tried is None or tried.entries_from is None:
        raise NoReplay(gettext("{execution} is not a replay.").format(execution=execution))
    if execution.entries_of_id is None:
        raise NoReplay(gettext("The run whose entries it got is no longer kept."))
    found: list[dict[str, Any]] = []
    before = _by_task(execution.entries_of_id, tried.entries_from.values())
    after = _by_task(execution.pk, tried.entries_from)
    for task, other in tried.entries_from.items():
        found += _compared(task, before.get(other, {}), after.get(task, {}), unchanged=unchanged)
    return found


def _of_two(other: int, execution: int, *, unchanged: bool) -> list[dict[str, Any]]:
    """Return how the entries of the tasks differ that ran in both. Raises NoReplay where there is none."""
    before, after = _by_task(other), _by_task(execution)
    tasks = [task for task in after if task in before]
    if not tasks:
        raise NoReplay(gettext("The two have no task in common of which entries are kept."))
    found: list[dict[str, Any]] = []
    for task in tasks:
        found += _compared(task, before[task], after[task], unchanged=unchanged)
    return found


def _by_task(
    execution: int, tasks: Iterable[str] | None = None
) -> dict[str, dict[_Name, dict[str, Any]]]:
    rows = ExecutionEntry.objects.filter(execution=execution)
    if tasks is not None:
        rows = rows.filter(task__in=list(tasks))
    found: dict[str, dict[_Name, dict[str, Any]]] = {}
    twins: Counter[tuple[str, str, str]] = Counter()
    for row in rows.order_by("pk").values(*_FIELDS):
        name = (row["task"], row["title"], row["original_url"])
        found.setdefault(row["task"], {})[*name[1:], twins[name]] = row
        twins[name] += 1
    return found


def _compared(
    task: str,
    before: dict[_Name, dict[str, Any]],
    after: dict[_Name, dict[str, Any]],
    *,
    unchanged: bool,
) -> list[dict[str, Any]]:
    """Return the entries of one task in both runs."""
    renamed = _renamed(before, after)
    pairs = [(before.get(renamed.get(name, name)), row) for name, row in after.items()]
    there = {renamed.get(name, name) for name in after}
    gone: list[Any] = [(row, None) for name, row in before.items() if name not in there]
    return [
        {
            "task": task,
            "title": (new or old)["title"],
            "url": (new or old)["url"],
            "before": _fate(old),
            "after": _fate(new),
        }
        for old, new in [*pairs, *gone]
        if unchanged or old is None or new is None or old["state"] != new["state"]
    ]


def _renamed(before: Iterable[_Name], after: Iterable[_Name]) -> dict[_Name, _Name]:
    """Return what entries were called that have another title now (`manipulate`): those alone with their URL."""
    lost = _by_url(set(before) - set(after))
    new = _by_url(set(after) - set(before))
    return {
        names[0]: lost[url][0]
        for url, names in new.items()
        if url and len(names) == 1 == len(lost.get(url, ()))
    }


def _by_url(names: Iterable[_Name]) -> dict[str, list[_Name]]:
    found: dict[str, list[_Name]] = {}
    for name in names:
        found.setdefault(name[1], []).append(name)
    return found


def _fate(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return row and {name: row[name] for name in ("state", "reason", "plugin")}

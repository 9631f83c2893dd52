"""The tasks that the config's section `schedules` names, told as the API knows the schedules.

Each entry has `tasks`: a name or a list of names, in which `*`, `?` and `[…]` are wildcards.
FlexGet compares without regard to case. What matches a task by a wildcard does not name it.
"""

from typing import Any

from django.utils.translation import gettext

from flexapi.mirror.document import Document, Path
from schedules.models import Schedule


class ScheduleReferences:
    """Implements `handlers.References`."""

    def naming(self, document: Document, task: str) -> list[str]:
        """Return `schedule 7 (tv, movies)` and so on, in the order of the file."""
        places = sorted({index for index, _ in _places(document, task)})
        if not places:
            return []
        rows = {row.position: row for row in Schedule.rows.filter(position__in=places)}
        return [
            gettext("schedule {number} ({tasks})").format(
                number=rows[place].pk, tasks=", ".join(rows[place].tasks)
            )
            for place in places
            if place in rows
        ]

    def rename(self, document: Document, task: str, name: str) -> Document:
        """Return the document with the new name in all entries."""
        for _, path in _places(document, task):
            document = document.set(path, name)
        return document

    def remove(self, document: Document, task: str) -> Document:
        """Return the document without the task; an entry left without a task goes too."""
        # From the last on: what is removed moves all that follows.
        for _, path in reversed(_places(document, task)):
            entry = path[:2]
            if len(path) == 3 or len(document.get(path[:3])) == 1:
                document = document.delete(entry)
            else:
                document = document.delete(path)
        return document


def _places(document: Document, task: str) -> list[tuple[int, Path]]:
    """Where the task is named: the index of the entry and the path of the name."""
    schedules = document.data.get("schedules") if isinstance(document.data, dict) else None
    if not isinstance(schedules, list):
        return []
    names = _aliases(document, task)
    found: list[tuple[int, Path]] = []
    for index, entry in enumerate(schedules):
        tasks = entry.get("tasks") if isinstance(entry, dict) else None
        if isinstance(tasks, list):
            found += [
                (index, ("schedules", index, "tasks", at))
                for at, name in enumerate(tasks)
                if _is(name, names)
            ]
        elif _is(tasks, names):
            found.append((index, ("schedules", index, "tasks")))
    return found


def _is(value: Any, names: set[str]) -> bool:
    return isinstance(value, str) and value.lower() in names


def _aliases(document: Document, task: str) -> set[str]:
    """The names, in lower case, by which entries mean this task and no other.

    Somebody who disabled a task by hand, `tv` to `_tv`, may have left `tv` in the schedules.
    """
    tasks = document.data.get("tasks")
    others = [str(key).lower() for key in tasks] if isinstance(tasks, dict) else []
    if task.lower() in others:
        others.remove(task.lower())
    names = {task.lower(), task.removeprefix("_").lower()}
    return names.difference(others)

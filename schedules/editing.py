"""What can be done to a schedule in the config: each function is one write of the file.

All raise what `writing.write` raises, beside the errors of `flexapi.mirror.document` and what is
named below; PathNotFound where the schedule is gone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils import timezone

from flexapi.mirror import mirror, validation, writing
from flexapi.mirror.document import Document, PathNotFound, from_json, to_json
from flexapi.mirror.document.values import same_content
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.models import ConfigRevision
from schedules.times import EITHER, BadSchedule, Times, local_zone

SECTION = "schedules"
NEVER = "It never comes due."
_BAD_KEY = re.compile(r"^The key `(.+)` is not valid here\.$")


class Refused(Exception):
    """The config can't have this schedule; `errors` are (path in the schedule, message)."""

    def __init__(self, errors: list[tuple[tuple[Any, ...], str]]) -> None:
        super().__init__("; ".join(message for _, message in errors))
        self.errors = errors


class IsDefault(Exception):
    """The schedule is FlexGet's default and stands nowhere in the config."""

    def __init__(self) -> None:
        super().__init__(
            "This is what FlexGet does where the config names no schedule: add one to replace it, "
            "or set the config's section `schedules` to false."
        )


class Twin(Exception):
    """The config has this schedule already."""

    def __init__(self, place: int) -> None:
        super().__init__(f"Number {place + 1} of the schedules is the same.")


@dataclass(frozen=True)
class Editor:
    """Who edits, and how.

    `guard` is called under the writers' lock with the id of each schedule that is about to change,
    and may raise to prevent the write.
    """

    origin: str = ConfigRevision.Origin.API
    author: AbstractBaseUser | AnonymousUser | None = None
    guard: Callable[[int], None] | None = None

    def create(self, entry: dict[str, Any]) -> int:
        """Add a schedule at the end of the section; return its id. Raises Refused, Twin.

        A section that is no list (missing, `yes`, `no`) becomes one.
        """

        def edit(base: Snapshot) -> Document:
            return self._with(base, len(listed(base)), entry)

        taken = self._write(edit, f"Added a schedule of {_names(entry)}")
        return self._id_at(len(listed(taken)) - 1)

    def update(self, schedule: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Set a schedule's entry: `change` gets the JSON view of it and returns the new one.

        Raises Refused, Twin, IsDefault.
        """

        def edit(base: Snapshot) -> Document:
            place = self._place(schedule)
            return self._with(base, place, change(to_json(listed(base)[place])))

        self._write(edit, f"Changed schedule {schedule}")

    def delete(self, schedules: list[int]) -> None:
        """Delete schedules in one write. Raises IsDefault. Without any, FlexGet runs nothing by itself."""

        def edit(base: Snapshot) -> Document:
            document = base.document
            for place in sorted(map(self._place, schedules), reverse=True):
                document = document.delete((SECTION, place))
            return document

        names = ", ".join(map(str, schedules))
        self._write(edit, f"Deleted schedule{'s' * (len(schedules) > 1)} {names}")

    def _with(self, base: Snapshot, place: int, entry: dict[str, Any]) -> Document:
        """The document with the entry at a place, once nothing speaks against it."""
        present = listed(base)
        before = present[place] if place < len(present) else None
        entry = from_json(_as_before(entry, before), before)
        twins = (
            at for at, other in enumerate(present) if at != place and same_content(other, entry)
        )
        document = _set(base, place, entry)
        # What FlexGet says about it comes first; `write` gets the same answer without asking again.
        try:
            validation.check(base.data, mirror.mapping(document))
        except validation.Invalid as error:
            raise Refused(_in_entry(error.faults, place)) from error
        _check(entry)
        if (twin := next(twins, None)) is not None:
            raise Twin(twin)
        return document

    def _place(self, schedule: int) -> int:
        """Where the schedule is in the list, once the guard has nothing against it."""
        if self.guard is not None:
            self.guard(schedule)
        row = _rows().filter(pk=schedule).values_list("position", "default").first()
        if row is None:
            raise PathNotFound(f"There is no schedule {schedule}")
        place, default = row
        if default:
            raise IsDefault
        return int(place)

    def _id_at(self, place: int) -> int:
        return int(_rows().values_list("pk", flat=True).get(position=place))

    def _write(self, edit: writing.Edit, summary: str) -> Snapshot:
        return writing.write(edit, origin=self.origin, author=self.author, summary=summary)


def listed(base: Snapshot) -> list[Any]:
    """Return the entries that the config has; none where the section is no list."""
    section = base.data.get(SECTION)
    return section if isinstance(section, list) else []


def replaces(base: Snapshot) -> str | None:
    """Return what the first schedule that somebody adds takes the place of; None where it is a list."""
    section = base.data.get(SECTION)
    if isinstance(section, list):
        return None
    if section is True or section is None:
        what = "`schedules: yes`" if section else "no `schedules` in the config"
        return f"{what}, by which every task ran once an hour"
    return "`schedules: no`, by which nothing ran by itself" if section is False else None


def field_of(path: tuple[Any, ...], message: str) -> str:
    """Return the field that a complaint is about: FlexGet names some in its text alone."""
    key = _BAD_KEY.search(message) if len(path) < 2 else None
    if key is not None:
        path = (*path, key[1])
    elif not path:
        path = ("interval",) if message == EITHER else ("tasks",) if "'tasks'" in message else path
    return validation.dotted(path) or "non_field_errors"


def _set(base: Snapshot, place: int, entry: dict[str, Any]) -> Document:
    if isinstance(base.data.get(SECTION), list):
        return base.document.set((SECTION, place), entry)
    return base.document.set((SECTION,), [entry])


def _as_before(entry: dict[str, Any], before: Any) -> dict[str, Any]:
    """The entry with its tasks as one name where the file has it so: a list of one is the same."""
    tasks = before.get("tasks") if isinstance(before, dict) else None
    if isinstance(tasks, str) and entry.get("tasks") == [tasks]:
        return {**entry, "tasks": tasks}
    return entry


def _check(entry: dict[str, Any]) -> None:
    """Raise Refused for what FlexGet takes and could not do: its check knows no values of cron."""
    try:
        times = Times(entry, local_zone())
        if times.first(timezone.now()) is None:
            raise BadSchedule(NEVER, "schedule")
    except BadSchedule as error:
        raise Refused([(error.path, error.message)]) from error


def _in_entry(faults: list[validation.Fault], place: int) -> list[tuple[tuple[Any, ...], str]]:
    at = (SECTION, place)
    return [
        (fault.path[2:], fault.message)
        if fault.path[:2] == at
        else ((), f"{validation.dotted(fault.path)}: {fault.message}")
        for fault in faults
    ]


def _names(entry: dict[str, Any]) -> str:
    tasks = entry.get("tasks")
    return ", ".join(map(str, tasks)) if isinstance(tasks, list) else str(tasks)


def _rows() -> Any:
    # The models write through this module.
    return apps.get_model("schedules", "Schedule")._base_manager

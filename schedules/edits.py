"""What can be done to a schedule in the config: each function is one write of the file.

All raise what `writing.write` raises, beside the errors of `flexapi.mirror.document` and what is
named below; PathNotFound where the schedule is gone.
"""

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext

from flexapi import time_zone
from flexapi.mirror import mirror
from flexapi.mirror.document import Document, EditRefused, PathNotFound, from_json, to_json
from flexapi.mirror.document.values import same_content
from flexapi.mirror.edits import validation, writing
from flexapi.mirror.edits.editor import Editor
from flexapi.mirror.mirror import Snapshot
from flexapi.phrases import phrase
from schedules.times import EITHER, BadSchedule, Times

SECTION = "schedules"
NEVER = phrase("It never comes due.")
# What edits did, as revisions tell it.
ADDED = phrase("Added a schedule of {tasks}")
CHANGED = phrase("Changed schedule {schedule}")
DELETED = phrase("Deleted schedule {schedule}")
ALL_DELETED = phrase("Deleted schedules {schedules}")
_BAD_KEY = re.compile(r"^The key `(.+)` is not valid here\.$")


class BadEntry(writing.WriteRefused):
    """The config can't have this schedule; `errors` are (field, message)."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


class IsDefault(writing.WriteRefused):
    """The schedule is FlexGet's default and stands nowhere in the config."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "This is what FlexGet does where the config names no schedule: add one to replace it, "
                "or set the config's section `schedules` to false."
            )
        )


class Twin(writing.WriteRefused):
    """The config has this schedule already."""

    def __init__(self, place: int) -> None:
        super().__init__(
            gettext("Number {number} of the schedules is the same.").format(number=place + 1)
        )


class ScheduleEditor(Editor[int]):
    """Edits schedules; the guard gets their ids."""

    def create(self, entry: dict[str, Any]) -> int:
        """Add a schedule at the end of the section; return its id. Raises BadEntry, Twin.

        A section that is missing, `yes` or `no` becomes a list; anything else is refused (EditRefused).
        """

        def edit(base: Snapshot) -> Document:
            return self._with(base, len(listed(base)), entry)

        return self._add(edit, _names(entry))

    def create_source(self, text: str) -> int:
        """Add a schedule from its YAML source (`- tasks: …`), comments included; return its id.

        Raises as `create` does.
        """
        entry = _entry_of(text)

        def edit(base: Snapshot) -> Document:
            place = len(listed(base))
            return self._with(base, place, entry).replace_source((SECTION, place), text)

        return self._add(edit, _names(entry))

    def replace_source(self, schedule: int, text: str) -> None:
        """Set a schedule's YAML source, comments included. Raises as `update` does."""
        entry = _entry_of(text)

        def edit(base: Snapshot) -> Document:
            place = self._place(schedule)
            document = base.document.replace_source((SECTION, place), text)
            self._check(base, document, place, entry)
            return document

        self._write(edit, CHANGED.format(schedule=schedule))

    def update(self, schedule: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Set a schedule's entry: `change` gets the JSON view of it and returns the new one.

        Raises BadEntry, Twin, IsDefault.
        """

        def edit(base: Snapshot) -> Document:
            place = self._place(schedule)
            return self._with(base, place, change(to_json(listed(base)[place])))

        self._write(edit, CHANGED.format(schedule=schedule))

    def delete(self, schedules: list[int]) -> None:
        """Delete schedules in one write. Raises IsDefault. Without any, FlexGet runs nothing by itself."""

        def edit(base: Snapshot) -> Document:
            document = base.document
            for place in sorted(map(self._place, schedules), reverse=True):
                document = document.delete((SECTION, place))
            return document

        names = ", ".join(map(str, schedules))
        done = ALL_DELETED.format(schedules=names)
        self._write(edit, done if len(schedules) > 1 else DELETED.format(schedule=names))

    def _with(self, base: Snapshot, place: int, entry: dict[str, Any]) -> Document:
        """The document with the entry at a place, once nothing speaks against it."""
        present = listed(base)
        before = present[place] if place < len(present) else None
        entry = from_json(_as_before(entry, before), before)
        document = _set(base, place, entry)
        self._check(base, document, place, entry)
        return document

    def _check(self, base: Snapshot, document: Document, place: int, entry: Any) -> None:
        """Raise BadEntry or Twin for an entry that the document has in a place."""
        # What FlexGet says about it comes first; `write` gets the same answer without asking again.
        try:
            validation.check(base.data, mirror.mapping(document))
        except validation.Invalid as error:
            raise BadEntry(_in_entry(error.faults, place)) from error
        _check_times(entry)
        for at, other in enumerate(listed(base)):
            if at != place and same_content(other, entry):
                raise Twin(at)

    def _place(self, schedule: int) -> int:
        """Where the schedule is in the list, once the guard has nothing against it."""
        self._ask_guard(schedule)
        row = _rows().filter(pk=schedule).values_list("position", "default").first()
        if row is None:
            raise PathNotFound(gettext("There is no schedule {schedule}").format(schedule=schedule))
        place, default = row
        if default:
            raise IsDefault
        return int(place)

    def _add(self, edit: writing.Edit, names: str) -> int:
        taken = self._write(edit, ADDED.format(tasks=names))
        if self.dry:
            return 0
        last = len(listed(taken)) - 1
        return int(_rows().values_list("pk", flat=True).get(position=last))


def listed(base: Snapshot) -> list[Any]:
    """Return the entries that the config has; none where the section isn't a list."""
    section = base.data.get(SECTION)
    return section if isinstance(section, list) else []


def replaces(base: Snapshot) -> str | None:
    """Return what the first schedule that somebody adds takes the place of; None where it is a list."""
    section = base.data.get(SECTION)
    if section is False:
        return gettext("`schedules: no`, by which nothing ran by itself")
    if section is True:
        return gettext("`schedules: yes`, by which every task ran once an hour")
    if section is None:
        return gettext("no `schedules` in the config, by which every task ran once an hour")
    return None


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
    base.document.require((SECTION,), list, bool)
    return base.document.set((SECTION,), [entry])


def _as_before(entry: dict[str, Any], before: Any) -> dict[str, Any]:
    """The entry with its tasks as one name where the file has it so: a list of one is the same."""
    tasks = before.get("tasks") if isinstance(before, dict) else None
    if isinstance(tasks, str) and entry.get("tasks") == [tasks]:
        return {**entry, "tasks": tasks}
    return entry


def _check_times(entry: Any) -> None:
    """Raise BadEntry for what FlexGet takes and could not do: its check knows no values of cron."""
    try:
        times = Times(entry, time_zone.zone())
        if times.first(timezone.now()) is None:
            raise BadSchedule(NEVER, "schedule")
    except BadSchedule as error:
        raise BadEntry([(field_of(error.path, error.message), error.message)]) from error


def _in_entry(faults: list[validation.Fault], place: int) -> list[tuple[str, str]]:
    at = (SECTION, place)
    return [
        (field_of(fault.path[2:], fault.message), fault.message)
        if fault.path[:2] == at
        else ("non_field_errors", f"{validation.dotted(fault.path)}: {fault.message}")
        for fault in faults
    ]


def _entry_of(text: str) -> Any:
    """The entry that a YAML source of one has. Raises ParseError, EditRefused."""
    data = Document(text).data
    if not isinstance(data, list) or len(data) != 1:
        raise EditRefused(gettext("The text has to hold one schedule, as in `- tasks: …`"), 1, 1)
    return data[0]


def _names(entry: Any) -> str:
    tasks = entry.get("tasks") if isinstance(entry, dict) else None
    return ", ".join(map(str, tasks)) if isinstance(tasks, list) else str(tasks)


def _rows() -> Any:
    # The models write through this module.
    return apps.get_model("schedules", "Schedule")._base_manager

"""Rows of the config's section `schedules`: which row is which entry, and when each is due."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any

from django.db import models
from django.utils import timezone

from flexapi import time_zone
from flexapi.mirror.document.jsonview import to_json
from flexapi.phrases import phrase
from schedules.models import Schedule, fingerprint
from schedules.times import BadSchedule, Times

# What FlexGet does where the section is missing or `yes`.
DEFAULT = {"tasks": ["*"], "interval": {"hours": 1}}
MIRRORED = ("position", "default", "fingerprint", "tasks", "interval", "schedule", "problem")
PLANNED = ("next_run", "zone", "last_due")


SAME = phrase("It is the same as number {number} of the schedules.")


def entries(section: Any) -> tuple[list[Any], bool]:
    """Return the entries of a section, and whether they are FlexGet's default.

    `no` and whatever FlexGet would refuse as a whole are no entries.
    """
    if section is None or section is True:
        return [DEFAULT], True
    return (section, False) if isinstance(section, list) else ([], False)


def update_schedules(old: Any, new: Any) -> None:
    """Make the rows show the section `new`; a handler of the mirror."""
    update_rows(new, timezone.now(), time_zone.zone())


def update_rows(section: Any, now: datetime, zone: tzinfo) -> None:
    """Make the rows show `section`. What is due when stays where the times are as before."""
    found, default = entries(section)
    views = [to_json(entry) for entry in found]
    known = list(Schedule.rows.order_by("position"))
    matched = match(known, views, default)
    kept = {row.pk for row in matched if row is not None}
    Schedule.rows.filter(pk__in=[row.pk for row in known if row.pk not in kept]).delete()
    changed, added = [], []
    places: dict[str, int] = {}
    for position, (view, present) in enumerate(zip(views, matched, strict=True)):
        row = Schedule() if present is None else present
        before = _state(row)
        row.position, row.default, row.fingerprint = position, default, fingerprint(view)
        _show(row, view, now, zone, twin=places.get(row.fingerprint))
        places.setdefault(row.fingerprint, position)
        if present is None:
            added.append(row)
        elif _state(row) != before:
            changed.append(row)
    rows: models.QuerySet[Schedule] = models.QuerySet(Schedule)
    rows.bulk_update(changed, [*MIRRORED, *PLANNED], batch_size=500)
    rows.bulk_create(added, batch_size=500)


def match(rows: list[Schedule], views: list[Any], default: bool) -> list[Schedule | None]:
    """Return for each entry the row that stands for it; None for a new one.

    They are matched by content, in the same place first; what is left by tasks; what is left then
    by place: behind the same entry, before the same entry, or at the same position.
    """
    matching = _Matching(rows, views)
    marks = [fingerprint(view) for view in views]
    matching.by_value([row.fingerprint for row in rows], marks)
    if default or any(row.default for row in rows):
        # FlexGet's default is no earlier form of what somebody wrote in its place.
        return matching.result()
    names = [fingerprint(_tasks(view)) for view in views]
    matching.by_value([fingerprint(row.tasks) for row in rows], names)
    matching.by_place()
    return matching.result()


class _Matching:
    """Pairs rows with entries, each once."""

    def __init__(self, rows: list[Schedule], views: list[Any]) -> None:
        self._rows = rows
        self._free = set(range(len(rows)))
        self._row_of: list[int | None] = [None] * len(views)

    def by_value(self, row_values: list[str], view_values: list[str]) -> None:
        """Pair those of the same value: in the same place first, then in order."""
        self._take(lambda at: at if row_values[at : at + 1] == [view_values[at]] else None)
        places: dict[str, list[int]] = {}
        for index in sorted(self._free, reverse=True):
            places.setdefault(row_values[index], []).append(index)

        def next_of_value(at: int) -> int | None:
            same = places.get(view_values[at])
            return same.pop() if same else None

        self._take(next_of_value)

    def by_place(self) -> None:
        """Pair those that follow, precede or stand where a paired one does."""
        self._take(lambda at: self._beside(at - 1, 1) if at else None)
        for at in reversed(range(len(self._row_of) - 1)):
            self._pair(at, self._beside(at + 1, -1))
        self._take(lambda at: at)

    def result(self) -> list[Schedule | None]:
        return [None if index is None else self._rows[index] for index in self._row_of]

    def _take(self, choose: Callable[[int], int | None]) -> None:
        for at in range(len(self._row_of)):
            if self._row_of[at] is None:
                self._pair(at, choose(at))

    def _pair(self, at: int, index: int | None) -> None:
        if self._row_of[at] is None and index is not None and index in self._free:
            self._row_of[at] = index
            self._free.remove(index)

    def _beside(self, at: int, step: int) -> int | None:
        index = self._row_of[at]
        return None if index is None else index + step


def _state(row: Schedule) -> list[Any]:
    return [getattr(row, name) for name in (*MIRRORED, *PLANNED)]


def _tasks(view: Any) -> list[Any]:
    tasks = view.get("tasks") if isinstance(view, dict) else None
    return tasks if isinstance(tasks, list) else [tasks]


def _show(row: Schedule, view: Any, now: datetime, zone: tzinfo, twin: int | None) -> None:
    """Let a row show an entry, and plan its next run where its times are new.

    `twin` is the place of an earlier entry with the same content.
    """
    before = (row.interval, row.schedule, row.problem)
    content = view if isinstance(view, dict) else {}
    row.tasks = [str(name) for name in _tasks(view) if name is not None]
    row.interval, row.schedule = content.get("interval"), content.get("schedule")
    row.problem = _problem(view, zone, twin)
    if row.problem:
        row.next_run = None
    elif row._state.adding or (row.interval, row.schedule, "") != before:
        row.last_due = None
        row.next_run = None
        if row.enabled:
            row.plan(now, zone)


def _problem(view: Any, zone: tzinfo, twin: int | None) -> str:
    if twin is not None:
        return SAME.format(number=twin + 1)
    try:
        Times(view, zone)
    except BadSchedule as error:
        return str(error)
    return ""

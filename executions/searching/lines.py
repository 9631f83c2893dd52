"""Reads the lines of a search that pass what the database can tell.

In SQL, made once for a page: a page reads up to hundreds of ranges, and making a query of Django's took twice the time that
SQLite needs for one.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from executions.following.log_reader import levels_below
from executions.searching.words import READ, Wanted


class Line(NamedTuple):
    """A line, its message as far as it is read."""

    seq: int
    time: datetime
    level: str
    plugin: str
    task: str
    message: str


class Reader:
    """Reads ranges of lines, the last one first."""

    def __init__(self, wanted: Wanted) -> None:
        conditions: list[str] = []
        self._params: list[Any] = []
        # The least level that is shown may be above the one that is wanted.
        below = {*levels_below(wanted.level or "TRACE")}
        if wanted.masked:
            below |= {*levels_below("VERBOSE")}
        if below:
            conditions.append(f"level NOT IN ({', '.join(['%s'] * len(below))})")
            self._params += sorted(below)
        adapted = connection.ops.adapt_datetimefield_value
        for condition, value in (
            ("task = %s", wanted.task),
            ("plugin = %s", wanted.plugin),
            ("time >= %s", wanted.after and adapted(wanted.after)),
            ("time < %s", wanted.before and adapted(wanted.before)),
        ):
            if value:
                conditions.append(condition)
                self._params.append(value)
        self._sql = " AND ".join(
            [
                f"SELECT seq, time, level, plugin, task, SUBSTR(message, 1, {READ})"  # noqa: S608  No text of anybody's.
                " FROM executions_logline WHERE execution_id = %s AND seq BETWEEN %s AND %s",
                *conditions,
            ]
        )

    def read(self, execution: int, first: int, last: int) -> Iterator[Line]:
        """Yield the lines of an execution from `first` to `last`."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"{self._sql} ORDER BY seq DESC", [execution, first, last, *self._params]
            )
            rows = cursor.fetchall()
        for seq, moment, *rest in rows:
            # From SQLite they come without a zone.
            yield Line(seq, moment if moment.tzinfo else moment.replace(tzinfo=UTC), *rest)

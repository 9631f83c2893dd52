"""How big an edit may make the config: what takes FlexGet minutes to read would keep everybody waiting.

A file that was written by hand may be bigger, and edits that don't add to it are taken.
"""

from typing import Any

from django.utils.translation import gettext

from flexapi.mirror.document import Document, LimitError
from flexapi.mirror.store.rows import mapping

MOST_TASKS = 20_000
MOST_VALUES = 400_000
# Characters; a shorter text has no more values than are allowed.
SHORT = 2 * MOST_VALUES


def refuse_oversized(document: Document, base: Document) -> None:
    """Raise LimitError where an edit of `base` makes it bigger than a config may be."""
    tasks = _tasks(document)
    if tasks > MOST_TASKS and tasks > _tasks(base):
        raise LimitError(
            gettext(
                "The config would have {tasks:,} tasks, and {most_tasks:,} are the most that an edit may make"
            ).format(tasks=tasks, most_tasks=MOST_TASKS)
        )
    if len(document.text) > SHORT:
        values = _values(document.data)
        if values > MOST_VALUES and values > _values(base.data):
            raise LimitError(
                gettext(
                    "The config would have {values:,} values, and {most_values:,} are the most that an edit may make"
                ).format(values=values, most_values=MOST_VALUES)
            )


def _tasks(document: Document) -> int:
    # A text may be anything at its root, or nothing.
    return len(mapping(mapping(document.data).get("tasks")))


def _values(data: Any) -> int:
    """Count scalars and collections, with what aliases stand for."""
    count, left = 0, [data]
    while left:
        value = left.pop()
        count += 1
        if isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
    return count

"""Rejections that FlexGet remembers: `{"id", "title", "url", "task", "added", "expires", "rejected_by", "reason"}`. While it
does, the task rejects the entry without looking."""

from typing import Any

from flexget.components.rejected import db
from flexget.task import config_changed

from flexapi.engine.flexget_database import local_time

from .tables import Json, Table, equal_to, one_of, part_of


def _as_json(row: Any) -> Json:
    return {
        "id": row.id,
        "title": row.title,
        "url": row.url,
        "task": row.task.name if row.task else None,
        "added": local_time(row.added),
        "expires": local_time(row.expires),
        "rejected_by": row.rejected_by,
        "reason": row.reason,
    }


def _reconsider(session: Any) -> None:
    """Have tasks look at all entries again, as `flexget rejected clear` has.

    Not where one rejection is forgotten: it makes FlexGet forget all the others as well.
    """
    config_changed(session=session)


TABLE = Table(
    model=db.RememberEntry,
    noun="remembered rejection",
    as_json=_as_json,
    ordering={
        name: getattr(db.RememberEntry, name)
        for name in ("added", "id", "title", "expires", "rejected_by", "reason")
    },
    filters={
        "search": part_of(db.RememberEntry.title, db.RememberEntry.url),
        "search_titles": part_of(db.RememberEntry.title),
        "task": lambda name: db.RememberEntry.task.has(db.RememberTask.name == name),
        "rejected_by": equal_to(db.RememberEntry.rejected_by),
        "ids": one_of(db.RememberEntry.id),
    },
    shown_with=db.RememberEntry.task,
    after_clear=_reconsider,
)

METHODS = TABLE.methods("rejected")

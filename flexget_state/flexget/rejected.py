"""Rejections that FlexGet remembers: `{"id", "title", "url", "task", "added", "expires", "rejected_by", "reason"}`. While it
does, the task rejects the entry without looking."""

from typing import Any

from flexget.components.rejected import db
from flexget.task import config_changed

from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Params, local_time, on_database

from .tables import Json, Table, equal_to, one_of, part_of, shown_part_of


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


class RejectedTable(Table):
    """Remembered rejections."""

    def clear(self, manager: WarmManager, params: Params) -> Json:
        """Delete the rows that match, and have tasks look at all entries again, as `flexget rejected clear` has.

        Not where some are to stay: it makes FlexGet forget them as well.
        """
        answer = super().clear(manager, params)
        if not params["filters"]:
            on_database(_reconsider)(manager, params)
        return answer


def _reconsider(session: Any, params: Params) -> None:
    config_changed(session=session)


TABLE = RejectedTable(
    model=db.RememberEntry,
    noun="remembered rejection",
    as_json=_as_json,
    ordering={
        name: getattr(db.RememberEntry, name)
        for name in ("added", "id", "title", "url", "expires", "rejected_by", "reason")
    },
    filters={
        "search": part_of(db.RememberEntry.title, db.RememberEntry.url),
        "search_titles": shown_part_of(db.RememberEntry.title),
        "task": lambda name: db.RememberEntry.task.has(db.RememberTask.name == name),
        "rejected_by": equal_to(db.RememberEntry.rejected_by),
        "ids": one_of(db.RememberEntry.id),
    },
    shown_with="task",
)

METHODS = TABLE.methods("rejected")

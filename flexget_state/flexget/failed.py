"""Entries that failed: `{"id", "title", "url", "added", "reason", "count", "retry_time"}`. FlexGet rejects them until then,
and for good after too many failures."""

from typing import Any

from flexget.components.failed import db
from flexget.task import config_changed

from flexapi.engine.host.transactions import local_time

from .tables import Json, Table, equal_to, one_of, part_of, shown_part_of


def _as_json(row: Any) -> Json:
    return {
        "id": row.id,
        "title": row.title,
        "url": row.url,
        "added": local_time(row.tof),
        "reason": row.reason,
        "count": row.count,
        "retry_time": local_time(row.retry_time),
    }


def _reconsider(session: Any) -> None:
    """Have tasks look at all entries again, as `flexget failed clear` has."""
    config_changed(session=session)


TABLE = Table(
    model=db.FailedEntry,
    noun="failed entry",
    as_json=_as_json,
    ordering={"added": db.FailedEntry.tof}
    | {
        name: getattr(db.FailedEntry, name)
        for name in ("id", "title", "url", "reason", "count", "retry_time")
    },
    filters={
        "search": part_of(db.FailedEntry.title, db.FailedEntry.url),
        "search_titles": shown_part_of(db.FailedEntry.title),
        "reason": equal_to(db.FailedEntry.reason),
        "ids": one_of(db.FailedEntry.id),
    },
    after_delete=_reconsider,
)

METHODS = TABLE.methods("failed")

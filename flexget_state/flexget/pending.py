"""Entries that the plugin `pending_approval` keeps until somebody approves them: `{"id", "task_name", "title", "url",
"approved", "added"}`, and one by itself has `entry`, its fields."""

from typing import Any

from flexget.components.pending_approval import db

from flexapi.engine.host.transactions import local_time

from .entries import fields_of
from .tables import ApprovalTable, Json, equal_to, one_of, part_of, shown_part_of, truth_of


def _as_json(row: Any) -> Json:
    return {
        "id": row.id,
        "task_name": row.task_name,
        "title": row.title,
        "url": row.url,
        "approved": bool(row.approved),
        "added": local_time(row.added),
    }


def _detail(row: Any) -> Json:
    return _as_json(row) | {"entry": fields_of(row._json)}


TABLE = ApprovalTable(
    model=db.PendingEntry,
    noun="pending entry",
    as_json=_as_json,
    detail=_detail,
    ordering={
        name: getattr(db.PendingEntry, name)
        for name in ("added", "task_name", "title", "url", "approved", "id")
    },
    filters={
        "search": part_of(db.PendingEntry.title, db.PendingEntry.url),
        "search_titles": shown_part_of(db.PendingEntry.title),
        "task_name": equal_to(db.PendingEntry.task_name),
        "approved": truth_of(db.PendingEntry.approved),
        "ids": one_of(db.PendingEntry.id),
    },
)

METHODS = TABLE.methods("pending")

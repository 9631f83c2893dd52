"""FlexGet's own history of what it accepted: read from outside of a run, and told of from inside."""

from datetime import UTC
from typing import Any

import sqlalchemy
from flexget.components.history.db import History
from flexget.entry import Entry
from flexget.manager import Session

from flexapi.engine.host.transactions import Params, on_database

MAX_ROWS = 5000


@on_database
def rows(session: Any, params: Params) -> dict[str, Any]:
    """Return rows of FlexGet's history in the order of their ids.

    `params`: `{"after": id, "limit": at most 5000}`. Answers `{"newest": id or 0, "rows": [{"id", "task",
    "title", "url", "file", "details": str, "time": ISO 8601 in UTC or null}, …]}`.
    """
    page = (
        session.query(History)
        .filter(History.id > params["after"])
        .order_by(History.id)
        .limit(min(params["limit"], MAX_ROWS))
    )
    return {"newest": newest(), "rows": [_as_json(row) for row in page]}


def newest() -> int:
    """Return the id of the last row, 0 where there is none."""
    with Session() as session:
        return session.query(sqlalchemy.func.max(History.id)).scalar() or 0


def _as_json(row: History) -> dict[str, Any]:
    return {
        "id": row.id,
        "task": row.task or "",
        "title": row.title or "",
        "url": row.url or "",
        "file": row.filename or "",
        "details": row.details or "",
        # FlexGet stores local time without saying so.
        "time": row.time.astimezone(UTC).isoformat() if row.time else None,
    }


def facts(entry: Entry) -> dict[str, Any]:
    """Return what the history keeps of an accepted entry beside its outcome; nothing is looked up."""
    return {
        "file": _known(entry, "output") or _known(entry, "location"),
        "imdb_id": _known(entry, "imdb_id"),
        "tmdb_id": _known(entry, "tmdb_id"),
    }


def _known(entry: Entry, field: str) -> str:
    # A lazy field would go out and ask a web service for its value.
    return "" if entry.is_lazy(field) else str(entry.get(field) or "")

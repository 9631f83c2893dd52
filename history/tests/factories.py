"""Rows for tests that need no run."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flexapi.mirror.credentials import Eyes
from history.models import HistoryEntry

BEGIN = datetime(2026, 1, 31, 3, 0, 0, tzinfo=UTC)
EVERYBODY = Eyes(reveal=False)


def add(title: str = "Some Title", hours: float = 0, **fields: Any) -> HistoryEntry:
    """Store an entry that was taken so many hours after the beginning."""
    defaults = {
        "task": "tv",
        "url": f"http://localhost/{title}",
        "time": BEGIN + timedelta(hours=hours),
    }
    entry = HistoryEntry.of(EVERYBODY, title=title, **defaults | fields)
    entry.save()
    return entry

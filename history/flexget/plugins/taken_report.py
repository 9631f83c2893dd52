"""Reports what each task took, with the rows that FlexGet's own history has of it.

Reports of the kind `history`: `{"task", "entries": [{"title", "url", "reason", "plugin", "file", "imdb_id",
"tmdb_id"}, …], "rows": [first, last] or null}`, several of them for a long task; `rows` are the ids that FlexGet's
own history gave in the meantime, the same in each.
"""

from dataclasses import dataclass, field
from typing import Any

from flexget.components.history.db import History
from flexget.entry import Entry
from flexget.event import event
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session, object_session

from flexapi.engine.host.child import ChildRun
from flexapi.engine.host.reporting_task import Outcome, ReportingTask
from history.flexget import rows

_WRITTEN = "flexapi.history"


@dataclass
class Taking:
    """What is known of a task while it runs: ids of its rows, facts by title and original URL of the entry."""

    rows: list[int] = field(default_factory=list)
    facts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


_taking = Taking()


@listens_for(History, "after_insert")
def note_row(mapper: Any, connection: Any, row: History) -> None:
    """Note the id of what FlexGet writes into its own history; a query would find those of other runs as well."""
    session = object_session(row)
    if session is not None:
        session.info.setdefault(_WRITTEN, []).append(row.id)


@listens_for(Session, "after_commit")
def keep_rows(session: Session) -> None:
    """Keep what was written for good."""
    _taking.rows += session.info.pop(_WRITTEN, [])


@listens_for(Session, "after_rollback")
def forget_rows(session: Session) -> None:
    """Forget what was taken back: somebody else may be given these ids."""
    session.info.pop(_WRITTEN, None)


@event("flexapi.task.begins")
def begin(run: ChildRun, task: ReportingTask) -> None:
    """Forget what the task before took."""
    global _taking
    _taking = Taking()


@event("flexapi.entry.ended")
def keep_facts(task: ReportingTask, entry: Entry, outcome: Outcome) -> None:
    """Keep what the history wants to know of an entry, as it is now."""
    _taking.facts[outcome["title"], outcome["original_url"]] = rows.facts(entry)


@event("flexapi.task.ended")
def report(run: ChildRun, task: ReportingTask) -> None:
    """Report what was accepted and did not fail; a test run took nothing."""
    if run.is_test:
        return
    taken = [
        {name: outcome[name] for name in ("title", "url", "reason", "plugin")}
        | _taking.facts[title, url]
        for (title, url, _), outcome in task.outcomes.items()
        if outcome["state"] == "accepted"
    ]
    new = (min(_taking.rows), max(_taking.rows)) if _taking.rows else None
    run.reporter.in_parts("history", taken, task=task.name, rows=new, always=new is not None)

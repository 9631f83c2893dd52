"""Reports what each task took, with the rows that FlexGet's own history has of it.

Reports of the kind `history`: `{"task", "entries": [{"title", "url", "reason", "plugin", "file", "imdb_id",
"tmdb_id"}, …], "rows": [first, last] or null}`, several of them for a long task; `rows` are the ids that FlexGet's
own history gave in the meantime, the same in each.
"""

from dataclasses import dataclass, field
from typing import Any

from flexget.entry import Entry
from flexget.event import event

from flexapi.engine.host.child import ChildRun
from flexapi.engine.host.reporting_task import Outcome, ReportingTask
from history.flexget import rows


@dataclass
class Taking:
    """What is known of a task while it runs; facts by title and original URL of the entry."""

    newest_row: int
    facts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


_taking = Taking(0)


@event("flexapi.task.begins")
def begin(run: ChildRun, task: ReportingTask) -> None:
    """Note where FlexGet's own history ends before the task runs."""
    global _taking
    _taking = Taking(rows.newest())


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
    new = rows.rows_after(task.name, _taking.newest_row)
    run.reporter.in_parts("history", taken, task=task.name, rows=new, always=new is not None)

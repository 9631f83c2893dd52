"""FlexGet's task, and what is told of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flexget.entry import Entry
from flexget.event import fire_event
from flexget.plugin import task_phases
from flexget.task import Task

from . import plugin_index
from .task_session import TaskSession

# What became of an entry, as `entries` reports it (see `reporting`).
Outcome = dict[str, Any]


class ReportingTask(Task):
    """A FlexGet task that keeps what became of its entries, over all of its reruns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # By title, original URL, and how many such entries stand before: FlexGet counts each.
        self.outcomes: dict[tuple[str, str, int], Outcome] = {}

    @property
    def session(self) -> Any:
        """The session of the plugin that is called; None between two calls."""
        session = self._session
        return session.opened() if isinstance(session, TaskSession) else session

    @session.setter
    def session(self, session: Any) -> None:
        self._session = session

    def plugins(self, phase: str | None = None) -> Iterable[Any]:
        """As FlexGet's own, which looks through all plugins with each call."""
        if phase is None:
            return super().plugins()  # type: ignore[no-any-return]
        return (
            plugin
            for name, builtin, plugin in plugin_index.of_phase(phase)
            if builtin or name in self.config
        )

    def _execute(self) -> None:
        try:
            super()._execute()
        finally:
            twins: Counter[tuple[str, str]] = Counter()
            for entry in self.all_entries:
                self._note(entry, twins)

    def _note(self, entry: Entry, twins: "Counter[tuple[str, str]]") -> None:
        outcome = outcome_of(entry)
        name = (outcome["title"], outcome["original_url"])
        key = (*name, twins[name])
        twins[name] += 1
        earlier = self.outcomes.get(key)
        # On a rerun FlexGet rejects as "seen" what the first pass took: it was taken.
        if earlier is None or earlier["state"] not in ("accepted", "failed"):
            self.outcomes[key] = outcome
            fire_event("flexapi.entry.ended", self, entry, outcome)


def outcome_of(entry: Entry) -> Outcome:
    """Return what became of an entry."""
    operations = {"accepted": "accept", "rejected": "reject", "failed": "fail"}
    state = str(entry.state)
    decisive = next(
        (trace for trace in reversed(entry.traces) if trace[1] == operations.get(state, "")),
        (None, None, None),
    )
    return {
        "title": _text(entry, "title"),
        "url": _text(entry, "url"),
        "original_url": _text(entry, "original_url"),
        "state": state,
        "reason": decisive[2] or "",
        "plugin": decisive[0] or "",
        "trace": [
            {"plugin": plugin or "", "operation": operation or "", "message": message or ""}
            for plugin, operation, message in entry.traces
        ],
    }


def _text(entry: Entry, field: str) -> str:
    # A lazy field would go out and ask a web service for its value.
    return "" if entry.is_lazy(field) else str(entry.get(field) or "")


def shares(task: Task) -> dict[tuple[str, str], float]:
    """Return, for each (phase, plugin) of a task, the share of its plugin calls done before it."""
    steps = [(phase, plugin.name) for phase in task_phases for plugin in task.plugins(phase)]
    return {step: position / len(steps) for position, step in enumerate(steps)}

"""Which tasks an edit may have kept from running, or brought to run again: FlexGet is asked about these only.

It takes half a second to load a config of a thousand tasks, and milliseconds to check one.
"""

from dataclasses import dataclass
from typing import Any

from flexapi.engine.complaints import read_tasks
from flexapi.mirror.document.values import same

# Tasks that FlexGet is asked about; it loads the file for more.
MOST = 25

Config = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Affected:
    """The keys of tasks whose complaints may be others; `gone` are those that are no more.

    `part` is what FlexGet has to be asked about, as a config by itself: all that tasks share, these, and those that they run.
    """

    tasks: set[Any]
    gone: set[Any]
    part: Config


def affected(old: Config, new: Config) -> Affected | None:
    """Return what differs between two configs; None where more than some tasks and the schedules does.

    Nor where it can't be told which tasks a task runs inside of itself (`from_task`): a template may say so, or a variable.
    """
    before, after = old.get("tasks"), new.get("tasks")
    shared = _shared(new)
    if not (isinstance(before, dict) and isinstance(after, dict) and same(_shared(old), shared)):
        return None
    # As Python writes them they differ wherever they do, and are compared in a fifth of the time.
    written = {name: repr(task) for name, task in after.items()}
    changed = {
        name for name, text in written.items() if name not in before or repr(before[name]) != text
    }
    gone = set(before) - set(after)
    reads = {name: read_tasks(after[name]) for name, text in written.items() if "from_task" in text}
    if read_tasks(shared) or any("{?" in name for read in reads.values() for name in read):
        return None
    found = _reading(reads, changed | gone) & set(after)
    asked = _read_by(reads, found) & set(after)
    if len(asked) > MOST:
        return None
    # In their order, as in the whole.
    tasks = {name: task for name, task in after.items() if name in asked}
    return Affected(found, gone, {**shared, "tasks": tasks})


def _shared(config: Config) -> Config:
    # Only FlexGet's daemon reads `schedules`.
    return {name: part for name, part in config.items() if name not in ("tasks", "schedules")}


def _reading(reads: dict[Any, set[str]], names: set[Any]) -> set[Any]:
    """Return `names` and the tasks that run one of them, or one that does."""
    found, more = set(names), set(names)
    while more:
        more = {name for name, read in reads.items() if read & more} - found
        found |= more
    return found


def _read_by(reads: dict[Any, set[str]], names: set[Any]) -> set[Any]:
    """Return `names` and the tasks that they run, and that these run."""
    found, more = set(names), set(names)
    while more:
        more = {other for name in more for other in reads.get(name, ())} - found
        found |= more
    return found

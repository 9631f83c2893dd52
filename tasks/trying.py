"""Trials: what a config that is not saved would do."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from rest_framework.exceptions import ErrorDetail, ValidationError

from executions.models import Execution
from executions.trials import Trial
from flexapi.mirror import mirror
from flexapi.mirror.document import Document, from_json
from flexapi.mirror.document.jsonview import key_names
from flexapi.mirror.edits import validation, writing
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from tasks import edits


@dataclass(frozen=True, slots=True)
class Tried:
    """A config to try, as FlexGet loads it, and the tasks of it to run."""

    config: dict[Any, Any]
    tasks: list[str]
    # What the one task that is tried was called before.
    earlier: str | None = None


def with_task(key: str, exists: bool, wanted: dict[str, Any]) -> Tried:
    """Return the config with one task changed or added: `wanted` has its `source`, its `config`, or neither.

    `key` is what the file calls it. Raises what a write of it would.
    """
    new = edits.source_key(wanted["source"], key) if "source" in wanted else key
    if not exists:
        edits.key_of(new, not new.startswith("_"))

    def edit(base: Snapshot) -> Document:
        document = base.document
        if not exists:
            document = edits.added(document, new, {})
        elif new != key:
            document = edits.renamed(document, key, new)
        path = ("tasks", edits.names(document)[new])
        if "source" in wanted:
            return document.replace_source(path, wanted["source"])
        if "config" not in wanted:
            return document
        present = document.get(path)
        return document.set(path, from_json(wanted["config"], present))

    data = mirror.mapping(writing.prepared(edit, mirror.current()))
    real = next(real for real, shown in key_names(data["tasks"]).items() if shown == new)
    # FlexGet runs no task whose name begins with an underscore.
    name = new.lstrip("_") or new
    tasks = {key: task for key, task in data["tasks"].items() if key != real}
    tasks[name] = data["tasks"][real]
    return Tried(_needed({**data, "tasks": tasks}, {name}), [name], key.lstrip("_"))


def with_text(text: str, patterns: list[str]) -> Tried:
    """Return a whole config that runs the tasks that match. Raises what a write of it would, and ValidationError."""
    document = writing.prepared(
        lambda base: Document(text.removeprefix("\ufeff")), mirror.current()
    )
    data = mirror.mapping(document)
    shown = key_names(mapping(data.get("tasks")))
    matching = {
        pattern: {
            key for key, name in shown.items() if fnmatch.fnmatchcase(name.lower(), pattern.lower())
        }
        for pattern in patterns
    }
    unknown = [pattern for pattern in patterns if not matching[pattern]]
    if unknown:
        message = gettext("The text has no task that matches {names}.").format(
            names=", ".join(map(repr, unknown))
        )
        raise ValidationError({"tasks": [ErrorDetail(message, "unknown_task")]})
    return Tried(_needed(data, set().union(*matching.values())), patterns)


def _needed(data: dict[Any, Any], wanted: set[Any]) -> dict[Any, Any]:
    """Return a config in which other tasks are there by name only, but for those that wanted ones name (`from_task`).

    FlexGet needs milliseconds to check a task, and would do so with each trial.
    """
    tasks = mapping(data.get("tasks"))
    names = {str(name): name for name in tasks}
    kept: set[Any] = set()
    left = set(wanted)
    while left:
        kept |= left
        named = {text for name in left for text in _texts(tasks[name])}
        left = {names[text] for text in named & names.keys()} - kept
    named_by_templates = set(_texts(data.get("templates"))) & names.keys()
    kept |= {names[text] for text in named_by_templates}
    others = {name: task if name in kept else {} for name, task in tasks.items()}
    return {**data, "tasks": others} if "tasks" in data else data


def _texts(value: Any) -> Iterator[str]:
    """All texts in a part of a config, keys included; what aliases share comes up each time."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield str(key)
            yield from _texts(below)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


class NothingKept(Exception):
    """There are no entries to replay; the text says why."""


def queue(
    tried: Tried, options: dict[str, Any], user: Any, *, entries_of: int | None, forget: bool
) -> Execution:
    """Queue a trial, with options that were checked; a replay of the execution `entries_of`. Raises SeveralQueues, NothingKept."""
    trial = Trial(config=validation.as_yaml(tried.config))
    replayed = None
    if entries_of is not None:
        replayed = Execution.objects.filter(pk=entries_of).first()
        if replayed is None:
            raise NothingKept(
                gettext("There is no execution {entries_of}.").format(entries_of=entries_of)
            )
        trial.entries_from = _sources(tried, replayed)
        trial.forget = forget
    options = {**options, "test": True}
    return Execution.objects.enqueue(tried.tasks, options, user, trial=trial, entries_of=replayed)


def _sources(tried: Tried, replayed: Execution) -> dict[str, str]:
    """Return which task of the other run has the entries, by the tasks to run. Raises NothingKept."""
    kept = list(replayed.kept_entries.order_by("pk").values_list("task", flat=True))
    if not kept:
        raise NothingKept(
            gettext(
                "Execution {number} has no entries as they came in: there were none, or they are no longer kept."
            ).format(number=replayed.pk)
        )
    if tried.earlier is not None:
        (name,) = tried.tasks
        known = [task for task in (name, tried.earlier) if task in kept]
        if not known and len(kept) > 1:
            raise NothingKept(
                gettext("Execution {pk} has entries of {kept}, and none of {name}.").format(
                    pk=replayed.pk, kept=", ".join(kept), name=name
                )
            )
        return {name: known[0] if known else kept[0]}
    found = {
        task: task
        for task in kept
        if any(fnmatch.fnmatchcase(task.lower(), pattern.lower()) for pattern in tried.tasks)
    }
    if not found:
        raise NothingKept(
            gettext("Execution {pk} has entries of {kept} only.").format(
                pk=replayed.pk, kept=", ".join(kept)
            )
        )
    return found

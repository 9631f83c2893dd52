"""Taking an entry all the same: a run of its task with that entry alone, which no filter can reject."""

from typing import Any

from django.utils.translation import gettext

from executions.kept_entries import fields_of
from executions.models import Execution, ExecutionEntry
from flexapi.mirror import mirror
from flexapi.text import storable_all

# Fields that are given by themselves, or that say what became of it.
_OWN = frozenset(("title", "url", "immortal", "reason", "task", "accepted_by", "rejected_by"))


class NotTaken(Exception):
    """The entry can't be taken; the text says why. `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def take(entry: ExecutionEntry, user: Any) -> Execution:
    """Queue a run of the entry's task in which it alone comes in, accepted and immortal. Raises NotTaken.

    It has the fields with which it came in, those that JSON can hold; where they are no longer kept, its title and URL.
    """
    execution = entry.execution
    if execution.trial:
        raise NotTaken(
            "trial", gettext("This entry is of a trial. Take it from a run of the config as it is.")
        )
    if entry.state == ExecutionEntry.State.ACCEPTED:
        raise NotTaken(
            "accepted", gettext("{title!r} was accepted in that run.").format(title=entry.title)
        )
    if entry.task not in mirror.task_names():
        raise NotTaken(
            "unknown_task",
            gettext("The config has no enabled task {task!r} any more.").format(task=entry.task),
        )
    fields = _fields(entry)
    url = fields.get("url") or entry.url or entry.original_url
    if not url:
        raise NotTaken(
            "no_url",
            gettext("What {title!r} came with is no longer kept, and its URL isn't known.").format(
                title=entry.title
            ),
        )
    injected = {
        "title": fields.get("title") or entry.title,
        "url": url,
        "force": True,
        "accept": True,
        "fields": {name: value for name, value in fields.items() if name not in _OWN},
    }
    options = {"inject": [storable_all(injected)], "now": True}
    return Execution.objects.enqueue([entry.task], options, user)


def _fields(entry: ExecutionEntry) -> dict[str, Any]:
    return {name: value for name, value in (fields_of(entry) or {}).items() if _is_plain(value)}


def _is_plain(value: Any) -> bool:
    """Whether a serialized field is what it looks like: what isn't JSON's FlexGet writes as a mapping with its `serializer`."""
    if isinstance(value, dict):
        return "serializer" not in value and all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if isinstance(value, list) else True

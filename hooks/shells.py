"""What a sender writes may reach a shell, where an `exec` of the task puts fields into its command unescaped.

Such a task gets only what a shell reads as words; the rest is refused before it runs.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flexapi.mirror import mirror
from flexapi.mirror.store.rows import mapping
from flexapi.phrases import phrase

UNSAFE = phrase(
    "An `exec` of the task {task} puts fields into a shell unescaped, and the {field} of this entry has characters that a shell "
    "reads as more than words. Set `auto_escape: yes` there, or add `shell_quote`."
)


class Unsafe(Exception):
    """A shell would read more than words in an entry; the text says where, and what to do."""


def check(task: str, entries: Iterable[Mapping[str, Any]]) -> None:
    """Raise Unsafe where an entry holds what the shell of its task's commands would run."""
    exposed = _exposed(task)
    if not exposed:
        return
    from flexapi.engine import shell

    for entry in entries:
        given = {**entry["fields"], "title": entry["title"], "url": entry["url"]}
        # Of the title plugins make other fields.
        for name in sorted(exposed | {"title"}):
            if any(not shell.is_plain(text) for text in _texts(given.get(name))):
                raise Unsafe(UNSAFE.format(task=task, field=name))


def _exposed(task: str) -> set[str]:
    """Return the fields that reach a shell unescaped, by the task itself or by a template that it uses."""
    data = mirror.mapping(mirror.current().document)
    templates = mapping(data.get("templates"))
    own = mapping(mapping(data.get("tasks")).get(task))
    found: set[str] = set()
    parts = [own, *(templates.get(name) for name in _used(own, templates))]
    if "exec" not in repr(parts):
        return found
    from flexapi.engine import shell  # With it comes jinja2.

    for part in parts:
        for risk in shell.risks(part):
            # `entry.url` and `url` are the same.
            found |= {name.removeprefix("entry.") for name in (*risk.fields, *risk.quoted)}
    return found


def _used(part: Any, templates: Mapping[Any, Any], known: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of the templates of a part, and of those that they use themselves."""
    given = mapping(part).get("template", [])
    names = {str(name) for name in (given if isinstance(given, list) else [given])} - {"no_global"}
    names |= {"global"}
    new = (names & {str(name) for name in templates}) - known
    for name in new:
        new = new | _used(templates[name], templates, known | new)
    return new


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for below in value.values() if isinstance(value, dict) else value:
            yield from _texts(below)
    elif value is not None:
        yield str(value)

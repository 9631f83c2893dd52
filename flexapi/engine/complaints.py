"""Which tasks FlexGet's complaints about a config touch: only these are kept from running.

A complaint is `{"path": [key, …], "message"}`. One about a task touches that task, one about what tasks share touches those
that use it. The server and FlexGet's side use this, so it imports neither Django nor flexget.
"""

import re
from collections.abc import Iterator
from typing import Any

from flexapi.engine import texts

Complaint = dict[str, Any]

# Complaints that a reason quotes; it counts the others.
QUOTED = 3
_REFUSED_KEYS = re.compile(r"The keys? (`.*?`) (?:is|are) not valid here")
_SECRETS = re.compile(r"\{[{%][^{}]*\bsecrets\b")


def refused_keys(message: str) -> list[str]:
    """Return the keys that a complaint says are not valid where they stand; none where it says something else."""
    found = _REFUSED_KEYS.match(message)
    return re.findall(r"`(.*?)`", found[1]) if found else []


def reason(complaints: list[Complaint]) -> str:
    """Return in a sentence or two what FlexGet complains of."""
    told = [
        f"[{'.'.join(map(str, each['path']))}] {each['message']}"
        if each["path"]
        else each["message"]
        for each in complaints
    ]
    quoted = " ".join(told[:QUOTED])
    if len(told) > QUOTED:
        return texts.REFUSED_MORE.format(complaints=quoted, count=len(told) - QUOTED)
    return texts.REFUSED.format(complaints=quoted)


def touched(config: dict[Any, Any], complaints: list[Complaint]) -> dict[Any, list[Complaint]]:
    """Return what keeps tasks of a config from running, by their keys there."""
    tasks = config.get("tasks")
    if not complaints or not isinstance(tasks, dict):
        return {}
    using = {name: _Uses(task, config.get("templates")) for name, task in tasks.items()}
    found = {
        name: [each for each in complaints if _touches(each, name, uses, config)]
        for name, uses in using.items()
    }
    found = {name: said for name, said in found.items() if said}
    more = bool(found)
    while more:
        # `from_task` runs another task inside of one.
        reached = {
            name: next(found[other] for other in uses.tasks if other in found)
            for name, uses in using.items()
            if name not in found and not uses.tasks.isdisjoint(found)
        }
        found |= reached
        more = bool(reached)
    return found


def _touches(complaint: Complaint, name: Any, uses: "_Uses", config: dict[Any, Any]) -> bool:
    section, *below = complaint["path"] or (None,)
    if section is None:
        sections = refused_keys(complaint["message"])
        return not sections or any(_replaces(each, uses, config) for each in sections)
    if section == "tasks":
        return not below or below[0] == name
    if section == "templates":
        return below[0] in uses.templates if below else bool(uses.templates - {"global"})
    if section == "variables":
        return uses.variables
    # FlexGet's own scheduler reads `schedules`; plugins read sections of their name.
    return section in uses.plugins


def _replaces(section: str, uses: "_Uses", config: dict[Any, Any]) -> bool:
    """Whether a task may need what stands in a section that FlexGet doesn't know, perhaps because of a typo."""
    if section == "secrets":
        # What `variables` were before FlexGet 3.
        return uses.secrets
    if "variables" not in config and uses.variables:
        return True
    if "templates" in config:
        return False
    given = next((value for key, value in config.items() if str(key) == section), None)
    return not uses.templates.isdisjoint(given if isinstance(given, dict) else ())


def read_tasks(part: Any) -> set[str]:
    """Return the names of the tasks that `from_task` runs inside of a task or template."""
    nodes = _nodes(part, set())
    named = (node.get("from_task") for node in nodes if isinstance(node, dict))
    return {name for name in named if isinstance(name, str)}


class _Uses:
    """What a task uses of what it shares with others."""

    def __init__(self, task: Any, templates: Any) -> None:
        known = templates if isinstance(templates, dict) else {}
        self.templates = set(_templates(task, known))
        self.variables = self.secrets = False
        self.plugins: set[Any] = set()
        self.tasks: set[str] = set()
        seen: set[int] = set()
        for part in (task, *(known.get(name) for name in self.templates)):
            if isinstance(part, dict):
                self.plugins |= set(part)
            self.tasks |= read_tasks(part)
            for text in _texts(part, seen):
                self.variables |= "{?" in text
                self.secrets |= bool(_SECRETS.search(text))


def _texts(part: Any, seen: set[int]) -> Iterator[str]:
    for node in _nodes(part, seen):
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            yield from (key for key in node if isinstance(key, str))


def _nodes(part: Any, seen: set[int]) -> Iterator[Any]:
    """Yield each text, mapping and list of a part of a config, what aliases share once."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list) and id(part) not in seen:
        seen.add(id(part))
        yield part
        for value in part.values() if isinstance(part, dict) else part:
            yield from _nodes(value, seen)


def _templates(task: Any, known: dict[Any, Any]) -> list[Any]:
    """Return the names of the templates that FlexGet merges into a task, as its plugin `template` finds them."""
    given = task.get("template") if isinstance(task, dict) else None
    if given is False:
        return []
    names = _named(given)
    if "no_global" in names:
        names = [name for name in names if name not in ("global", "no_global")]
    elif "global" not in names:
        names.append("global")
    for name in names:
        template = known.get(name)
        nested = _named(template.get("template")) if isinstance(template, dict) else []
        names += [other for other in nested if other not in names]
    return names


def _named(given: Any) -> list[Any]:
    names = given if isinstance(given, list) else [given]
    return [name for name in names if isinstance(name, str)]

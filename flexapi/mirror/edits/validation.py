"""FlexGet's opinion of a config: what an edit adds to its complaints, and what there is of them.

Only what an edit changes is checked, before and after it.
"""

import time
from collections import Counter
from typing import Any

from flexapi.engine.instance import engine as engine
from flexapi.mirror import handlers
from flexapi.mirror.document.values import same
from flexapi.mirror.edits import templates
from flexapi.mirror.edits.asking import TIMEOUT, Answers, Fault, Path, as_yaml
from flexapi.mirror.store.rows import mapping

__all__ = [
    "TIMEOUT",
    "Fault",
    "Invalid",
    "as_yaml",
    "changed_parts",
    "check",
    "dotted",
    "faults",
    "faults_of_included",
    "faults_so_far",
    "is_quick",
]

# Questions to FlexGet that other writers wait for.
QUICK = 8

_MISSING: Any = object()


class Invalid(Exception):
    """An edit would add these faults to the config."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


def check(old: dict[Any, Any], new: dict[Any, Any]) -> None:
    """Raise Invalid for faults that `new` has and `old` has not; raises EngineUnavailable.

    Faults that were there already are their owner's to mend when they like.
    """
    before, after = changed_parts(old, new)
    if not before and not after:
        return
    _check_for_known_faults(old, new, before, after)
    broken = [
        Fault(path, message)
        for check_more in handlers.config_checks.values()
        for path, message in check_more(old, new)
    ]
    if broken:
        raise Invalid(broken)


def _check_for_known_faults(
    old: dict[Any, Any], new: dict[Any, Any], before: dict[Any, Any], after: dict[Any, Any]
) -> None:
    found = [*faults(after), *_template_faults(new)]
    if not found:
        return
    renamed = _names_in_one(old, new)
    before_it = [*faults(before), *_template_faults(old)]
    known = Counter(_identity(fault, renamed) for fault in before_it)
    added = []
    for fault in found:
        identity = _identity(fault, renamed)
        if known[identity]:
            known[identity] -= 1
        else:
            added.append(fault)
    if added:
        raise Invalid(added)


def is_quick(old: dict[Any, Any], new: dict[Any, Any]) -> bool:
    """Whether `check` has to ask FlexGet a few questions at most."""
    _, after = changed_parts(old, new)
    return _answers.unknown(after, QUICK + 1) <= QUICK


def changed_parts(
    old: dict[Any, Any], new: dict[Any, Any]
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Return the parts of both configs that have to be checked to compare them.

    Either is a config by itself: root keys that differ, the tasks that differ, and `variables`.
    """
    if not same(old.get("variables", _MISSING), new.get("variables", _MISSING)):
        return old, new
    keys = {
        key: None
        for key in [*old, *new]
        if not same(old.get(key, _MISSING), new.get(key, _MISSING))
    }
    if not keys:
        return {}, {}
    before = {key: old[key] for key in keys if key in old}
    after = {key: new[key] for key in keys if key in new}
    tasks = old.get("tasks"), new.get("tasks")
    if "tasks" in keys and isinstance(tasks[0], dict) and isinstance(tasks[1], dict):
        before["tasks"] = _different(tasks[0], tasks[1])
        after["tasks"] = _different(tasks[1], tasks[0])
    for part, whole in ((before, old), (after, new)):
        # FlexGet misses the section where it is missing in the whole file, and only then.
        if "tasks" in whole and "tasks" not in part:
            part["tasks"] = {}
        if "variables" in whole:
            part["variables"] = whole["variables"]
    return before, after


def _different(tasks: dict[Any, Any], others: dict[Any, Any]) -> dict[Any, Any]:
    return {
        name: config
        for name, config in tasks.items()
        if not same(config, others.get(name, _MISSING))
    }


def _names_in_one(old: dict[Any, Any], new: dict[Any, Any]) -> set[Any]:
    """Names of tasks that only one side has: a renamed task keeps the faults that it had."""
    return set(mapping(old.get("tasks"))) ^ set(mapping(new.get("tasks")))


def _identity(fault: Fault, renamed: set[Any]) -> tuple[Path, str]:
    """What makes a fault the same before and after an edit that may have moved list items."""
    path = tuple("*" if type(key) is int else key for key in fault.path)
    if len(path) > 1 and path[0] == "tasks" and fault.path[1] in renamed:
        path = (path[0], "*", *path[2:])
    return path, fault.message


def _template_faults(config: dict[Any, Any]) -> list[Fault]:
    return [Fault(path, message) for path, message in templates.unknown(config)]


def faults(config: dict[Any, Any]) -> list[Fault]:
    """Return FlexGet's complaints about a config or a part of one; raises EngineUnavailable."""
    return [fault for some in _answers.faults(config) for fault in some]


def faults_of_included(data: dict[Any, Any]) -> list[Fault]:
    """Return FlexGet's complaints about an included file, whose keys are plugins; raises EngineUnavailable."""
    complaints = engine().call("validate_task", {"text": as_yaml(data)}, timeout=TIMEOUT)
    return [Fault(tuple(item["path"]), item["message"]) for item in complaints]


def faults_so_far(config: dict[Any, Any], seconds: float) -> tuple[list[Fault], bool]:
    """Return the complaints that are found within some seconds, and whether these are all.

    What FlexGet answers later is found by whoever asks next. Raises EngineUnavailable where FlexGet can't be asked.
    """
    deadline = time.monotonic() + seconds
    found = _template_faults(config)
    try:
        for some in _answers.faults(config, deadline):
            found += some
            if time.monotonic() > deadline:
                raise TimeoutError
    except TimeoutError:
        return found, False
    return found, True


def dotted(path: Path) -> str:
    """Return a path as errors show it: `tasks.tv.rss.url`."""
    return ".".join(str(key) for key in path)


_answers = Answers(lambda: engine())

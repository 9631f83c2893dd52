"""FlexGet's opinion of a config, asked piece by piece.

FlexGet needs seconds to check a file of two thousand tasks, and milliseconds for one task. Each
task and each other root section is valid or not by itself, except that `variables` reach into
all of them. So only what an edit changes is checked, before and after it.
"""

import hashlib
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

import yaml
from django.conf import settings

from flexapi.engine.client import EngineError
from flexapi.engine.instance import engine as engine
from flexapi.mirror import handlers
from flexapi.mirror.disk import file
from flexapi.mirror.document.values import same
from flexapi.mirror.edits import templates
from flexapi.mirror.store.rows import mapping

# Seconds that FlexGet may take for one piece.
TIMEOUT = 20.0
# Tasks that are checked together; small enough that FlexGet is never busy for long.
BATCH = 25
REMEMBERED = 5000
# Pieces that FlexGet is asked about while other writers wait.
QUICK = 8

Path = tuple[Any, ...]
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint of FlexGet about the value at `path` (keys and indexes from the root)."""

    path: Path
    message: str


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
    """Whether `check` has to ask FlexGet about a few pieces at most."""
    _, after = changed_parts(old, new)
    unknown = (part for part in pieces(after) if not _answers.knows(_key(part, _text(part))))
    return next(islice(unknown, QUICK, None), None) is None


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
    return [fault for part in pieces(config) for fault in _faults(part)]


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
    for part in pieces(config):
        if time.monotonic() > deadline:
            return found, False
        try:
            found += _faults(part, deadline)
        except TimeoutError:
            return found, False
    return found, True


def pieces(config: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    """Cut a config into parts that FlexGet checks in a moment; each fault shows in one of them."""
    tasks = config.get("tasks")
    if not isinstance(tasks, dict) or len(tasks) <= BATCH:
        yield config
        return
    yield {**config, "tasks": {}}
    shared = {"variables": config["variables"]} if "variables" in config else {}
    names = list(tasks)
    for start in range(0, len(names), BATCH):
        batch = {name: tasks[name] for name in names[start : start + BATCH]}
        yield {**shared, "tasks": batch}


def as_yaml(part: dict[Any, Any]) -> str:
    """Return a part of a config as a text that FlexGet reads to just that."""
    return str(yaml.dump(part, Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def dotted(path: Path) -> str:
    """Return a path as errors show it: `tasks.tv.rss.url`."""
    return ".".join(str(key) for key in path)


def _faults(part: dict[Any, Any], deadline: float | None = None) -> list[Fault]:
    found = _ask(part, deadline)
    if "variables" in part and any(not fault.path for fault in found):
        # Variables that can't be loaded keep FlexGet from checking anything else.
        rest = {key: value for key, value in part.items() if key != "variables"}
        found = found + _ask(rest, deadline)
    return found


def _variables_file(part: dict[Any, Any]) -> str:
    """What tells whether the file that a part has its variables from is another: FlexGet's answer is then."""
    name = part.get("variables")
    if not isinstance(name, str) or "\0" in name:
        return ""
    try:
        return str(file.signature(FilePath(settings.FLEXGET_CONFIG).parent / name))
    except OSError as error:
        return str(error.errno)


class _Answers:
    """FlexGet's latest answers, by the text that was asked about, and the questions that wait for one."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, list[Fault]] = OrderedDict()
        self._asked: dict[bytes, Future[Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: bytes) -> list[Fault] | None:
        with self._lock:
            return self._answers.get(key)

    def knows(self, key: bytes) -> bool:
        with self._lock:
            return key in self._answers

    def put(self, key: bytes, complaints: list[dict[str, Any]]) -> list[Fault]:
        answer = [Fault(tuple(item["path"]), item["message"]) for item in complaints]
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def ask(self, key: bytes, text: str) -> "Future[Any]":
        """Return what will be FlexGet's complaints; the answer is kept, whoever waits for it or not."""
        with self._lock:
            asked = self._asked.get(key)
        if asked is not None:
            return asked
        asked = engine().begin("validate", {"text": text})
        with self._lock:
            self._asked[key] = asked
        asked.add_done_callback(lambda answer: self._note(key, answer))
        return asked

    def _note(self, key: bytes, answer: "Future[Any]") -> None:
        with self._lock:
            self._asked.pop(key, None)
        if answer.exception() is None:
            self.put(key, answer.result())


_answers = _Answers()


def _text(part: dict[Any, Any]) -> str:
    # Asked about an empty config, FlexGet checks the one that it has loaded.
    return as_yaml(part or {"variables": {}})


def _key(part: dict[Any, Any], text: str) -> bytes:
    # Another process of FlexGet's may have other plugins.
    asked = f"{engine().state.pid} {text}{_variables_file(part)}"
    return hashlib.blake2b(asked.encode("utf-8", "surrogatepass")).digest()


def _ask(part: dict[Any, Any], deadline: float | None = None) -> list[Fault]:
    """Return the complaints; with a deadline, raise TimeoutError where they aren't known by then."""
    text = _text(part)
    key = _key(part, text)
    known = _answers.get(key)
    if known is not None:
        return known
    try:
        if deadline is None:
            complaints = engine().call("validate", {"text": text}, timeout=TIMEOUT)
        else:
            left = max(0.0, deadline - time.monotonic())
            complaints = _answers.ask(key, text).result(left)
    except EngineError as error:
        # FlexGet itself stumbles over this config, and would so when it loads it.
        return [Fault((), f"FlexGet fails to check this: {error}")]
    return _answers.put(key, complaints)

"""FlexGet asked about a config: what it said of each task and of the rest is kept, and only the rest is asked.

FlexGet needs seconds to check a file of two thousand tasks, and milliseconds for one task. Each task and all of the
rest together is valid or not by itself, except that `variables` reach into everything.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice
from pathlib import Path as FilePath
from typing import Any, Generic, TypeVar

import yaml
from django.conf import settings
from django.utils.translation import gettext

from flexapi.engine.client import Engine, EngineError
from flexapi.mirror.disk import file

# Seconds that FlexGet may take for one question.
TIMEOUT = 20.0
# Tasks that are asked about together; few enough that FlexGet is never busy for long.
BATCH = 25
REMEMBERED = 25_000
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Path = tuple[Any, ...]
Config = dict[Any, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint of FlexGet about the value at `path` (keys and indexes from the root)."""

    path: Path
    message: str


class Remembered(Generic[T]):
    """The latest answers by the digest of what was asked, for all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[bytes, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes) -> T | None:
        """Return an answer, None where there is none."""
        with self._lock:
            return self._answers.get(key)

    def put(self, key: bytes, answer: T) -> None:
        """Keep an answer; the oldest is forgotten for it."""
        with self._lock:
            self._answers[key] = answer
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Part:
    """What FlexGet is asked about as one: a task, or all of the config but its tasks. `key` names its answer."""

    config: Config
    key: bytes
    path: Path = ()


class Answers:
    """What FlexGet said lately, by the text that it was asked about, and the questions that wait for an answer."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._known: Remembered[list[Fault]] = Remembered(REMEMBERED)
        self._asked: dict[bytes, Future[Any]] = {}
        self._lock = threading.Lock()

    def faults(self, config: Config, deadline: float | None = None) -> Iterator[list[Fault]]:
        """Yield the complaints about a config, some at a time. Raises EngineUnavailable.

        With a deadline (of `time.monotonic`), raises TimeoutError where they aren't known by then; what FlexGet answers
        later is found by whoever asks next.
        """
        rest, tasks = self._parts(config)
        found = self._of(rest, deadline)
        of_variables = [fault for fault in found if fault.path[:1] == ("variables",)]
        if of_variables:
            # They can't be loaded: all else is checked without them.
            config = {key: value for key, value in config.items() if key != "variables"}
            rest, tasks = self._parts(config)
            found = of_variables + self._of(rest, deadline)
        yield found
        unknown = []
        for part in tasks:
            known = self._known.get(part.key)
            if known is None:
                unknown.append(part)
            else:
                yield known
        for start in range(0, len(unknown), BATCH):
            yield self._of_tasks(unknown[start : start + BATCH], deadline)

    def unknown(self, config: Config, most: int) -> int:
        """Return how many questions a config takes, `most` at most."""
        rest, tasks = self._parts(config)
        missing = islice(
            (part for part in tasks if self._known.get(part.key) is None), most * BATCH
        )
        count = -(-sum(1 for _ in missing) // BATCH)
        return min(most, count + (self._known.get(rest.key) is None))

    def _parts(self, config: Config) -> tuple[_Part, list[_Part]]:
        shared = {"variables": config["variables"]} if "variables" in config else {}
        # Another process of FlexGet's may have other plugins.
        context = f"{self._engine().state.pid} {_variables_file(shared)} {shared!r} "
        tasks = config.get("tasks")
        if not isinstance(tasks, dict):
            return _Part(config, digest(context, config)), []
        rest = {**config, "tasks": {}}
        return _Part(rest, digest(context, rest)), [
            _Part({**shared, "tasks": {name: task}}, digest(context, {name: task}), ("tasks", name))
            for name, task in tasks.items()
        ]

    def _of_tasks(self, parts: list[_Part], deadline: float | None) -> list[Fault]:
        """Ask about several tasks at once; about each alone where FlexGet doesn't say which of them it means."""
        if len(parts) == 1:
            return self._of(parts[0], deadline)
        together = {**parts[0].config, "tasks": {}}
        for part in parts:
            together["tasks"] |= part.config["tasks"]
        found = self._of(_Part(together, digest("", [part.key for part in parts])), deadline)
        shares: dict[Any, list[Fault]] = {part.path[1]: [] for part in parts}
        for fault in found:
            if fault.path[:1] != ("tasks",) or len(fault.path) < 2 or fault.path[1] not in shares:
                return [fault for part in parts for fault in self._of(part, deadline)]
            shares[fault.path[1]].append(fault)
        for part in parts:
            self._known.put(part.key, shares[part.path[1]])
        return found

    def _of(self, part: _Part, deadline: float | None) -> list[Fault]:
        known = self._known.get(part.key)
        if known is None:
            known = self._ask(part, deadline)
            self._known.put(part.key, known)
        return known

    def _ask(self, part: _Part, deadline: float | None) -> list[Fault]:
        text = as_yaml(part.config)
        try:
            if deadline is None:
                complaints = self._engine().call("validate", {"text": text}, timeout=TIMEOUT)
            else:
                asked = self._begin(part, text)
                complaints = asked.result(max(0.0, deadline - time.monotonic()))
        except EngineError as error:
            # FlexGet itself stumbles over this config, and would so when it loads it.
            return [
                Fault(
                    part.path, gettext("FlexGet fails to check this: {error}").format(error=error)
                )
            ]
        return _faults(complaints)

    def _begin(self, part: _Part, text: str) -> "Future[Any]":
        """Return what will be FlexGet's complaints; the answer is kept, whoever waits for it or not."""
        with self._lock:
            asked = self._asked.get(part.key)
        if asked is not None:
            return asked
        asked = self._engine().begin("validate", {"text": text}, in_passing=True)
        with self._lock:
            self._asked[part.key] = asked
        asked.add_done_callback(lambda answer: self._note(part.key, answer))
        return asked

    def _note(self, key: bytes, answer: "Future[Any]") -> None:
        with self._lock:
            self._asked.pop(key, None)
        if answer.exception() is None:
            self._known.put(key, _faults(answer.result()))


def as_yaml(part: Config) -> str:
    """Return a part of a config as a text that FlexGet reads to just that."""
    return str(yaml.dump(part, Dumper=_Dumper, allow_unicode=True, sort_keys=False))


def _faults(complaints: list[dict[str, Any]]) -> list[Fault]:
    return [Fault(tuple(item["path"]), item["message"]) for item in complaints]


def digest(context: str, part: Any) -> bytes:
    """Return what names a question about a part of a config; `context` is all else that the answer depends on."""
    # Unlike its YAML, how Python writes it is there in no time, and differs wherever the data does.
    written = f"{context}{part!r}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(written, digest_size=16).digest()


def _variables_file(shared: Config) -> str:
    """What tells whether the file that variables are in is another: FlexGet's answer is then."""
    name = shared.get("variables")
    if not isinstance(name, str) or "\0" in name:
        return ""
    try:
        return str(file.signature(FilePath(settings.FLEXGET_CONFIG).parent / name))
    except OSError as error:
        return str(error.errno)

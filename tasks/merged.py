"""What FlexGet runs as a task: asked of FlexGet, with the file and line of each value."""

import errno
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from flexapi.api import engine_calls
from flexapi.mirror import credentials, mirror
from flexapi.mirror.disk import file
from flexapi.mirror.document import Document, ParseError, same
from flexapi.mirror.edits import validation
from flexapi.mirror.edits.asking import Remembered, digest
from flexapi.mirror.files import naming
from flexapi.mirror.files.naming import INCLUDE, Naming
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from flexapi.phrases import phrase
from tasks.edits import names

# The sections that reach into a task.
SHARED = ("variables", "templates")
# How many tasks are tried at a save; each takes FlexGet a millisecond.
MOST_CHECKED = 200
# What FlexGet said lately, "" of a task that it can prepare.
_said: Remembered[str] = Remembered(5000)
# What the system says of a file that isn't there.
MISSING = os.strerror(errno.ENOENT)


CANT_RUN = phrase("FlexGet can't run this: {reason}")


def of_task(key: str, *, masked: bool) -> dict[str, Any]:
    """Return the task as FlexGet runs it, and what each value was before: see `MergedTaskSerializer`.

    Raises ServiceUnavailable where FlexGet can't be asked, KeyError where the task is gone.
    """
    snapshot = mirror.current()
    real = names(snapshot.document)[key]
    part = {name: snapshot.data[name] for name in SHARED if name in snapshot.data}
    text = validation.as_yaml({**part, "tasks": {real: snapshot.data["tasks"][real]}})
    found = engine_calls.ask("tasks.merged", text=text)
    sources = _Sources(snapshot, real)
    origins = [sources.origin(origin, found["config"]) for origin in found["origins"]]
    config, problem = found["config"], found["problem"]
    if masked:
        hide = credentials.known().hide
        config = credentials.mask_value(config, ("tasks", key), hide=hide)
        for origin in origins:
            if origin["written"] is not None:
                # Variables may be credentials, whatever the key is called.
                _put(config, origin["path"], credentials.MASK)
                origin["written"] = credentials.MASK
        problem = problem and hide(problem)
    return {"config": config, "origins": origins, "problem": problem}


class _Sources:
    """The texts that a task is made of."""

    def __init__(self, snapshot: Snapshot, task: Any) -> None:
        self._config = snapshot.document
        self._task = task
        self._included: dict[str, Document | None] = {}

    def origin(self, origin: dict[str, Any], config: Any) -> dict[str, Any]:
        """Complete what the host knows of a value by its file, its line and its text there."""
        kind, name, source = origin["kind"], origin["name"], tuple(origin["source"])
        file = mirror.config_path()
        document: Document | None = self._config
        if kind == "task":
            path = ("tasks", self._task, *source)
        elif kind == "template":
            path = ("templates", name, *source)
        else:
            file = included_path(name)
            document, path = self._document(file), source
        place = document and document.written_at(path)
        written = _text_at(document, path)
        return {
            "path": origin["path"],
            "kind": kind,
            "name": name,
            "file": str(file),
            "line": place[0] if place else None,
            "written": written if written != _at(config, origin["path"]) else None,
        }

    def _document(self, file: Path) -> Document | None:
        if str(file) not in self._included:
            try:
                self._included[str(file)] = Document.from_bytes(file.read_bytes())
            except (OSError, ParseError):
                self._included[str(file)] = None
        return self._included[str(file)]


def included_path(name: str) -> Path:
    """Return where FlexGet looks for an included file."""
    return Naming(name, INCLUDE, ()).location(mirror.config_path().parent)


def _text_at(document: Document | None, path: tuple[Any, ...]) -> str | None:
    """The text at a path, None where there is none, or a value of another kind."""
    value = None if document is None else _at(document.data, path)
    return value if isinstance(value, str) else None


def _at(value: Any, path: Any) -> Any:
    for key in path:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _put(value: Any, path: list[Any], new: Any) -> None:
    *above, last = path
    holder = _at(value, above)
    if _at(holder, [last]) is not None:
        holder[last] = new


def check_config(old: dict[Any, Any], new: dict[Any, Any]) -> list[tuple[tuple[Any, ...], str]]:
    """Return the tasks that FlexGet could prepare before an edit of the config and can't after it, and why.

    Looked at are tasks that changed, or that use a template that did. A file that is missing is not refused: it can
    be made over the API once it is named. Raises EngineUnavailable.
    """
    names = _concerned(old, new)
    after = _problems(new, names)
    if not after:
        return []
    before = _problems(old, names)
    return [
        (("tasks", name), CANT_RUN.format(reason=after[str(name)]))
        for name in names
        if str(name) in after and after[str(name)] != before.get(str(name))
    ]


def _concerned(old: dict[Any, Any], new: dict[Any, Any]) -> list[Any]:
    """The names of tasks that an edit may have broken, as far as they are merged with anything."""
    templates = mapping(old.get("templates")), mapping(new.get("templates"))
    other = {
        name for name in {*templates[0], *templates[1]}
        if not same(templates[0].get(name), templates[1].get(name))
    }  # fmt: skip
    others = len(other) - 1
    while len(other) > others:  # Those that use one of these, and so on.
        others = len(other)
        other |= {name for name, plugins in templates[1].items() if other & _used(plugins)}
    tasks = mapping(old.get("tasks")), mapping(new.get("tasks"))
    is_global = "global" in templates[1]
    return [
        name
        for name, plugins in tasks[1].items()
        if (is_global or _used(plugins) or mapping(plugins).get("include"))
        and (other & {*_used(plugins), "global"} or not same(tasks[0].get(name), plugins))
    ][:MOST_CHECKED]


def _used(plugins: Any) -> set[str]:
    named = mapping(plugins).get("template")
    return {named} if isinstance(named, str) else set(named) if isinstance(named, list) else set()


def _problems(config: dict[Any, Any], names: list[Any]) -> dict[str, str]:
    """What FlexGet says of some tasks, by their names."""
    tasks = mapping(config.get("tasks"))
    shared = {name: config[name] for name in SHARED if name in config}
    context = f"{validation.engine().state.pid} {shared!r} {_states_of_files(config)}"
    keys = {name: digest(context, {name: tasks[name]}) for name in names if name in tasks}
    problems = {name: _said.get(key) for name, key in keys.items()}
    unknown = {name: tasks[name] for name, problem in problems.items() if problem is None}
    if unknown:
        text = validation.as_yaml({**shared, "tasks": unknown})
        found: dict[str, str] = validation.engine().call(
            "tasks.problems", {"text": text}, timeout=validation.TIMEOUT
        )
        for name in unknown:
            problems[name] = said = found.get(str(name), "")
            _said.put(keys[name], said)
    return {
        str(name): problem
        for name, problem in problems.items()
        if problem and MISSING not in problem
    }


def _states_of_files(config: dict[Any, Any]) -> list[str]:
    """What tells whether one of the files that tasks are prepared with is another than before."""
    folder = mirror.config_path().parent
    # With variables in them, names of files are known to FlexGet alone: nothing is kept then.
    states = (
        [str(time.monotonic())] if "variables" in config and "'include'" in repr(config) else []
    )
    for named in naming.by_config(config):
        if named.read:
            try:
                states.append(str(file.signature(named.location(folder))))
            except OSError as error:
                states.append(str(error.errno))
    return states


def check_included(file: Path, old: str, new: str) -> list[str]:
    """Return what keeps FlexGet from preparing the tasks that include a file, and did not before an edit of it.

    Raises ServiceUnavailable.
    """
    snapshot = mirror.current()
    shared = {name: snapshot.data[name] for name in SHARED if name in snapshot.data}
    faults = []
    for name, config in mapping(snapshot.data.get("tasks")).items():
        if not _includes(config, file) and not any(
            _includes(template, file) for template in mapping(shared.get("templates")).values()
        ):
            continue
        after = _problem({**shared, "tasks": {name: config}}, file, new)
        if after and after != _problem({**shared, "tasks": {name: config}}, file, old or "{}\n"):
            faults.append(f"{mirror.config_path().name}, tasks.{name}: {after}")
    return faults


def _problem(part: dict[str, Any], file: Path, text: str) -> str | None:
    """What FlexGet says of a task where the file holds a text."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=settings.DATA_DIR) as trial:
        trial.write(text)
        trial.flush()
        config = _with_trial(part, file, trial.name)
        found = engine_calls.ask("tasks.merged", text=validation.as_yaml(config))
        problem: str | None = found["problem"]
        return problem and problem.replace(trial.name, str(file))


def _with_trial(part: dict[str, Any], file: Path, trial: str) -> dict[str, Any]:
    """Return a config that includes another file in place of this one."""

    def named(name: Any) -> Any:
        return trial if isinstance(name, str) and included_path(name) == file else name

    def plugins(config: Any) -> Any:
        if not _includes(config, file):
            return config
        given = config["include"]
        files = [named(one) for one in given] if isinstance(given, list) else named(given)
        return {**config, "include": files}

    return {
        section: {name: plugins(config) for name, config in entries.items()}
        if section in ("tasks", "templates") and isinstance(entries, dict)
        else entries
        for section, entries in part.items()
    }


def _includes(config: Any, file: Path) -> bool:
    given = mapping(config).get("include")
    names = given if isinstance(given, list) else [given]
    return any(isinstance(name, str) and included_path(name) == file for name in names)

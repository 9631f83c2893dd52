"""What FlexGet runs as a task: asked of FlexGet, with the file and line of each value."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from flexapi.api import engine_calls
from flexapi.mirror import credentials, mirror
from flexapi.mirror.document import Document, ParseError
from flexapi.mirror.edits import validation
from flexapi.mirror.files.naming import INCLUDE, Naming
from flexapi.mirror.mirror import Snapshot
from flexapi.mirror.store.rows import mapping
from tasks.edits import names

# The sections that reach into a task.
SHARED = ("variables", "templates")


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
        config = credentials.mask_value(config, ("tasks", key))
        for origin in origins:
            if origin["written"] is not None:
                # Variables may be credentials, whatever the key is called.
                _put(config, origin["path"], credentials.MASK)
                origin["written"] = credentials.MASK
        problem = problem and credentials.mask_text(problem)
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

"""A task as FlexGet runs it: variables, templates and includes applied by FlexGet's own code, and where each value is from."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from flexget import plugin
from flexget.event import fire_event
from flexget.task import Task, TaskAbort
from flexget.utils.tools import MergeException
from loguru import logger

from flexapi.engine.host.manager import WarmManager, load_yaml
from flexapi.engine.host.variables import only_looked_at
from flexapi.mirror.document.jsonview import scalar_view, to_json

# What logs while a task is prepared.
LOGGING = ("flexget.plugins.operate.include", "flexget.plugins.operate.template", "flexget.task")

Params = dict[str, Any]
Path = tuple[Any, ...]


def merged(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Return what FlexGet runs as the only task of the config text `params["text"]`.

    `{"config", "origins": [{"path", "kind": "task" | "template" | "include", "name", "source"}, …], "problem"}`:
    an origin for each value that has no others in it; `name` is that of the template or the included file, `source`
    the value's path there. `problem` is why FlexGet can't prepare the task, else null; the config is as far as it got.
    """
    config = load_yaml(params["text"])
    problem = None
    try:
        with only_looked_at():
            config = fire_event("manager.before_config_validate", config, manager)
    except plugin.PluginError as error:
        problem = str(error.value)
    (name, given), *_ = config["tasks"].items()
    with _config_of(manager, config) as templates:
        task = _Task(manager, name, given if isinstance(given, dict) else {}, templates)
        problem = _prepare(task) or problem
    return {"config": to_json(task.config), "origins": task.origins, "problem": problem}


def problems(manager: WarmManager, params: Params) -> dict[str, str]:
    """Return why FlexGet can't prepare tasks of the config text `params["text"]`, by their names; only those that it can't."""
    config = load_yaml(params["text"])
    try:
        with only_looked_at():
            config = fire_event("manager.before_config_validate", config, manager)
    except plugin.PluginError:
        return {}  # FlexGet's own check of the config tells.
    found = {}
    with _config_of(manager, config) as templates:
        for name, given in (config.get("tasks") or {}).items():
            task = _Task(manager, name, given if isinstance(given, dict) else {}, templates)
            problem = _prepare(task)
            if problem is not None:
                found[task.name] = problem
    return found


class _Templates(dict[str, Any]):
    """The section `templates`, which knows the template that was looked up last."""

    last = ""

    def __getitem__(self, name: str) -> Any:
        self.last = name
        return super().__getitem__(name)


@contextmanager
def _config_of(manager: WarmManager, config: dict[str, Any]) -> Iterator[_Templates]:
    """Let FlexGet find this config's templates."""
    found = config.get("templates")
    # What isn't a mapping FlexGet's own check tells.
    templates = _Templates(found if isinstance(found, dict) else {})
    loaded = manager.config
    manager.config = {**config, "templates": templates}
    try:
        yield templates
    finally:
        manager.config = loaded


class _Task(Task):
    """A task that notes where what is merged into its config comes from."""

    def __init__(
        self, manager: WarmManager, name: str, config: dict[str, Any], templates: _Templates
    ) -> None:
        super().__init__(manager, name, config=config)
        self.origins: list[dict[str, Any]] = []
        self.include: str | None = None
        self._templates = templates
        self._note(config, (), (), "task", str(name))

    def merge_config(self, new_config: Any) -> None:
        """Merge as FlexGet does, and say of which template or file, where that fails."""
        before = copy.deepcopy(self.config)
        if self.include is not None:
            kind, name, what = "include", self.include, f"The included file {self.include}"
        else:
            kind, name = "template", self._templates.last
            what = f"The template {name}"
        try:
            super().merge_config(new_config)
        except plugin.PluginError as error:
            raise plugin.PluginError(
                f"{what} can't be merged into the task. {error.value}"
            ) from error
        self._note_new(new_config, before, (), kind, name)

    def _note_new(self, new: Any, before: Any, path: Path, kind: str, name: str) -> None:
        """Note what a merge added: keys that were not there, and items behind those of a list."""
        for key, value in new.items():
            below = (*path, key)
            if key not in before:
                self._note(value, below, below, kind, name)
            elif isinstance(value, dict) and isinstance(before[key], dict):
                self._note_new(value, before[key], below, kind, name)
            elif isinstance(value, list) and isinstance(before[key], list):
                for at, item in enumerate(value):
                    self._note(item, (*below, len(before[key]) + at), (*below, at), kind, name)

    def _note(self, value: Any, path: Path, source: Path, kind: str, name: str) -> None:
        if isinstance(value, dict) and value:
            for key, item in value.items():
                self._note(item, (*path, key), (*source, key), kind, name)
        elif isinstance(value, list) and value:
            for at, item in enumerate(value):
                self._note(item, (*path, at), (*source, at), kind, name)
        else:
            paths = {"path": _shown(path), "source": _shown(source)}
            self.origins.append({**paths, "kind": kind, "name": name})


def _shown(path: Path) -> list[Any]:
    return [key if isinstance(key, str | int) else str(scalar_view(key)) for key in path]


def _prepare(task: _Task) -> str | None:
    """Have FlexGet apply templates and included files; return what keeps it from doing so."""
    with _quiet():
        return _prepared(task)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what FlexGet logs of a task that is not run out of the server's log."""
    for module in LOGGING:
        logger.disable(module)
    try:
        yield
    finally:
        for module in LOGGING:
            logger.enable(module)


def _prepared(task: _Task) -> str | None:
    try:
        _call("template", task, copy.copy(task.config.get("template")))
        files = task.config.get("include") or []
        for task.include in [files] if isinstance(files, str) else list(files):
            _call("include", task, task.include)
    except (plugin.PluginError, MergeException) as error:
        return str(error.value)
    except TaskAbort as error:
        return str(error.reason)
    except (OSError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        return f"The included file {task.include} can't be read: {reason}"
    return None


def _call(name: str, task: _Task, config: Any) -> None:
    plugin.plugins[name].instance.on_task_prepare(task, config)

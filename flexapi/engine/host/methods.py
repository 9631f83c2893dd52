"""What the host answers besides running executions: thin calls into FlexGet's own functions."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from flexget import config_schema, plugin
from flexget.utils import qualities
from flexget.utils.tools import get_current_flexget_version

from flexapi.engine import protocol
from flexapi.engine.complaints import Complaint, touched
from flexapi.registry import Registry

from . import catalogue, checking, options
from .companions import Kind
from .manager import ConfigInvalid, WarmManager, load_yaml
from .variables import only_looked_at

Params = dict[str, Any]
Method = Callable[[WarmManager, Params], Any]


def validate(manager: WarmManager, params: Params) -> list[dict[str, Any]]:
    """Return FlexGet's complaints about the config text `params["text"]`.

    Each is `{"path": [key, …], "message"}`; an empty list means that FlexGet would run it.
    """
    try:
        with only_looked_at():
            manager.check_config(load_yaml(params["text"]))
    except ConfigInvalid as error:
        return error.errors
    return []


def validate_task(manager: WarmManager, params: Params) -> list[dict[str, Any]]:
    """Return FlexGet's complaints about the text `params["text"]` as the plugins of a task, as `validate` does."""
    try:
        config = load_yaml(params["text"])
    except ConfigInvalid as error:
        return error.errors
    return checking.faults(manager.plugins, config, plugin.plugin_schemas(interface="task"))


def invalid_tasks(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Return what keeps tasks of the config file from running.

    `{"refused": [complaint, …], "tasks": [{"task", "complaints"}, …], "digest"}`, complaints as `validate` has them; where
    `refused` has any, no task runs. `digest` is that of the file (BLAKE2b, 32 bytes, in hexadecimal), "" where somebody wrote it
    meanwhile. Raises OSError and what SQLAlchemy does.
    """
    before = _digest(manager)
    try:
        manager.refresh_config()
    except ConfigInvalid as error:
        found = {"refused": error.errors, "tasks": []}
    else:
        found = _kept_from_running(manager.invalid)
    return {**found, "digest": before if before == _digest(manager) else ""}


def _digest(manager: WarmManager) -> str:
    return hashlib.blake2b(manager.config_path.read_bytes(), digest_size=32).hexdigest()


def invalid_tasks_of(manager: WarmManager, params: Params) -> dict[str, Any]:
    """As `invalid_tasks`, of the config text `params["text"]`, which has no `schedules`; the file need not be loaded for it."""
    try:
        with only_looked_at():
            config = load_yaml(params["text"])
            prepared, complaints = checking.check(manager, manager.plugins, config)
    except ConfigInvalid as error:
        return {"refused": error.errors, "tasks": []}
    if manager.refuses(prepared, complaints):
        return {"refused": complaints, "tasks": []}
    return _kept_from_running(touched(prepared, complaints))


def _kept_from_running(found: dict[Any, list[Complaint]]) -> dict[str, Any]:
    tasks = [{"task": str(name), "complaints": said} for name, said in found.items()]
    return {"refused": [], "tasks": tasks}


def execute_options(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Return the JSON Schema of the options that an execution takes."""
    return options.schema()


def quality(manager: WarmManager, params: Params) -> dict[str, str]:
    """Return `{"error"}`: why `params["text"]` is no quality requirement, or "" where it is one."""
    try:
        qualities.Requirements(params["text"])
    except ValueError as error:
        return {"error": str(error)}
    return {"error": ""}


def schema(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Return FlexGet's JSON Schema of a whole config, its references inlined."""
    inlined: dict[str, Any] = config_schema.inline_refs(config_schema.get_schema())
    return inlined


def version(manager: WarmManager, params: Params) -> dict[str, str]:
    """Return the versions of the FlexGet and the Python that run here."""
    return {"flexget": get_current_flexget_version(), "python": sys.version.split()[0]}


METHODS: Registry[str, Method] = Registry("method")
METHODS.add("validate", validate)
METHODS.add("validate_task", validate_task)
METHODS.add("invalid_tasks", invalid_tasks)
METHODS.add("invalid_tasks_of", invalid_tasks_of)
METHODS.add("options", execute_options)
METHODS.add("plugin", catalogue.one)
METHODS.add("plugins", catalogue.plugins)
METHODS.add("quality", quality)
METHODS.add("schema", schema)
METHODS.add("version", version)

# Those of apps, by the names of their methods.
COMPANIONS: Registry[str, Kind] = Registry("companion")

# Why a module's methods are missing, by the name it was to have.
missing: dict[str, str] = {}


def add(name: str, module: str) -> None:
    """Add the `METHODS` of a module, each as `name.method`; where it can't be imported, note why.

    A module has `METHODS: dict[str, Method]`, functions like those here; they are called in the host. It may have a
    `COMPANION` (see `companions`).
    """
    try:
        imported = import_module(module)
        methods: dict[str, Method] = imported.METHODS
    except (Exception, SystemExit) as error:  # noqa: BLE001  a plugin's code must not end the host
        missing[name] = _why_missing(module, error)
        return
    for method, function in methods.items():
        METHODS.add(f"{name}.{method}", function)
    if hasattr(imported, "COMPANION"):
        COMPANIONS.add(name, imported.COMPANION)


def plugin_folders(named: Iterable[str]) -> list[Path]:
    """Return the folders of packages of FlexGet plugins, given as `name=package`; note what can't be imported."""
    folders = []
    for name, _, package in (entry.partition("=") for entry in named):
        try:
            folders += [Path(folder) for folder in import_module(package).__path__]
        except (Exception, SystemExit) as error:  # noqa: BLE001  a plugin's code must not end the host
            missing[name] = _why_missing(package, error)
    return folders


def _why_missing(module: str, error: BaseException) -> str:
    return f"{sys.executable} can't import {module}: {type(error).__name__}: {error}"


def call(manager: WarmManager, name: str, params: Params) -> Any:
    """Call a method by its name; raises RpcError."""
    try:
        method = METHODS[name]
    except KeyError:
        raise _not_found(name, "method") from None
    return method(manager, params)


def companion(name: str) -> Kind:
    """Return the companion that an app brings; raises RpcError."""
    try:
        return COMPANIONS[name]
    except KeyError:
        raise _not_found(name, "companion") from None


def _not_found(name: str, what: str) -> protocol.RpcError:
    reason = missing.get(name.partition(".")[0]) or f"The engine has no {what} {name!r}."
    return protocol.RpcError(protocol.METHOD_NOT_FOUND, reason)

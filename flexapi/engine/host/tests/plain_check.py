"""Methods of the tests' host: FlexGet's check as FlexGet does it, a plugin that comes late, and what the host has loaded."""

import os
from typing import Any

from flexget import config_schema
from flexget.plugin import plugins

from flexapi.engine.host import loading, methods
from flexapi.engine.host import manager as manager_module
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.transactions import Method, Params


def validate(manager: WarmManager, params: Params) -> list[dict[str, Any]]:
    """As the host's own method, with references resolved again each time."""
    kept = config_schema.Registry
    config_schema.Registry = kept.plain
    try:
        return methods.validate(manager, params)
    finally:
        config_schema.Registry = kept


def change_schema(manager: WarmManager, params: Params) -> None:
    """Have the plugin `params["plugin"]` take `params["schema"]`."""
    config_schema.register_schema(plugins[params["plugin"]].schema_id, params["schema"])


def all_are_large(manager: WarmManager, params: Params) -> None:
    """Have each config loaded by a process of its own."""
    loading.LARGE = -1


def loaded(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Return what the host has loaded, and how often it did so itself since it was last asked."""
    loads = _loads[:]
    _loads.clear()
    return {
        "tasks": len(manager.config.get("tasks", {})),
        "invalid": [str(name) for name in manager.invalid],
        "loads": len(loads),
        "all": repr([getattr(manager, name) for name in loading.LOADED]),
    }


def load_here(manager: WarmManager, params: Params) -> dict[str, Any]:
    """Load the config file in the host, as if it had changed."""
    manager.config_file_hash = None
    answer = methods.invalid_tasks(manager, params)
    return {"answer": answer, **loaded(manager, params)}


_loads: list[Any] = []
_load_yaml = manager_module.load_yaml


def _noted(text: str) -> Any:
    _loads.append(os.getpid())
    return _load_yaml(text)


manager_module.load_yaml = _noted

METHODS: dict[str, Method] = {
    "validate": validate,
    "change_schema": change_schema,
    "all_are_large": all_are_large,
    "loaded": loaded,
    "load_here": load_here,
}

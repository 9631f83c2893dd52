"""FlexGet's plugins, described: what they are for, where in a task they act, what they lack."""

import ast
import inspect
import sys
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import flexget
from flexget import config_schema, plugin
from flexget.plugin import PluginInfo

from .manager import WarmManager

Params = dict[str, Any]

WIKI = "https://flexget.com/Plugins/"
# Parts of the wiki for plugins that implement an interface.
_PARTS = {"list": "List/", "notifiers": "Notifiers/"}
_FLEXGET = Path(flexget.__file__).resolve().parent
_OF_LISTS = ("list_add", "list_clear", "list_match", "list_remove")


def plugins(manager: WarmManager, params: Params) -> list[dict[str, Any]]:
    """Return plugins by name, all or `params["limit"]` from `params["offset"]` on: to tell what they lack, their sources are read.

    `{"name", "category", "builtin", "phases": {phase: priority}, "interfaces": [name, …], "summary", "wiki",
    "deprecated": why or null, "missing": [package, …]}`.
    """
    start, limit = params.get("offset", 0), params.get("limit")
    infos = sorted(plugin.plugins.values(), key=lambda info: info.name)
    return [
        _described(info) for info in islice(infos, start, None if limit is None else start + limit)
    ]


def one(manager: WarmManager, params: Params) -> dict[str, Any] | None:
    """Return the plugin `params["name"]` as `plugins` does, and its `help` and its JSON `schema`; null where there is none."""
    info = plugin.plugins.get(params["name"])
    if info is None:
        return None
    schema = info.schema
    if info.schema_id:
        schema = config_schema.inline_refs({"$ref": info.schema_id})
    return {**_described(info), "help": _help(info), "schema": schema}


def _described(info: PluginInfo) -> dict[str, Any]:
    text = _help(info)
    return {
        "name": info.name,
        "category": info.category,
        "builtin": info.builtin,
        "phases": {phase: handler.priority for phase, handler in info.phase_handlers.items()},
        "interfaces": list(info.interfaces or ()),
        "summary": text.partition("\n\n")[0].replace("\n", " "),
        "wiki": _wiki(info),
        "deprecated": _deprecated(info),
        "missing": _missing(info.plugin_class.__module__),
    }


def _help(info: PluginInfo) -> str:
    """The class's own docstring, not that of a class that it extends; else the module's."""
    text = info.plugin_class.__dict__.get("__doc__")
    if not text:
        text = getattr(sys.modules.get(info.plugin_class.__module__), "__doc__", None)
    return inspect.cleandoc(text) if text else ""


def _wiki(info: PluginInfo) -> str | None:
    """Where FlexGet's wiki describes it; None for one that isn't FlexGet's own."""
    file = getattr(sys.modules.get(info.plugin_class.__module__), "__file__", None)
    if not file or not Path(file).resolve().is_relative_to(_FLEXGET):
        return None
    if info.name in _OF_LISTS:
        return f"{WIKI}List/{info.name}"
    part = next((_PARTS[one] for one in info.interfaces or () if one in _PARTS), "")
    return f"{WIKI}{part}{info.name}"


def _deprecated(info: PluginInfo) -> str | None:
    schema: Any = info.schema
    if not isinstance(schema, dict) or not schema.get("deprecated"):
        return None
    said = schema.get("deprecationMessage") or schema["deprecated"]
    return said if isinstance(said, str) else f"The plugin {info.name} is deprecated."


@cache
def _missing(module: str) -> list[str]:
    """Return the packages that a module imports somewhere, in a function perhaps, and that aren't installed."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return []
    try:
        tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return []
    packages = {name.partition(".")[0] for name in _imported(tree)}
    return sorted(package for package in packages if not _is_there(package))


def _imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return names


@cache
def _is_there(package: str) -> bool:
    if package in sys.stdlib_module_names or package in sys.modules:
        return True
    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False

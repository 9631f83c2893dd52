"""FlexGet's schema and plugins, asked once of each process of FlexGet's."""

import threading
from collections import Counter
from typing import Any

from flexapi.api import engine_calls
from flexapi.engine import instance
from flexapi.mirror import mirror
from flexapi.mirror.store.rows import mapping

# Plugins that are asked about at once: to tell what they lack, FlexGet's process reads their sources.
BATCH = 40

Plugin = dict[str, Any]


class _Kept:
    """What FlexGet's process `pid` said."""

    def __init__(self, pid: int | None) -> None:
        self.pid = pid
        self.schema: dict[str, Any] | None = None
        self.plugins: list[Plugin] | None = None


_kept = _Kept(None)
_lock = threading.Lock()


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a whole config, one document. Raises ServiceUnavailable."""
    kept = _of_now()
    if kept.schema is None:
        kept.schema = engine_calls.ask("schema")
    return kept.schema


def plugins() -> list[Plugin]:
    """Return every plugin as `PluginSerializer` has it, also those that could not be loaded. Raises ServiceUnavailable."""
    kept = _of_now()
    if kept.plugins is None:
        found: list[Plugin] = []
        while batch := engine_calls.ask("plugins", offset=len(found), limit=BATCH):
            found += batch
        kept.plugins = found
    uses = _uses({plugin["name"] for plugin in kept.plugins})
    known = [{**plugin, "left_out": None, "uses": uses[plugin["name"]]} for plugin in kept.plugins]
    return sorted([*known, *_left_out(uses)], key=lambda plugin: str(plugin["name"]))


def plugin(name: str) -> Plugin | None:
    """Return one plugin, with its help and its schema; None where there is none. Raises ServiceUnavailable."""
    found: Plugin | None = engine_calls.ask("plugin", name=name)
    if found is not None:
        return {**found, "left_out": None, "uses": _uses({name})[name]}
    missing = next((one for one in _left_out(_uses({name})) if one["name"] == name), None)
    return None if missing is None else {**missing, "help": "", "schema": None}


def _of_now() -> _Kept:
    global _kept
    pid = instance.engine().state.pid
    with _lock:
        if _kept.pid != pid or pid is None:
            _kept = _Kept(pid)
        return _kept


def _left_out(uses: "Counter[str]") -> list[Plugin]:
    return [
        {
            "name": name,
            "category": None,
            "builtin": False,
            "phases": {},
            "interfaces": [],
            "summary": "",
            "wiki": None,
            "deprecated": None,
            "missing": [],
            "left_out": problem["reason"],
            "uses": uses[name],
        }
        for problem in instance.engine().plugin_problems()
        for name in problem["names"]
    ]


def _uses(names: set[str]) -> "Counter[str]":
    """Count the tasks and templates of the current config that use each plugin, within another (`discover`) or not."""
    data = mirror.current().data
    uses: Counter[str] = Counter()
    for section in ("tasks", "templates"):
        for config in mapping(data.get(section)).values():
            uses.update(_named(config, names, set(), own=True))
    return uses


def _named(value: Any, names: set[str], seen: set[int], *, own: bool = False) -> set[str]:
    """The plugins that are keys here, or the keys of items in lists: other keys that are called so are settings."""
    if not isinstance(value, dict | list) or id(value) in seen:
        return set()
    seen.add(id(value))
    if isinstance(value, list):
        found: set[str] = set()
        for item in value:
            found |= (
                {item} & names if isinstance(item, str) else _named(item, names, seen, own=True)
            )
        return found
    found = {key for key in value if isinstance(key, str)} & names if own else set()
    for below in value.values():
        found |= _named(below, names, seen)
    return found

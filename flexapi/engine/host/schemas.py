"""The JSON Schemas that FlexGet checks a config by, read once.

FlexGet resolves each reference again and again: for every task of a config it lists all plugins and looks through their
schemas, which is nine tenths of a check.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flexget import config_schema
from flexget.plugin import plugins
from referencing import Registry
from referencing.exceptions import Unresolvable

Schema = Any
MakeRegistry = Callable[[], "Registry[Schema]"]


def keep_resolved() -> None:
    """Have FlexGet's checks in this process share what references lead to. Its plugins must have been loaded."""
    if not isinstance(config_schema.Registry, _Resolved):
        config_schema.Registry = _Resolved(config_schema.Registry)


class _Resolved:
    """Takes the place of FlexGet's `Registry`: gives one that knows all schemas already."""

    def __init__(self, plain: MakeRegistry) -> None:
        self.plain = plain
        self._known: tuple[dict[str, Schema], int] | None = None
        self._registry: Registry[Schema] = plain()

    def __call__(self) -> "Registry[Schema]":
        # A plugin may register another schema at any time. Those of all plugins of a kind are made of these.
        if self._known != (config_schema.schema_paths, len(plugins)):
            self._registry = self.plain().with_resources(_referenced()).crawl()
            self._known = dict(config_schema.schema_paths), len(plugins)
        return self._registry


def _referenced() -> Iterator[tuple[str, Any]]:
    """Yield what the schema of the whole config refers to, directly or not, by its URI."""
    waiting = list(_references(config_schema.get_schema()))
    seen = set()
    while waiting:
        uri = waiting.pop().partition("#")[0]
        if uri in seen or not uri:
            continue
        seen.add(uri)
        try:
            resource = config_schema.retrieve_resource(uri)
        except Unresolvable:
            # A plugin's mistake, which FlexGet tells of where a config has that plugin.
            continue
        yield uri, resource
        waiting += _references(resource.contents)


def _references(schema: Schema) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)

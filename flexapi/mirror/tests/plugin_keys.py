"""`python -m flexapi.mirror.tests.plugin_keys`: the keys that the installed FlexGet's plugins take, as JSON.

`{plugin: {"module", "keys": [dotted path, …]}}`; the path "" is there where the whole config may be a text.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from flexget import config_schema, plugin

_NESTED = ("oneOf", "anyOf", "allOf")
DEEPEST = 12


def keys(schema: Any, definitions: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the paths of a schema."""
    if not isinstance(schema, dict) or len(path) > DEEPEST:
        return
    kinds = schema.get("type", ())
    if not path and (kinds == "string" or "string" in kinds):
        yield ""
    for name, below in (schema.get("properties") or {}).items():
        yield ".".join((*path, name))
        yield from keys(below, definitions, (*path, name))
    parts = [part for nested in _NESTED for part in schema.get(nested) or ()]
    parts += [schema.get("items"), schema.get("additionalProperties")]
    parts += (schema.get("patternProperties") or {}).values()
    kind, _, name = schema.get("$ref", "").rpartition("/")
    if kind in ("#/$defs", "#/definitions"):
        parts.append(definitions.get(name))
    for part in parts:
        yield from keys(part, definitions, path)


def main() -> None:
    """Print them."""
    plugin.load_plugins()
    found = {
        name: {
            "module": type(info.instance).__module__.removeprefix("flexget."),
            "keys": sorted(set(_of(info.schema))),
        }
        for name, info in plugin.plugins.items()
    }
    for name, schema in config_schema.get_schema()["properties"].items():
        found.setdefault(name, {"module": "", "keys": sorted(set(_of(schema)))})
    json.dump(found, sys.stdout)


def _of(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return iter(())
    return keys(schema, {**schema.get("$defs", {}), **schema.get("definitions", {})})


if __name__ == "__main__":
    main()

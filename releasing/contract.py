"""The OpenAPI document as a contract: what of it programs rely on, and what breaks them."""

from collections.abc import Iterator
from typing import Any

# Keys that only people read, where they are a schema's own and not the name of a field.
WORDS = frozenset({"description", "summary", "title", "example", "examples", "version"})
# Keys whose members are named by us: a field may be called `title`.
NAMING = frozenset(
    {
        *("properties", "schemas", "paths", "responses", "headers", "content"),
        *("parameters", "securitySchemes", "mapping", "requestBodies"),
    }
)
METHODS = ("get", "put", "post", "patch", "delete")


def bare(document: Any, *, named: bool = False) -> Any:
    """Return a document without its words: two that are equal promise programs the same."""
    if isinstance(document, list):
        return [bare(item) for item in document]
    if not isinstance(document, dict):
        return document
    return {
        key: bare(value, named=key in NAMING and not named)
        for key, value in document.items()
        if named or key not in WORDS
    }


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what a program that was written for the old document may stumble over, a line each."""
    return [*_operations(old, new), *_schemas(old, new)]


def _operations(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for path, before in old["paths"].items():
        for method in METHODS:
            if method not in before:
                continue
            name = f"{method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{name} is gone"
                continue
            yield from (f"{name}: {fault}" for fault in _operation(before[method], after))


def _operation(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    had, has = _parameters(before), _parameters(after)
    for key, parameter in had.items():
        if key not in has:
            yield f"the parameter {key[1]} is gone"
        elif has[key].get("required") and not parameter.get("required"):
            yield f"the parameter {key[1]} must be given now"
    for key in has.keys() - had.keys():
        if has[key].get("required"):
            yield f"the new parameter {key[1]} must be given"
    for status in before["responses"].keys() - after["responses"].keys():
        if status.startswith("2"):
            yield f"it no longer answers {status}"
    if _body(after).get("required") and not _body(before).get("required"):
        yield "it needs a body now"
    gone = _body(before).get("content", {}).keys() - _body(after).get("content", {}).keys()
    yield from (f"it no longer takes {media}" for media in sorted(gone))


def _parameters(operation: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["in"], each["name"]): each for each in operation.get("parameters", [])}


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = operation.get("requestBody", {})
    return body


def _schemas(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    schemas = new.get("components", {}).get("schemas", {})
    for name, before in old.get("components", {}).get("schemas", {}).items():
        after = schemas.get(name)
        if after is None:
            yield f"the schema {name} is gone"
            continue
        yield from (f"{name}: {fault}" for fault in _schema(before, after))


def _schema(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for field, said in before.get("properties", {}).items():
        says = after.get("properties", {}).get(field)
        if says is None:
            yield f"the field {field} is gone"
        elif says.get("type") != said.get("type") or says.get("$ref") != said.get("$ref"):
            yield f"the field {field} has another type"
    # A field that isn't read-only is sent as well, so whoever left it out is refused now.
    for field in set(after.get("required", [])) - set(before.get("required", [])):
        if not after["properties"].get(field, {}).get("readOnly"):
            yield f"the field {field} must be given now"
    for value in before.get("enum", []):
        if value not in after.get("enum", []):
            yield f"the value {value} is gone"

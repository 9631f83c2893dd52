"""Values as YAML loads them: strict equality, and copies with one place changed.

A path is a tuple of mapping keys and sequence indexes, from the root: ``("tasks", "tv", "rss")``.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable
from typing import Any

Path = tuple[Hashable, ...]


def same(a: Any, b: Any) -> bool:
    """Whether two loaded values are the same: by type, by content, mappings also by key order.

    Unlike ``==`` it tells ``True`` from ``1`` from ``1.0``, ``0.0`` from ``-0.0`` and a time zone
    from another, and finds ``nan`` equal to itself.
    """
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return len(a) == len(b) and all(
            same(x, y) and same(a[x], b[y]) for x, y in zip(a, b, strict=True)
        )
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return repr(a) == repr(b)
    if isinstance(a, datetime.datetime):
        return bool(a == b) and a.utcoffset() == b.utcoffset()
    if isinstance(a, set):
        return {(type(x), x) for x in a} == {(type(x), x) for x in b}
    return bool(a == b)


def same_content(a: Any, b: Any) -> bool:
    """As ``same``, but the order of keys in mappings does not matter."""
    return a is b or frozen(a) == frozen(b)


def frozen(value: Any) -> Hashable:
    """Something hashable that equals another's exactly if they have the same content."""
    if isinstance(value, dict):
        return "map", frozenset((frozen(key), frozen(below)) for key, below in value.items())
    if isinstance(value, list | tuple):
        return type(value), tuple(map(frozen, value))
    if isinstance(value, set):
        return "set", frozenset(map(frozen, value))
    if isinstance(value, float):
        return float, repr(value)
    if isinstance(value, datetime.datetime):
        return datetime.datetime, value, value.utcoffset()
    return type(value), value


def get(data: Any, path: Path) -> Any:
    """The value at ``path``. Raises KeyError, IndexError or TypeError where there is none."""
    for step in path:
        data = child(data, step)
    return data


def child(data: Any, step: Hashable) -> Any:
    """The value under one key of a mapping or at one index (0 and up) of a sequence."""
    if isinstance(data, dict):
        return data[step]
    if isinstance(data, list):
        if type(step) is not int:
            raise TypeError(f"a sequence has no {step!r}")
        if step < 0:
            raise IndexError(step)
        return data[step]
    raise KeyError(step)


def has(data: Any, path: Path) -> bool:
    """Whether there is a value at ``path``."""
    try:
        get(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def changed(data: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy of ``data`` where the value at ``path`` is replaced by ``change(value)``.

    Only the containers along the path are copied; key order stays.
    """
    if not path:
        return change(data)
    below = changed(child(data, path[0]), path[1:], change)
    if isinstance(data, dict):
        return {**data, path[0]: below}
    copy = list(data)
    copy[path[0]] = below  # type: ignore[call-overload]
    return copy

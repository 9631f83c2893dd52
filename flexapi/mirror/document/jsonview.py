"""Loaded values as JSON, and back.

JSON has no dates, sets, bytes, infinities and no keys but strings. They are shown like this:

==================  =====================================================================
date, date-time     ISO 8601 text: ``"2024-05-01"``, ``"2024-05-01T12:00:00+00:00"``
set                 sorted list of its members
binary              base64 text
nan, inf            ``".nan"``, ``".inf"``, ``"-.inf"``, as YAML writes them
ordered pairs       list of two-element lists
other keys          the text of their value: ``"1"``, ``"true"``, ``"null"``, ``"2024-05-01"``;
                    where another key has that text already, with ``!`` in front
==================  =====================================================================

The way back (``from_json``) needs what was there before: whatever still has the same view is the
old value, type and all.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import json
from collections.abc import Hashable
from typing import Any

from . import texts
from .errors import LimitError
from .parse import LIMITS, Limits


def to_json(data: Any, limits: Limits = LIMITS) -> Any:
    """The JSON view of a loaded value: new dicts and lists, of strings, numbers, booleans, None.

    Shared values (aliases) are shown at every place; raises LimitError where that exceeds
    ``limits`` in number or depth.
    """
    return _View(limits).show(data, 0)


class _View:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.count = 0

    def show(self, value: Any, depth: int) -> Any:
        self.count += 1
        if self.count > self.limits.nodes or depth > self.limits.depth + 1:
            raise LimitError(texts.TOO_DEEP)
        if isinstance(value, dict):
            names = key_names(value)
            return {names[key]: self.show(below, depth + 1) for key, below in value.items()}
        if isinstance(value, list | tuple):
            return [self.show(item, depth + 1) for item in value]
        if isinstance(value, set):
            members = [self.show(item, depth + 1) for item in value]
            return sorted(members, key=lambda member: (str(type(member)), str(member)))
        return scalar_view(value)


def scalar_view(value: Any) -> Any:
    """The JSON view of a scalar."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    return value


def key_names(mapping: dict[Any, Any]) -> dict[Any, str]:
    """The JSON name of each key of a mapping; no two are the same."""
    names = {key: key for key in mapping if isinstance(key, str)}
    taken = set(names)
    for key in mapping:
        if not isinstance(key, str):
            view = scalar_view(key)
            name = view if isinstance(view, str) else json.dumps(view)
            while name in taken:
                name = f"!{name}"
            names[key] = name
            taken.add(name)
    return names


def from_json(value: Any, present: Any) -> Any:
    """The value that a client means who was shown ``to_json(present)`` and sent ``value``."""
    if isinstance(present, dict) and isinstance(value, dict):
        keys: dict[str, Hashable] = {name: key for key, name in key_names(present).items()}
        return {
            keys.get(name, name): from_json(below, present.get(keys.get(name, name)))
            for name, below in value.items()
        }
    if isinstance(present, list) and isinstance(value, list):
        return _list_from_json(value, present)
    if isinstance(value, dict | list):
        same = isinstance(present, tuple | set) and _equal(to_json(present), value)
        return present if same else _set_from_json(value, present)
    return _scalar_from_json(value, present)


def _list_from_json(value: list[Any], present: list[Any]) -> list[Any]:
    """Items that moved are known by their view; the others are compared by position."""
    known = {_canonical(to_json(item)): item for item in reversed(present)}
    items = []
    for index, item in enumerate(value):
        there = present[index] if index < len(present) else None
        label = _canonical(item)
        if label in known and not (index < len(present) and _equal(to_json(there), item)):
            there = known[label]
        items.append(from_json(item, there))
    return items


def _set_from_json(value: Any, present: Any) -> Any:
    scalars = isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    if isinstance(present, set) and scalars:
        views = {_canonical(to_json(member)): member for member in present}
        return {views.get(_canonical(item), item) for item in value}
    return value


def _scalar_from_json(value: Any, present: Any) -> Any:
    """A changed date is still a date, if it reads as one; likewise binary and infinities."""
    if isinstance(present, dict | list | set | tuple):
        return value
    if _equal(scalar_view(present), value):
        return present
    if isinstance(value, str):
        try:
            if isinstance(present, datetime.datetime):
                return datetime.datetime.fromisoformat(value)
            if isinstance(present, datetime.date):
                return datetime.date.fromisoformat(value)
            if isinstance(present, bytes):
                return base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            return value
    return value


def _equal(a: Any, b: Any) -> bool:
    return _canonical(a) == _canonical(b)


def _canonical(value: Any) -> str:
    """A text that is the same for the same JSON: 1.0 and 1 are, 1 and true are not."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value

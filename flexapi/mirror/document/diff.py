"""Which primitive edits make one value of another, at the deepest places that differ."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from .operations import Delete, Insert, Operation, Replace
from .values import Path, frozen, same_content


def differences(old: Any, new: Any, path: Path) -> Iterator[Operation]:
    """Operations which, done one after the other, turn ``old`` at ``path`` into ``new``.

    Keys that both mappings have keep the order of ``old``.
    """
    if same_content(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        yield from _mapping(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _sequence(old, new, path)
    else:
        yield Replace(path, new)


def _mapping(old: dict[Any, Any], new: dict[Any, Any], path: Path) -> Iterator[Operation]:
    # 1 and True are the same key to Python, and not to a reader.
    types = {key: type(key) for key in old}
    if any(key in types and types[key] is not type(key) for key in new):
        yield Replace(path, new)
        return
    before = None
    for key in new:
        if key not in old:
            yield Insert((*path, key), new[key], before)
        before = key
    for key in new:
        if key in old:
            yield from differences(old[key], new[key], (*path, key))
    for key in old:
        if key not in new:
            yield Delete((*path, key))


def _sequence(old: list[Any], new: list[Any], path: Path) -> Iterator[Operation]:
    """From the end to the front, so that the indexes still to come stay right."""
    before, after = [frozen(item) for item in old], [frozen(item) for item in new]
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for _, start, stop, new_start, new_stop in reversed(blocks):
        common = min(stop - start, new_stop - new_start)
        # Inserted before anything is removed: a sequence never gets empty on the way.
        for index in reversed(range(new_start + common, new_stop)):
            yield Insert((*path, start + common), new[index])
        for index in reversed(range(start + common, stop)):
            yield Delete((*path, index))
        for index in reversed(range(common)):
            yield from differences(
                old[start + index], new[new_start + index], (*path, start + index)
            )

"""Which primitive edits make one value of another, at the deepest places that differ."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from difflib import SequenceMatcher
from typing import Any

from .operations import Arrange, Delete, Insert, Operation, Replace
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
    """A new order, if there is one, and what differs then."""
    pairs = _pairs(old, new)
    order = [pairs[at] for at in sorted(pairs)]
    if order != sorted(order):
        arranged = _with_the_rest(order, len(old))
        yield Arrange(path, tuple(arranged))
        places = {index: at for at, index in enumerate(arranged)}
        pairs = {at: places[index] for at, index in pairs.items()}
        old = [old[index] for index in arranged]
    # From the end to the front, so that the indexes still to come stay right.
    stop, new_stop = len(old), len(new)
    for at in [*sorted(pairs, reverse=True), -1]:
        index = pairs.get(at, -1)
        yield from _between(old, new, (index + 1, stop), (at + 1, new_stop), path)
        if at >= 0:
            yield from differences(old[index], new[at], (*path, index))
        stop, new_stop = index, at


def _between(
    old: list[Any], new: list[Any], span: tuple[int, int], new_span: tuple[int, int], path: Path
) -> Iterator[Operation]:
    """What puts new items instead of old ones that none of them is."""
    (start, stop), (new_start, new_stop) = span, new_span
    common = min(stop - start, new_stop - new_start)
    # Inserted before anything is removed: a sequence never gets empty on the way.
    for at in reversed(range(new_start + common, new_stop)):
        yield Insert((*path, start + common), new[at])
    for index in reversed(range(start + common, stop)):
        yield Delete((*path, index))
    for offset in reversed(range(common)):
        step = start + offset
        yield from differences(old[step], new[new_start + offset], (*path, step))


def _pairs(old: list[Any], new: list[Any]) -> dict[int, int]:
    """Which old item each new one is, by their indexes: the same, or one of that name."""
    before, after = [frozen(item) for item in old], [frozen(item) for item in new]
    pairs: dict[int, int] = {}
    for start, new_start, size in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_matching_blocks():
        pairs.update((new_start + offset, start + offset) for offset in range(size))
    _add_pairs(pairs, before, after)
    for label in (_name, _parts):
        _add_pairs(pairs, [label(item) for item in old], [label(item) for item in new])
    return pairs


def _add_pairs(pairs: dict[int, int], before: list[Hashable], after: list[Hashable]) -> None:
    """Pair what has no partner yet with the first of the same label; None is no label."""
    taken = set(pairs.values())
    free: dict[Hashable, list[int]] = {}
    for index, label in reversed(list(enumerate(before))):
        if index not in taken and label is not None:
            free.setdefault(label, []).append(index)
    for at, label in enumerate(after):
        if at not in pairs and free.get(label):
            pairs[at] = free[label].pop()


def _name(item: Any) -> Hashable:
    """What an item is known by though its content changes: the one key of a mapping, or the text."""
    if isinstance(item, dict):
        item = next(iter(item)) if len(item) == 1 else None
    return item if isinstance(item, str) else None


def _parts(item: Any) -> Hashable:
    """What an item without a name has in common with itself after a change: its keys or its items."""
    if isinstance(item, dict) and len(item) > 1:
        return "keys", frozenset(item)
    return ("items", frozenset(map(frozen, item))) if isinstance(item, list) else None


def _with_the_rest(order: list[int], count: int) -> list[int]:
    """All indexes: those in ``order`` in that order, each other one behind the one before it."""
    result, known = list(order), set(order)
    for index in range(count):
        if index not in known:
            result.insert(result.index(index - 1) + 1 if index else 0, index)
    return result

"""From an operation to the text that does it: find, splice, load again, compare.

The candidates go from the finest (one line) to the coarsest (the block around it written again).
The first that loads to exactly the expected data is the answer; without one the edit is refused.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from . import patch, splice, texts
from .arrange import arranged
from .errors import EditRefused, ParseError, PathNotFound
from .operations import LAST, Arrange, Delete, Insert, Move, Operation, Rename, Replace
from .parse import Limits, compose, load
from .paths import entry_index, find, shown
from .removal import deleted, expanded, overridden, replaced
from .sharing import refusal
from .tree import Node, Tree
from .values import Path, get, has, same
from .write import Habit


def expect(operation: Operation, data: Any) -> Any:
    """The data after an operation. Raises PathNotFound where it does not fit the data."""
    path = operation.path
    known = path[:-1] if isinstance(operation, Insert) else path
    if not has(data, known):
        raise PathNotFound(texts.NOTHING_AT.format(path=shown(known)))
    if isinstance(operation, Move):
        siblings = len(get(data, path[:-1]))
        if not 0 <= operation.position < siblings:
            raise PathNotFound(
                texts.NO_POSITION.format(position=operation.position, count=siblings)
            )
    return operation.expected(data)


def edit_text(
    text: str,
    operation: Operation,
    data: Any,
    habit: Habit,
    limits: Limits,
    *,
    tail: str = "",
    shared: bool = False,
) -> str:
    """``text`` after ``operation``. ``data`` is what ``text`` loads to.

    ``tail`` is text that follows in the file. It has to be a mapping entry with the value None,
    and to be still there, last, when both are loaded. With ``shared``, aliases elsewhere of what
    is edited may change with it. Raises EditRefused.
    """
    expected = expect(operation, data)
    tree = compose(text, limits)
    wanted = with_tail(expected, tail)
    whole = isinstance(operation, Replace | Arrange)
    edited = operation.path if whole else operation.path[:-1]
    in_shared = ""
    for candidate in _candidates(tree, operation, data, expected, habit, limits):
        try:
            # What has aliases may exceed the limits by the edit.
            new = compose(candidate, limits) if tree.references else None
            loaded = load(candidate + tail)
        except ParseError:
            continue
        if same(loaded, wanted):
            return candidate
        if shared and new and not in_shared and has(loaded, edited):
            kept = same_outside(tree.top, new.top, edited)
            if kept and same(get(loaded, edited), get(expected, edited)):
                in_shared = candidate
    if in_shared:
        return in_shared
    raise refusal(tree, operation.path)


def edit_many(
    text: str,
    operations: Sequence[Operation],
    data: Any,
    habit: Habit,
    limits: Limits,
    *,
    tail: str = "",
) -> str:
    """``text`` after operations that are meant to be done one after the other.

    Where they do not get in each other's way they are done at once, and proved once.
    """
    for together in _groups(operations):
        if len(together) > 1:
            try:
                text, data = _edit_at_once(text, together, data, habit, limits, tail)
                continue
            except EditRefused:
                pass  # they get in each other's way
        for operation in together:
            text = edit_text(text, operation, data, habit, limits, tail=tail)
            data = expect(operation, data)
    return text


def _groups(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Operations that may be done at once: after a new order, indexes are others."""
    together: list[Operation] = []
    for operation in operations:
        if isinstance(operation, Arrange):
            if together:
                yield together
            yield [operation]
            together = []
        else:
            together.append(operation)
    if together:
        yield together


def _edit_at_once(
    text: str, operations: Sequence[Operation], data: Any, habit: Habit, limits: Limits, tail: str
) -> tuple[str, Any]:
    tree = compose(text, limits)
    direct: list[patch.Splice] = []
    behind_aliases: list[patch.Splice] = []
    expected = data
    for operation in operations:
        if not has(data, operation.path[:-1]):
            raise EditRefused(texts.DEPENDENT)
        expected, alone = expect(operation, expected), expect(operation, data)
        candidate = next(_candidates(tree, operation, data, alone, habit, limits), None)
        if candidate is None:
            raise EditRefused(texts.ANOTHER_WAY)
        found = find(tree.top, operation.path)
        shared = found.stopped in ("alias", "merged")
        (behind_aliases if shared else direct).append(patch.difference(text, candidate))
    wanted = with_tail(expected, tail)
    # Where an anchor and all that share it are edited alike, editing the anchor is enough.
    attempts = [direct, direct + behind_aliases] if behind_aliases else [direct]
    for splices in attempts:
        result = _spliced(text, splices)
        if result is not None and _loads_to(result, wanted, limits, tail):
            return result, expected
    raise EditRefused(texts.DISTURBING)


def _spliced(text: str, splices: list[patch.Splice]) -> str | None:
    """The text with all the splices, or None if two of them touch each other."""
    ordered = sorted(splices)
    if any(one[1] >= other[0] for one, other in pairwise(ordered)):
        return None
    return patch.apply(text, ordered)


def _loads_to(text: str, wanted: Any, limits: Limits, tail: str) -> bool:
    try:
        compose(text, limits)
        return same(load(text + tail), wanted)
    except ParseError:
        return False


def with_tail(data: Any, tail: str) -> Any:
    """The data of a text followed by ``tail``."""
    return {**data, tail.strip().removesuffix(":"): None} if tail else data


def same_outside(old: Node, new: Node, path: Path | None) -> bool:
    """Whether two texts differ, as nodes, in nothing but the value at ``path``.

    Then data elsewhere can only differ by aliases of what stands at ``path``. With None, whether
    they do not differ at all.
    """
    if old.anchor != new.anchor:
        return False
    if path == ():
        return True
    if (old.kind, old.tag, old.value) != (new.kind, new.tag, new.value):
        return False
    if len(old.entries) != len(new.entries):
        return False
    index = entry_index(old, path[0]) if path else None
    for at, (one, other) in enumerate(zip(old.entries, new.entries, strict=True)):
        if old.kind == "mapping" and not same_outside(one[0], other[0], None):
            return False
        if not same_outside(one[1], other[1], path[1:] if path and at == index else None):
            return False
    return True


def _candidates(
    tree: Tree, operation: Operation, data: Any, expected: Any, habit: Habit, limits: Limits
) -> Iterator[str]:
    path = operation.path
    if isinstance(operation, Arrange):
        found = find(tree.top, path)
        if not found.stopped and found.nodes[-1].kind == "sequence":
            yield from arranged(tree, found.nodes[-1], operation.order, habit)
    if tree.root is None or not path:
        yield from splice.replace_value(tree, None, 0, expected, habit)
        return
    found = find(tree.top, path[:-1])
    container = found.nodes[-1]
    depth = len(found.nodes) - 1
    if container.kind == "alias":
        yield from replaced(tree, path[:depth], get(expected, path[:depth]), habit)
    elif found.stopped == "merged":
        yield from overridden(tree, path[: depth + 1], expected, habit)
    elif not found.stopped:
        yield from _direct(tree, container, operation, data, expected, habit, limits)
    # Written again: brackets, or a small part of a task, if there is nothing in it to be lost.
    for depth in range(len(found.nodes) - 1, 0, -1):
        node = found.nodes[depth]
        plain = "#" not in tree.text[node.start : node.end]
        small = node.flow or depth > 2
        if small and node.kind != "alias" and plain and not tree.refers(node.start, node.end):
            yield from replaced(tree, path[:depth], get(expected, path[:depth]), habit)


def _direct(
    tree: Tree,
    container: Node,
    operation: Operation,
    data: Any,
    expected: Any,
    habit: Habit,
    limits: Limits,
) -> Iterator[str]:
    """Candidates where the container of the entry is there under its own path."""
    path = operation.path
    step = path[-1]
    if isinstance(operation, Insert):
        if not container.entries:
            yield from replaced(tree, path[:-1], get(expected, path[:-1]), habit)
            return
        at = _insert_at(container, operation)
        yield from splice.insert_entry(tree, container, at, step, operation.value, habit)
        return
    index = entry_index(container, step)
    if index is None:
        if isinstance(operation, Delete):
            yield from expanded(tree, path, data, expected, habit, limits)
        else:
            yield from overridden(tree, path, expected, habit)
    elif isinstance(operation, Replace | Arrange):
        value = get(expected, path)
        yield from splice.replace_value(tree, container, index, value, habit)
    elif isinstance(operation, Rename):
        indexes = splice.pair_indexes(container, step)
        yield splice.rename_key(tree, container, indexes, operation.key, habit)
    elif isinstance(operation, Move):
        siblings = list(get(expected, path[:-1]))
        yield from arranged(tree, container, _moved(container, operation, index, siblings), habit)
    else:
        yield from deleted(tree, path, expected, index, habit, limits)
        yield from expanded(tree, path, data, expected, habit, limits)


def _moved(container: Node, operation: Move, index: int, siblings: Sequence[Hashable]) -> list[int]:
    """The indexes of a container's entries after a move of one of them."""
    order = [at for at in range(len(container.entries)) if at != index]
    place = operation.position
    if container.kind == "mapping" and place > 0:
        # Merges and keys that stand twice are entries too.
        before = _first(container, siblings[place - 1])
        place = len(order) if before is None else order.index(before) + 1
    order.insert(place, index)
    return order


def _insert_at(container: Node, operation: Insert) -> int:
    if container.kind == "sequence":
        index: Any = operation.path[-1]
        return int(index)
    if operation.after is None:
        return 0
    at = None if operation.after is LAST else _first(container, operation.after)
    return len(container.pairs) if at is None else at + 1


def _first(mapping: Node, key: Hashable) -> int | None:
    """The index of the pair that gives a key its place: the first one written."""
    indexes = splice.pair_indexes(mapping, key)
    return indexes[0] if indexes else None

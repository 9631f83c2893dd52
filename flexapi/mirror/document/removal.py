"""What takes the text at a path away, or puts another there: entries, and keys that a merge brings in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import splice
from .errors import ParseError
from .parse import Limits, compose, is_merge, load
from .paths import find
from .tree import Tree
from .values import Path, get, has
from .write import Habit


def replaced(tree: Tree, path: Path, value: Any, habit: Habit) -> Iterator[str]:
    """Write the value at ``path``, whose node is there, again."""
    if not path:
        yield from splice.replace_value(tree, None, 0, value, habit)
        return
    found = find(tree.top, path)
    yield from splice.replace_value(tree, found.nodes[-2], found.indexes[-1], value, habit)


def overridden(tree: Tree, path: Path, expected: Any, habit: Habit) -> Iterator[str]:
    """Give a mapping its own entry for a key that it had from a ``<<`` merge."""
    mapping = find(tree.top, path[:-1]).nodes[-1]
    if has(expected, path):
        at = len(mapping.pairs)
        yield from splice.insert_entry(tree, mapping, at, path[-1], get(expected, path), habit)


def deleted(
    tree: Tree, path: Path, expected: Any, index: int, habit: Habit, limits: Limits
) -> Iterator[str]:
    """Without the pair or item at ``path``, which is at ``index`` in its container, and its twins."""
    container = find(tree.top, path[:-1]).nodes[-1]
    twins = splice.pair_indexes(container, path[-1]) if container.pairs else [index]
    if len(twins) == len(container.entries):
        if len(path) > 1:
            found = find(tree.top, path[:-1])
            yield from splice.emptied(tree, found.nodes[-2], found.indexes[-1])
        yield from replaced(tree, path[:-1], get(expected, path[:-1]), habit)
        return
    for candidate in splice.delete_entry(tree, container, index):
        if len(twins) == 1:
            yield candidate
            continue
        try:
            shorter = compose(candidate, limits)
        except ParseError:
            continue
        yield from deleted(shorter, path, expected, twins[-2], habit, limits)


def expanded(
    tree: Tree, path: Path, data: Any, expected: Any, habit: Habit, limits: Limits
) -> Iterator[str]:
    """Without a merged key: the ``<<`` goes, and what else it brought in is written out."""
    mapping = find(tree.top, path[:-1]).nodes[-1]
    merges = [index for index, (key, _) in enumerate(mapping.pairs) if is_merge(key)]
    if not merges:
        return
    if len(merges) == len(mapping.pairs):
        yield from replaced(tree, path[:-1], get(expected, path[:-1]), habit)
        return
    attempts = [[index] for index in reversed(merges)]
    for indexes in [*attempts, merges] if len(merges) > 1 else attempts:
        yield from _written_out(tree, path, indexes, expected, habit, limits)


def _written_out(
    tree: Tree, path: Path, merges: list[int], expected: Any, habit: Habit, limits: Limits
) -> Iterator[str]:
    """Without some merges of a mapping, and with the keys of its own that it then lacks."""
    try:
        for merge in reversed(merges):
            mapping = find(tree.top, path[:-1]).nodes[-1]
            tree = compose(next(splice.delete_entry(tree, mapping, merge)), limits)
        wanted = get(expected, path[:-1])
        present = get(load(tree.text), path[:-1])
        missing = [(key, value) for key, value in wanted.items() if key not in present]
        for key, value in reversed(missing):
            mapping = find(tree.top, path[:-1]).nodes[-1]
            text = next(splice.insert_entry(tree, mapping, 0, key, value, habit))
            tree = compose(text, limits)
    except (ParseError, StopIteration):
        return
    mapping = find(tree.top, path[:-1]).nodes[-1]
    index = splice.pair_index(mapping, path[-1])
    if index is None:
        yield tree.text
    else:
        yield from deleted(tree, path, expected, index, habit, limits)

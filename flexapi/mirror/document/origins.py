"""Where a value is written: at its own place, or behind the alias or the merge that brings it in."""

from __future__ import annotations

from collections.abc import Hashable

from .parse import is_merge
from .paths import entry_index
from .tree import Node, Tree
from .values import Path


def written_at(tree: Tree, path: Path) -> tuple[int, int] | None:
    """Line and column, from 1, of the key of the value at ``path`` (of an item: its dash), as far as that goes.

    Values without keys of their own (the root) are at their start. None for an empty text.
    """
    if tree.root is None:
        return None
    node, place = tree.root, tree.root.start
    for step in path:
        found = _entry(node, step)
        if found is None:
            break
        parent, index = found
        place, node = tree.entry_start(parent, index), parent.entries[index][1]
    return tree.lines.place(place)


def _entry(node: Node, step: Hashable) -> tuple[Node, int] | None:
    """The collection in which an entry of ``node`` is written, and its index there."""
    node = node.target or node
    index = entry_index(node, step)
    if index is not None:
        return node, index
    for key, value in node.pairs:
        if is_merge(key):
            value = value.target or value
            # Of several mappings that are merged, the first one counts.
            for merged in value.items or [value]:
                found = _entry(merged, step)
                if found is not None:
                    return found
    return None

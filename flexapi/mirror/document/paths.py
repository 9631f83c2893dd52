"""From a path of keys and indexes to the nodes of a text."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

from . import splice
from .parse import is_merge
from .tree import Node
from .values import Path


@dataclass
class Found:
    """How far a path could be followed through the nodes of a text.

    ``stopped`` says why it ended early: at an alias, or at a key that a ``<<`` brings in.
    """

    nodes: list[Node]
    indexes: list[int] = field(default_factory=list)
    stopped: Literal["", "alias", "merged", "missing"] = ""


def find(root: Node, path: Path) -> Found:
    """The nodes from the root to the value at ``path``."""
    found = Found([root])
    for step in path:
        node = found.nodes[-1]
        if node.kind == "alias":
            found.stopped = "alias"
            return found
        index = entry_index(node, step)
        if index is None:
            merged = any(is_merge(key) for key, _ in node.pairs)
            found.stopped = "merged" if merged else "missing"
            return found
        found.indexes.append(index)
        found.nodes.append(node.entries[index][1])
    return found


def entry_index(node: Node, step: Hashable) -> int | None:
    """The index of an entry in a mapping (by key) or in a sequence (by itself)."""
    if node.kind == "mapping":
        return splice.pair_index(node, step)
    if type(step) is int and 0 <= step < len(node.items):
        return step
    return None


def shown(path: Path) -> str:
    """A path as users read it."""
    return ".".join(str(step) for step in path) or "the root"

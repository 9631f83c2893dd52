"""The few entries around an edit, as a YAML text of their own.

A large file need not be parsed again to prove that an edit of one task is right. The lines of
some neighbouring entries of a block mapping, taken alone, put the parser into the very state that
it has at that place of the file: a block mapping at that column. If they are followed by one more
entry at that column which is read as such, the state behind them is the same as well, and the
rest of the file is read as it was. What could reach further than that (anchors, aliases, merges,
keys that are there twice, directives) makes ``excerpt`` answer None, and the whole file is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from . import splice
from .operations import LAST, Delete, Insert, Move, Operation
from .parse import resolved_tag
from .tree import Node, Tree
from .values import Path

_TAIL = "end of the excerpt"
_STR = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Excerpt:
    """``text[start:end]`` holds the entries ``keys`` of the mapping at ``path``.

    ``tail`` is the line that stands for the rest of the file; empty at its end. ``offset`` is the
    index of the first of the keys among all.
    """

    start: int
    end: int
    path: Path
    keys: list[str]
    offset: int
    tail: str


def excerpt(overview: Tree, operation: Operation) -> Excerpt | None:
    """The smallest excerpt in which an operation can be done, or None.

    ``overview`` has to have nodes for at least two levels.
    """
    root = overview.root
    if root is None or (overview.explicit and re.search(r"^%", overview.text, re.M)):
        return None
    if not _simple(root):
        return None
    path = operation.path
    if len(path) > 1:
        index = splice.pair_index(root, path[0])
        if index is not None and _simple(root.pairs[index][1]):
            following = root.pairs[index + 1 :]
            end = overview.entry_start(root, index + 1) if following else None
            parent = root.pairs[index][1]
            if found := _excerpt(overview, parent, path[:1], end, operation):
                return found
    return _excerpt(overview, root, (), None, operation) if path else None


def _simple(node: Node) -> bool:
    """Whether a node is a block mapping with nothing but different strings as keys."""
    if node.kind != "mapping" or node.flow or node.anchor or node.tag:
        return False
    keys = [key for key, _ in node.pairs]
    return len({key.value for key in keys}) == len(keys) and all(
        key.kind == "scalar" and key.anchor is None and resolved_tag(key) == _STR for key in keys
    )


def _excerpt(
    tree: Tree, parent: Node, path: Path, follower: int | None, operation: Operation
) -> Excerpt | None:
    """An excerpt of the entries of ``parent``, behind which content goes on at ``follower``."""
    count = len(parent.pairs)
    touched = _touched(parent, operation, len(path))
    if touched is None:
        return None
    low, high = max(touched[0] - 1, 0), min(touched[1] + 1, count - 1)
    if low == high and isinstance(operation, Delete) and len(operation.path) == len(path) + 1:
        return None
    first = tree.entry_start(parent, low)
    if not tree.own_line(first):
        return None
    start = tree.lines.start(tree.lines.at(first))
    if low == 0:
        start = _above_first(tree, first, start)
    end = follower if high + 1 == count else tree.entry_start(parent, high + 1)
    tail = ""
    if end is not None:
        end = tree.lines.start(tree.lines.at(end))
        tail = " " * splice.entry_column(tree, parent) + _TAIL + ":"
    stop = len(tree.text) if end is None else end
    keys = [key.value for key, _ in parent.pairs[low : high + 1]]
    if tree.refers(start, stop) or _TAIL in keys:
        return None
    return Excerpt(start, stop, path, keys, low, tail)


def _touched(parent: Node, operation: Operation, level: int) -> tuple[int, int] | None:
    """The first and last index of the entries that an operation has to do with."""
    structural = len(operation.path) == level + 1
    if structural and isinstance(operation, Insert):
        at: Any = len(parent.pairs) - 1
        if operation.after is not LAST:
            at = 0 if operation.after is None else splice.pair_index(parent, operation.after)
    else:
        at = splice.pair_index(parent, operation.path[level])
    if at is None:
        return None
    if structural and isinstance(operation, Move):
        return min(at, operation.position), max(at, operation.position)
    return at, at


def _above_first(tree: Tree, first: int, start: int) -> int:
    """Where the comments above the first entry of a mapping start."""
    line = tree.lines.at(start)
    while line > 0 and re.fullmatch(r"[ \t]*(#.*)?", tree.lines.content(line - 1)):
        line -= 1
    above = tree.lines.start(line)
    return above if tree.skip(above) == first else start

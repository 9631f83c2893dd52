"""Keys that stand twice in one mapping: YAML reads the last of them, and says nothing of the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

import yaml

from . import splice, texts
from .errors import EditRefused
from .parse import is_merge, scalar_value
from .paths import shown
from .tree import Node, Tree
from .values import Path


@dataclass(frozen=True)
class Twins:
    """One key at several places: `lines` (from 1) in the order of the text; only the last counts."""

    path: Path
    lines: tuple[int, ...]

    def __str__(self) -> str:
        *others, last = self.lines
        said = texts.TWINS.get(len(self.lines), texts.MANY_TWINS)
        return said.format(path=shown(self.path), last=last, others=", ".join(map(str, others)))


def twins(tree: Tree) -> list[Twins]:
    """All of them, in the order of the text."""
    found = list(_below(tree, tree.top, ())) if tree.root is not None else []
    return sorted(found, key=lambda one: one.lines)


def _below(tree: Tree, node: Node, path: Path) -> Iterator[Twins]:
    places: dict[Hashable, list[int]] = {}
    for key, value in node.pairs:
        if is_merge(key):
            continue
        try:
            step = scalar_value(key)
        except (yaml.YAMLError, ValueError, TypeError, OverflowError, KeyError, AttributeError):
            continue  # a key that can't be: the whole text is refused for it elsewhere
        places.setdefault(step, []).append(_line(tree, key))
        yield from _below(tree, value, (*path, step))
    for index, item in enumerate(node.items):
        yield from _below(tree, item, (*path, index))
    for step, lines in places.items():
        if len(lines) > 1:
            yield Twins((*path, step), tuple(lines))


def _line(tree: Tree, node: Node) -> int:
    return tree.lines.place(node.start)[0]


def refuse_ignored(tree: Tree, path: Path) -> None:
    """Raise EditRefused if what is at ``path`` stands in an ignored twin only."""
    found = _shadowed(tree, path)
    if found is not None:
        raise EditRefused(texts.IGNORED.format(path=shown(path), problem=found), found.lines[0], 1)


def _shadowed(tree: Tree, path: Path) -> Twins | None:
    """The twins of which an ignored one has what is at ``path``; None where none has it."""
    nodes = [(tree.top, 0)]
    while nodes:
        node, depth = nodes.pop()
        if depth == len(path) or node.kind != "mapping":
            continue
        indexes = splice.pair_indexes(node, path[depth])
        for index in indexes[:-1]:
            if _has(node.pairs[index][1], path[depth + 1 :]):
                lines = tuple(_line(tree, node.pairs[at][0]) for at in indexes)
                return Twins(path[: depth + 1], lines)
        if indexes:
            nodes.append((node.pairs[indexes[-1]][1], depth + 1))
    return None


def _has(node: Node, path: Path) -> bool:
    for step in path:
        if node.kind == "sequence" and type(step) is int and 0 <= step < len(node.items):
            node = node.items[step]
            continue
        index = splice.pair_index(node, step) if node.kind == "mapping" else None
        if index is None:
            return False
        node = node.pairs[index][1]
    return True

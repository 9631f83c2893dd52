"""What values share by anchors, aliases and merges: why an edit is refused, and what one did to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import splice
from .errors import EditRefused
from .operations import Delete, Operation, Rename
from .parse import is_merge, walk
from .paths import Found, find, shown
from .tree import Node, Tree
from .values import Path


def refusal(tree: Tree, path: Path) -> EditRefused:
    """The error for an edit at ``path`` that cannot be done: why, and what would do it."""
    found = find(tree.top, path)
    place = tree.lines.place(found.nodes[-1].start)
    for node in (*found.nodes[:-1], *walk(found.nodes[-1])):
        if node.anchor is not None and (users := _users(tree, node.anchor)):
            where = _lines(tree, users)
            return EditRefused(
                f"{shown(path)} is shared as &{node.anchor} with {where},"
                " which the edit would change or break. To change it for all of them, edit the YAML"
                f" text; to change it in one place, first write out what the alias in {where} stands for",
                *place,
            )
    if len(found.indexes) < len(path) and found.stopped == "merged":
        merge, anchor = _merge_of(found.nodes[-1], path[len(found.indexes)])
        if merge is not None and anchor is not None:
            return EditRefused(
                f"{shown(path)} comes from &{merge.value} (line {_line(tree, anchor)}) by the `<<` in"
                f" line {_line(tree, merge)}, and can't be taken out of that. Give it another value"
                f" here, or change it in line {_line(tree, anchor)} for all who merge it",
                *place,
            )
    twins = _twins(tree, found, path)
    if twins:
        return EditRefused(
            f"{shown(path)} stands twice, in {_lines(tree, twins)}, and the edit would change what that"
            " means. Join the two first",
            *place,
        )
    return EditRefused(f"{shown(path)} cannot be edited without changing something else", *place)


def notes(old: Tree, new: Tree, operations: Iterable[Operation]) -> list[str]:
    """What edits did to values that were shared, as sentences with lines of the text before."""
    said: dict[str, None] = {}
    for operation in operations:
        for note in _notes(old, new, operation):
            said[note] = None
    return list(said)


def _notes(old: Tree, new: Tree, operation: Operation) -> Iterator[str]:
    path = operation.path
    before, after = find(old.top, path), find(new.top, path)
    depth = len(before.indexes)
    if before.stopped == "alias" and len(after.indexes) > depth:
        alias = before.nodes[-1]
        yield (
            f"{shown(path[:depth])} was the alias *{alias.value} (line {_line(old, alias)}). It is a copy"
            f" now, with this edit; later changes of &{alias.value}"
            f"{_at_line(old, alias.target)} no longer reach it."
        )
    elif before.stopped == "merged" and len(after.indexes) > depth:
        merge, anchor = _merge_of(before.nodes[-1], path[depth])
        if merge is not None:
            yield (
                f"{shown(path[: depth + 1])} came from &{merge.value}{_at_line(old, anchor)} by the"
                f" `<<` in line {_line(old, merge)}. It has a value of its own here now."
            )
    elif isinstance(operation, Delete) and depth >= len(path) - 1:
        yield from _written_out(old, new, path)
    if isinstance(operation, Delete | Rename) and len(twins := _twins(old, before, path)) > 1:
        done = "deleted" if isinstance(operation, Delete) else "renamed"
        yield f"{shown(path)} stood in {_lines(old, twins)}; each of them was {done}."


def _written_out(old: Tree, new: Tree, path: Path) -> Iterator[str]:
    """The merges that a deletion replaced by what they brought in."""
    before, after = find(old.top, path[:-1]), find(new.top, path[:-1])
    if before.stopped or after.stopped:
        return
    gone = _merges(before.nodes[-1])
    for _ in _merges(after.nodes[-1]):
        gone = gone[:-1]
    for merge in gone:
        names = " and ".join(
            f"&{node.value}{_at_line(old, node.target)}" for node in _aliases(merge)
        )
        yield (
            f"The `<<` in line {_line(old, merge)} is gone: what else it brought in stands in"
            f" {shown(path[:-1])} now, and later changes of {names} no longer reach it."
        )


def _merges(mapping: Node) -> list[Node]:
    return [value for key, value in mapping.pairs if is_merge(key)]


def _aliases(merge: Node) -> list[Node]:
    return [node for node in (merge, *merge.items) if node.kind == "alias"]


def _merge_of(mapping: Node, key: object) -> tuple[Node | None, Node | None]:
    """The alias by which a mapping merges a key, and the mapping that has it."""
    for merge in reversed(_merges(mapping)):
        for alias in _aliases(merge):
            target = alias.target
            if target is not None and _has(target, key):
                return alias, target
    return None, None


def _has(mapping: Node, key: object) -> bool:
    if splice.pair_index(mapping, key) is not None:
        return True
    return _merge_of(mapping, key)[0] is not None


def _twins(tree: Tree, found: Found, path: Path) -> list[Node]:
    """The keys that the last step of a path has, if they are several."""
    mapping = found.nodes[len(path) - 1] if len(found.nodes) >= len(path) else None
    if mapping is None or mapping.kind != "mapping":
        return []
    indexes = splice.pair_indexes(mapping, path[-1])
    return [mapping.pairs[index][0] for index in indexes] if len(indexes) > 1 else []


def _users(tree: Tree, anchor: str) -> list[Node]:
    return [node for node in walk(tree.top) if node.kind == "alias" and node.value == anchor]


def _lines(tree: Tree, nodes: list[Node]) -> str:
    lines = ", ".join(str(_line(tree, node)) for node in nodes)
    return f"line{'s' if len(nodes) > 1 else ''} {lines}"


def _line(tree: Tree, node: Node) -> int:
    return tree.lines.place(node.start)[0]


def _at_line(tree: Tree, node: Node | None) -> str:
    return "" if node is None else f" (line {_line(tree, node)})"

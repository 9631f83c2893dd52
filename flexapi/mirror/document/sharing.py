"""What values share by anchors, aliases and merges: why an edit is refused, and what one did to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from . import splice, texts
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
                texts.SHARED.format(path=shown(path), anchor=node.anchor, where=where),
                *place,
            )
    if len(found.indexes) < len(path) and found.stopped == "merged":
        merge, anchor = _merge_of(found.nodes[-1], path[len(found.indexes)])
        if merge is not None and anchor is not None:
            return EditRefused(
                texts.MERGED.format(
                    path=shown(path),
                    anchor=merge.value,
                    line=_line(tree, anchor),
                    merge=_line(tree, merge),
                ),
                *place,
            )
    twins = _twins(tree, found, path)
    if twins:
        return EditRefused(
            texts.STANDS_TWICE.format(path=shown(path), where=_lines(tree, twins)),
            *place,
        )
    return EditRefused(texts.ELSEWHERE_TOO.format(path=shown(path)), *place)


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
        yield texts.WAS_ALIAS.format(
            path=shown(path[:depth]),
            alias=alias.value,
            line=_line(old, alias),
            where=_anchor(old, alias.value, alias.target),
        )
    elif before.stopped == "merged" and len(after.indexes) > depth:
        merge, anchor = _merge_of(before.nodes[-1], path[depth])
        if merge is not None:
            yield texts.CAME_MERGED.format(
                path=shown(path[: depth + 1]),
                where=_anchor(old, merge.value, anchor),
                merge=_line(old, merge),
            )
    elif isinstance(operation, Delete) and depth >= len(path) - 1:
        yield from _written_out(old, new, path)
    if isinstance(operation, Delete | Rename) and len(twins := _twins(old, before, path)) > 1:
        done = texts.ALL_DELETED if isinstance(operation, Delete) else texts.ALL_RENAMED
        yield done.format(path=shown(path), where=_lines(old, twins))


def _written_out(old: Tree, new: Tree, path: Path) -> Iterator[str]:
    """The merges that a deletion replaced by what they brought in."""
    before, after = find(old.top, path[:-1]), find(new.top, path[:-1])
    if before.stopped or after.stopped:
        return
    gone = _merges(before.nodes[-1])
    for _ in _merges(after.nodes[-1]):
        gone = gone[:-1]
    for merge in gone:
        names = " and ".join(_anchor(old, node.value, node.target) for node in _aliases(merge))
        yield texts.MERGE_GONE.format(merge=_line(old, merge), path=shown(path[:-1]), where=names)


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
    if len(nodes) > 1:
        return texts.LINES.format(lines=lines)
    return texts.LINE.format(line=lines)


def _line(tree: Tree, node: Node) -> int:
    return tree.lines.place(node.start)[0]


def _anchor(tree: Tree, name: str, node: Node | None) -> str:
    """An anchor, with the line in which it stands, where that is known."""
    if node is None:
        return f"&{name}"
    return texts.AT_LINE.format(anchor=name, line=_line(tree, node))

"""Edits within brackets; the candidates are offered as in `splice`."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from .patch import apply
from .tree import Node, Tree
from .write import Habit, write_flow, write_key


def anchor(node: Node) -> str:
    """The anchor of a node, to be written before another value of it."""
    return f"&{node.anchor} " if node.anchor is not None else ""


def replace(tree: Tree, parent: Node, index: int, value: Any, habit: Habit) -> str:
    node = parent.entries[index][1]
    new = anchor(node) + write_flow(value, habit, style=node.style)
    if node.start == node.end:
        colon = parent.kind == "mapping" and tree.text[node.start - 1 : node.start] == ":"
        new = f" {new}" if colon or parent.kind == "sequence" else f": {new}"
    return apply(tree.text, [(node.start, node.end, new)])


def insert(
    tree: Tree, parent: Node, at: int, key: Hashable, value: Any, habit: Habit
) -> Iterator[str]:
    text, lines = tree.text, tree.lines
    new = write_flow(value, habit)
    if parent.kind == "mapping":
        new = f"{write_key(key, habit)}: {new}"
    entries = parent.entries
    if not entries:
        start = tree.body(parent) + 1
        yield apply(text, [(start, start, new)])
        return
    start = tree.entry_start(parent, max(at - 1, 0))
    if at == 0:
        if tree.own_line(start):
            pad = text[lines.start(lines.at(start)) : start]
            yield apply(text, [(start, start, f"{new},{habit.newline}{pad}")])
        yield apply(text, [(start, start, f"{new}, ")])
        return
    end = entries[at - 1][1].end
    comma = tree.skip(end)
    has_comma = text[comma : comma + 1] == ","
    if tree.own_line(start):
        pad = text[lines.start(lines.at(start)) : start]
        after = comma + 1 if has_comma else end
        line_end = lines.end(lines.at(after))
        rest = text[after:line_end]
        if not rest.strip() or rest.lstrip().startswith("#"):
            line = f"{habit.newline}{pad}{new}"
            if has_comma:
                yield apply(text, [(line_end, line_end, f"{line},")])
            else:
                # A comment behind the last entry stays there.
                yield apply(text, [(end, line_end, f",{text[end:line_end]}{line}")])
        elif _one_a_line(tree, parent):
            yield apply(text, [(end, end, f",{habit.newline}{pad}{new}")])
    before = text[lines.start(lines.at(start)) : start]
    if before.strip() == ",":
        yield apply(text, [(end, end, f"{habit.newline}{before}{new}")])
    yield apply(text, [(end, end, f", {new}")])


def _one_a_line(tree: Tree, parent: Node) -> bool:
    """Whether each of several entries stands on a line of its own, the first one behind the bracket perhaps."""
    starts = [tree.lines.at(tree.entry_start(parent, at)) for at in range(len(parent.entries))]
    return len(starts) > 1 and len(set(starts)) == len(starts)


def delete(tree: Tree, parent: Node, index: int) -> Iterator[str]:
    text, lines, entries = tree.text, tree.lines, parent.entries
    start, end = tree.entry_start(parent, index), entries[index][1].end
    comma = tree.skip(end)
    after = comma + 1 if text[comma : comma + 1] == "," else end
    if tree.own_line(start):
        line_end = lines.end(lines.at(after))
        rest = text[after:line_end]
        if not rest.strip() or rest.lstrip().startswith("#"):
            span = lines.start(lines.at(start)), lines.start(lines.at(after) + 1)
            yield apply(text, [(*span, "")])
    if index + 1 < len(entries):
        yield apply(text, [(start, tree.entry_start(parent, index + 1), "")])
    elif index > 0:
        yield apply(text, [(entries[index - 1][1].end, end, "")])
    else:
        yield apply(text, [(start, after, "")])

"""The finest edits: new texts that differ from the old one in the lines of one entry only.

Nothing here proves that a text is right. Each function offers candidates, the best first, and
whoever asks loads them and takes the first that gives the data that was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Any

from . import flow
from .comments import entry_lines, whole_lines_of
from .parse import is_merge, scalar_value
from .patch import Splice, apply
from .tree import Node, Tree
from .write import Habit, write_block, write_flow, write_item, write_key, write_pair, write_value


def pair_index(mapping: Node, key: Hashable) -> int | None:
    """The index of the pair that counts for ``key``: the last one written."""
    indexes = pair_indexes(mapping, key)
    return indexes[-1] if indexes else None


def pair_indexes(mapping: Node, key: Hashable) -> list[int]:
    """The indexes of all the pairs with this key; those of a ``<<`` merge are not its own."""
    found = []
    for index, (node, _) in enumerate(mapping.pairs):
        if isinstance(key, str):
            name = (node.target or node).value
            if name == key and not is_merge(node) and scalar_value(node) == key:
                found.append(index)
        elif scalar_value(node) == key:
            found.append(index)
    return found


def entry_column(tree: Tree, parent: Node) -> int:
    """The column (from 0) at which the entries of a block collection stand."""
    return tree.lines.place(tree.entry_start(parent, 0))[1] - 1


# Replacing a value


def replace_value(
    tree: Tree, parent: Node | None, index: int, value: Any, habit: Habit
) -> Iterator[str]:
    """Texts where the value of one entry (of the whole text without ``parent``) is ``value``."""
    if parent is None:
        yield _replace_root(tree, value, habit)
        return
    node = parent.entries[index][1]
    if parent.flow:
        yield flow.replace(tree, parent, index, value, habit)
    elif node.flow and node.entries and isinstance(value, dict | list):
        yield apply(
            tree.text, [(node.start, node.end, flow.anchor(node) + write_flow(value, habit))]
        )
    for attempt in (habit, habit.plainer()):
        if not parent.flow:
            yield _replace_in_block(tree, parent, index, value, attempt)


def _head(tree: Tree, parent: Node, index: int) -> int:
    """The offset just after the ``:`` or ``-`` which introduces an entry's value."""
    if parent.kind == "sequence":
        return tree.entry_start(parent, index) + 1
    key, value = parent.pairs[index]
    colon = tree.skip(key.end)
    return colon + 1 if tree.text[colon : colon + 1] == ":" else value.start


def _replace_in_block(tree: Tree, parent: Node, index: int, value: Any, habit: Habit) -> str:
    text, lines = tree.text, tree.lines
    node = parent.entries[index][1]
    head = _head(tree, parent, index)
    column = entry_column(tree, parent)
    item = parent.kind == "sequence"
    written = write_value(value, column, habit, item=item, style=node.style)
    inline = (flow.anchor(node) + written.inline).rstrip(" ")
    content = tree.body(node)
    block_scalar = node.style in ("|", ">")
    last = lines.at(node.end)
    if node.start == node.end:
        begin, end = head, head
    elif lines.at(content) == lines.at(head):
        begin = head if not inline else node.start
        end = node.end
        if block_scalar and (header := re.compile(r"\S+").match(text, content)):
            end = header.end()
            below = (lines.start(lines.at(end) + 1), lines.start(last + 1))
            return _with_lines(tree, [(begin, end, inline)], below, written.lines, habit)
    elif not (written.lines or block_scalar or node.block):
        return apply(text, [(content, node.end, written.inline)])
    else:
        # The value stands below its key: only anchor and tag may be beside it.
        beside = text[head:content]
        end = head + len(re.split(r"\s#|[\r\n]", beside, maxsplit=1)[0].rstrip())
        first = tree.comments_above(
            lines.at(content), content - lines.start(lines.at(content)), lines.at(head) + 1
        )
        below = (lines.start(first), lines.start(last + 1))
        beside = f" {inline}" if inline else ""
        return _with_lines(tree, [(head, end, beside)], below, written.lines, habit)
    if begin == head and inline:
        inline = f" {inline}"
    below = (lines.start(last + 1), lines.start(last + 1))
    return _with_lines(tree, [(begin, end, inline)], below, written.lines, habit)


def _with_lines(
    tree: Tree, splices: list[Splice], span: tuple[int, int], new: tuple[str, ...], habit: Habit
) -> str:
    """The text with ``splices``, and whole lines ``new`` in place of those in ``span``."""
    return apply(tree.text, [*splices, whole_lines(tree, span, new, habit)])


def whole_lines(
    tree: Tree, span: tuple[int, int], new: tuple[str, ...] | list[str], habit: Habit
) -> Splice:
    """A splice of whole lines. A text without a final line break stays without one."""
    start, end = span
    text = tree.text
    if not new:
        return start, end, ""
    joined = habit.newline.join(new)
    broken_before = start == 0 or tree.lines.start(tree.lines.at(start)) == start
    if not broken_before:
        return start, end, habit.newline + joined
    at_end = end == len(text) and end > start and tree.lines.end(tree.lines.at(end)) == end
    ended = not at_end or tree.lines.starts[-1] == end
    return start, end, joined + (habit.newline if ended else "")


def _replace_root(tree: Tree, value: Any, habit: Habit) -> str:
    root, lines = tree.root, tree.lines
    block = isinstance(value, dict | list) and bool(value)
    new = write_block(value, 0, habit) if block else [write_flow(value, habit, block=True)]
    if root is None or root.start == root.end:
        # Nothing but comments (and markers): they stay above.
        at = len(tree.text) if root is None else lines.start(lines.at(root.start) + 1)
        return apply(tree.text, [whole_lines(tree, (at, at), new, habit)])
    if root.flow or not tree.own_line(root.start):
        return apply(tree.text, [(root.start, root.end, write_flow(value, habit))])
    span = lines.start(lines.at(root.start)), lines.start(lines.at(root.end) + 1)
    return apply(tree.text, [whole_lines(tree, span, new, habit)])


# Adding an entry


def insert_entry(
    tree: Tree, parent: Node, at: int, key: Hashable, value: Any, habit: Habit
) -> Iterator[str]:
    """Texts with a new entry before the one at index ``at``; ``key`` is not used in sequences."""
    if parent.flow:
        yield from flow.insert(tree, parent, at, key, value, habit)
        return
    column = entry_column(tree, parent)
    for attempt in (habit, habit.plainer()):
        if parent.kind == "mapping":
            new = write_pair(key, value, column, attempt)
        else:
            new = write_item(value, column, attempt)
        if at > 0 and _spaced(tree, parent):
            yield _insert_lines(tree, parent, at, ["", *new], habit)
        yield _insert_lines(tree, parent, at, new, habit)


def _insert_lines(tree: Tree, parent: Node, at: int, new: list[str], habit: Habit) -> str:
    lines = tree.lines
    if at > 0:
        position = lines.start(entry_lines(tree, parent, at - 1)[1] + 1)
        return apply(tree.text, [whole_lines(tree, (position, position), new, habit)])
    start = tree.entry_start(parent, 0)
    if tree.own_line(start):
        position = lines.start(whole_lines_of(tree, parent, 0)[0])
        return apply(tree.text, [whole_lines(tree, (position, position), new, habit)])
    # The first entry stands beside a dash.
    column = entry_column(tree, parent)
    joined = habit.newline.join(new).lstrip(" ") + habit.newline + " " * column
    return apply(tree.text, [(start, start, joined)])


def _spaced(tree: Tree, parent: Node) -> bool:
    """Whether blank lines stand between most entries."""
    count = len(parent.entries) - 1
    gaps = 0
    for index in range(max(0, count - 20), count):
        end = parent.entries[index][1].end
        between = tree.text[end : tree.entry_start(parent, index + 1)]
        gaps += bool(re.search(r"\n[ \t\r]*\n", between))
    return gaps * 2 > min(count, 20)


# Removing entries


def delete_entry(tree: Tree, parent: Node, index: int) -> Iterator[str]:
    """Texts without one entry of several, and without the comments that belong to it."""
    if parent.flow:
        yield from flow.delete(tree, parent, index)
        return
    lines = tree.lines
    start = tree.entry_start(parent, index)
    if tree.own_line(start):
        first, last = entry_lines(tree, parent, index)
        yield apply(tree.text, [(lines.start(first), lines.start(last + 1), "")])
        # A text above it that keeps its line breaks (``|+``) would take in the blank lines below.
        while last + 1 < len(lines.starts) and not lines.content(last + 1).strip():
            last += 1
        yield apply(tree.text, [(lines.start(first), lines.start(last + 1), "")])
        return
    # The first entry stands beside a dash; the second moves there if no comment is in between.
    following = tree.entry_start(parent, index + 1)
    end = parent.entries[index][1].end
    rest_of_line = lines.end(lines.at(end))
    if not tree.text[rest_of_line:following].strip():
        yield apply(tree.text, [(start, following, "")])
    yield apply(tree.text, [(start, rest_of_line, "")])


def emptied(tree: Tree, parent: Node, index: int) -> Iterator[str]:
    """A text without the entries of the block collection that is a value; other comments in it stay."""
    node = parent.entries[index][1]
    lines, count = tree.lines, len(node.entries)
    if parent.flow or node.flow or not tree.own_line(tree.entry_start(node, 0)):
        return
    spans = [entry_lines(tree, node, at) for at in range(count)]
    top = whole_lines_of(tree, node, 0)[0]
    kept = sum(last + 1 - first for first, last in spans) < spans[-1][1] + 1 - top
    if kept:
        head = _head(tree, parent, index)
        beside = re.split(r"\s#|[\r\n]", tree.text[head : tree.body(node)], maxsplit=1)[0]
        at = head + len(beside.rstrip())
        empty = " {}" if node.kind == "mapping" else " []"
        cuts = [(lines.start(first), lines.start(last + 1), "") for first, last in spans]
        yield apply(tree.text, [(at, at, empty), *cuts])


# Renaming


def rename_key(tree: Tree, parent: Node, indexes: list[int], key: Any, habit: Habit) -> str:
    """The text with another key at these pairs (several where a key is there twice)."""
    return apply(tree.text, key_splices(parent, indexes, key, habit))


def key_splices(parent: Node, indexes: list[int], key: Any, habit: Habit) -> list[Splice]:
    """What puts another key at these pairs."""
    splices = []
    for index in indexes:
        node = parent.pairs[index][0]
        new = flow.anchor(node) + write_key(key, habit, node.style)
        if node.start == node.end:
            new += " "
        splices.append((node.start, node.end, new))
    return splices

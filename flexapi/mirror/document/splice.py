"""The finest edits: new texts that differ from the old one in the lines of one entry only.

Nothing here proves that a text is right. Each function offers candidates, the best first, and
whoever asks loads them and takes the first that gives the data that was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from typing import Any

from .parse import is_merge, scalar_value
from .tree import Node, Tree
from .write import Habit, write_block, write_flow, write_item, write_key, write_pair, write_value

Splice = tuple[int, int, str]


def apply(text: str, splices: list[Splice]) -> str:
    """``text`` with ``text[start:end]`` replaced for each (start, end, new)."""
    pieces = []
    last = 0
    for start, end, new in sorted(splices):
        pieces += [text[last:start], new]
        last = end
    return "".join([*pieces, text[last:]])


def difference(old: str, new: str) -> Splice:
    """The one splice that makes ``new`` of ``old``."""
    size = min(len(old), len(new))
    start = _agree(size, lambda count: old[:count] == new[:count])
    end = _agree(size - start, lambda count: old[len(old) - count :] == new[len(new) - count :])
    return start, len(old) - end, new[start : len(new) - end]


def _agree(limit: int, test: Callable[[int], bool]) -> int:
    """The largest count up to ``limit`` that passes a test which smaller ones pass as well."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if test(middle):
            low = middle
        else:
            high = middle - 1
    return low


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


def own_line(tree: Tree, offset: int) -> bool:
    """Whether only spaces stand before ``offset`` on its line."""
    start = tree.lines.start(tree.lines.at(offset))
    return not tree.text[start:offset].strip(" ")


def entry_lines(tree: Tree, parent: Node, index: int) -> tuple[int, int]:
    """First and last line of a block entry with the comments that belong to it."""
    start = tree.entry_start(parent, index)
    column = entry_column(tree, parent)
    floor = 0
    if index > 0:
        floor = tree.lines.at(parent.entries[index - 1][1].end) + 1
    first = tree.comments_above(tree.lines.at(start), column, floor)
    last = tree.comments_below(tree.lines.at(parent.entries[index][1].end), column)
    return first, last


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
        yield _replace_in_flow(tree, parent, index, value, habit)
    elif node.flow and node.entries and isinstance(value, dict | list):
        yield apply(tree.text, [(node.start, node.end, _anchor(node) + write_flow(value, habit))])
    for attempt in (habit, habit.plainer()):
        if not parent.flow:
            yield _replace_in_block(tree, parent, index, value, attempt)


def _anchor(node: Node) -> str:
    return f"&{node.anchor} " if node.anchor is not None else ""


def _replace_in_flow(tree: Tree, parent: Node, index: int, value: Any, habit: Habit) -> str:
    node = parent.entries[index][1]
    new = _anchor(node) + write_flow(value, habit, style=node.style)
    if node.start == node.end:
        colon = parent.kind == "mapping" and tree.text[node.start - 1 : node.start] == ":"
        new = f" {new}" if colon or parent.kind == "sequence" else f": {new}"
    return apply(tree.text, [(node.start, node.end, new)])


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
    inline = (_anchor(node) + written.inline).rstrip(" ")
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
    if root.flow or not own_line(tree, root.start):
        flow = write_flow(value, habit)
        return apply(tree.text, [(root.start, root.end, flow)])
    span = lines.start(lines.at(root.start)), lines.start(lines.at(root.end) + 1)
    return apply(tree.text, [whole_lines(tree, span, new, habit)])


# Adding an entry


def insert_entry(
    tree: Tree, parent: Node, at: int, key: Hashable, value: Any, habit: Habit
) -> Iterator[str]:
    """Texts with a new entry before the one at index ``at``; ``key`` is not used in sequences."""
    if parent.flow:
        yield from _insert_in_flow(tree, parent, at, key, value, habit)
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
    if own_line(tree, start):
        position = lines.start(entry_lines(tree, parent, 0)[0])
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


def _insert_in_flow(
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
        if own_line(tree, start):
            pad = text[lines.start(lines.at(start)) : start]
            yield apply(text, [(start, start, f"{new},{habit.newline}{pad}")])
        yield apply(text, [(start, start, f"{new}, ")])
        return
    end = entries[at - 1][1].end
    comma = tree.skip(end)
    has_comma = text[comma : comma + 1] == ","
    if own_line(tree, start):
        pad = text[lines.start(lines.at(start)) : start]
        after = comma + 1 if has_comma else end
        line_end = lines.end(lines.at(after))
        rest = text[after:line_end]
        if not rest.strip() or rest.lstrip().startswith("#"):
            comma_here = [] if has_comma else [(end, end, ",")]
            tail = "," if has_comma else ""
            yield apply(text, [*comma_here, (line_end, line_end, habit.newline + pad + new + tail)])
    yield apply(text, [(end, end, f", {new}")])


# Removing entries


def delete_entry(tree: Tree, parent: Node, index: int) -> Iterator[str]:
    """Texts without one entry of several, and without the comments that belong to it."""
    if parent.flow:
        yield from _delete_in_flow(tree, parent, index)
        return
    lines = tree.lines
    start = tree.entry_start(parent, index)
    if own_line(tree, start):
        first, last = entry_lines(tree, parent, index)
        yield apply(tree.text, [(lines.start(first), lines.start(last + 1), "")])
        return
    # The first entry stands beside a dash; the second moves there if no comment is in between.
    following = tree.entry_start(parent, index + 1)
    end = parent.entries[index][1].end
    rest_of_line = lines.end(lines.at(end))
    if not tree.text[rest_of_line:following].strip():
        yield apply(tree.text, [(start, following, "")])
    yield apply(tree.text, [(start, rest_of_line, "")])


def _delete_in_flow(tree: Tree, parent: Node, index: int) -> Iterator[str]:
    text, lines, entries = tree.text, tree.lines, parent.entries
    start, end = tree.entry_start(parent, index), entries[index][1].end
    comma = tree.skip(end)
    after = comma + 1 if text[comma : comma + 1] == "," else end
    if own_line(tree, start):
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


# Renaming and reordering


def rename_key(tree: Tree, parent: Node, indexes: list[int], key: Any, habit: Habit) -> str:
    """The text with another key at these pairs (several where a key is there twice)."""
    return apply(tree.text, key_splices(parent, indexes, key, habit))


def key_splices(parent: Node, indexes: list[int], key: Any, habit: Habit) -> list[Splice]:
    """What puts another key at these pairs."""
    splices = []
    for index in indexes:
        node = parent.pairs[index][0]
        new = _anchor(node) + write_key(key, habit, node.style)
        if node.start == node.end:
            new += " "
        splices.append((node.start, node.end, new))
    return splices


def move_entry(
    tree: Tree, parent: Node, index: int, after: int | None, habit: Habit
) -> Iterator[str]:
    """Texts with an entry moved behind the one at index ``after``, or to the front.

    Blank lines below it (above it, for the last) move along with it.
    """
    if parent.flow:
        yield _move_in_flow(tree, parent, index, after)
        return
    lines, text = tree.lines, tree.text
    if not own_line(tree, tree.entry_start(parent, 0)):
        return
    first, last = entry_lines(tree, parent, index)
    begin, end = first, last + 1
    if index + 1 < len(parent.entries):
        while end < len(lines.starts) and not lines.content(end).strip():
            end += 1
    else:
        while begin > 0 and not lines.content(begin - 1).strip():
            begin -= 1
    moved = [lines.content(line) for line in range(first, last + 1)]
    blank = [lines.content(line) for line in (*range(begin, first), *range(last + 1, end))]
    if after is None:
        position = lines.start(entry_lines(tree, parent, 0)[0])
        new = moved + blank
    else:
        position = lines.start(entry_lines(tree, parent, after)[1] + 1)
        new = blank + moved
    cut = (lines.start(begin), lines.start(end), "")
    if position == cut[1] or position == cut[0]:
        position = cut[0] if after is None else cut[1]
    yield apply(text, [cut, whole_lines(tree, (position, position), new, habit)])


def _move_in_flow(tree: Tree, parent: Node, index: int, after: int | None) -> str:
    """Commas and white space stay where they are; the entries change places between them."""
    starts = [tree.entry_start(parent, at) for at in range(len(parent.entries))]
    spans = [(start, node.end) for start, (_, node) in zip(starts, parent.entries, strict=True)]
    order = [at for at in range(len(spans)) if at != index]
    order.insert(0 if after is None else order.index(after) + 1, index)
    pieces = [tree.text[slice(*spans[at])] for at in order]
    splices = [(*span, piece) for span, piece in zip(spans, pieces, strict=True)]
    return apply(tree.text, splices)

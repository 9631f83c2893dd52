"""Entries in another order: a move of text, in which comments travel with what they belong to."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import comments
from .tree import BREAK, Node, Tree
from .write import Habit


@dataclass(eq=False)
class _Piece:
    """Whole lines: those of an entry, or what stands between two."""

    text: str
    entry: int | None = None
    blank: str = ""  # blank lines that travel with the entry, between it and the next


def arranged(tree: Tree, parent: Node, order: Sequence[int], habit: Habit) -> Iterator[str]:
    """Texts with the entries of a collection in another order: `order` has their indexes.

    The entries of the longest part that is in order already stay where they are, with headings and
    blank lines; each of the others goes behind the one that it follows now.
    """
    if parent.flow:
        yield from _in_flow(tree, parent, order)
        return
    yield _in_block(tree, parent, order, habit)


def _in_block(tree: Tree, parent: Node, order: Sequence[int], habit: Habit) -> str:
    lines = tree.lines
    spans = [comments.entry_lines(tree, parent, index) for index in range(len(parent.entries))]
    beside = _beside(tree, parent)
    if beside:
        spans[0] = lines.at(tree.entry_start(parent, 0)), spans[0][1]
    begin, end = lines.start(spans[0][0]), lines.start(spans[-1][1] + 1)
    pieces = []
    for index, (first, last) in enumerate(spans):
        if index:
            pieces.append(_Piece(_text(tree, spans[index - 1][1] + 1, first)))
        pieces.append(_Piece(_text(tree, first, last + 1), index))
    if beside:
        # The first entry stands beside a dash, which the first entry after the move takes over.
        pieces[0].text = " " * len(beside) + pieces[0].text[len(beside) :]
    unbroken = not BREAK.search(pieces[-1].text[-1:])
    if unbroken:
        pieces[-1].text += habit.newline
    staying = _longest_ordered(order)
    pieces = _moved(pieces, order, staying)
    text = "".join(piece.text for piece in pieces)
    if beside:
        text = beside + text[len(beside) :]
    if unbroken and len(spans) - 1 in staying:
        text = re.sub(r"\r?\n\Z|\r\Z", "", text)
    return tree.text[:begin] + text + tree.text[end:]


def _text(tree: Tree, first: int, stop: int) -> str:
    return tree.text[tree.lines.start(first) : tree.lines.start(stop)]


def _beside(tree: Tree, parent: Node) -> str:
    """What stands before the first entry on its line, where that is more than spaces."""
    start = tree.entry_start(parent, 0)
    before = tree.text[tree.lines.start(tree.lines.at(start)) : start]
    return before if before.strip(" ") else ""


def _moved(pieces: list[_Piece], order: Sequence[int], staying: set[int]) -> list[_Piece]:
    moving = {}
    for index in order:
        if index not in staying:
            at = next(at for at, piece in enumerate(pieces) if piece.entry == index)
            moving[index] = _taken_out(pieces, at)
    following: int | None = None
    up = True
    for place in reversed(range(len(order))):
        index = order[place]
        if index in moving:
            # What comes from below stays below a heading or blank line there; the others above.
            up = up and following is not None and index > following
            before = next((at for at in reversed(order[:place]) if at in staying), None)
            _put_in(pieces, moving[index], None if up else before, following)
        else:
            up = True
        following = index
    return pieces


def _longest_ordered(order: Sequence[int]) -> set[int]:
    """The members of the longest increasing part of a permutation."""
    tails: list[int] = []
    previous: dict[int, int | None] = {}
    for value in order:
        at = bisect_left(tails, value)
        previous[value] = tails[at - 1] if at else None
        tails[at : at + 1] = [value]
    found = set()
    value_or_none = tails[-1] if tails else None
    while value_or_none is not None:
        found.add(value_or_none)
        value_or_none = previous[value_or_none]
    return found


def _taken_out(pieces: list[_Piece], at: int) -> _Piece:
    """Remove an entry; where blank lines part it from others on both sides, one of them goes along."""
    piece = pieces.pop(at)
    above = pieces[at - 1] if at > 0 else None
    below = pieces[at] if at < len(pieces) else None
    parted = [gap is None or (bool(gap.text) and not gap.text.strip()) for gap in (above, below)]
    if all(parted):
        gap = below or above
        if gap is not None:
            piece.blank = gap.text
            gap.text = ""
    return piece


def _put_in(pieces: list[_Piece], piece: _Piece, before: int | None, following: int | None) -> None:
    """Put an entry directly behind the entry `before`, or else before `following`."""
    wanted = following if before is None else before
    at = next(at for at, other in enumerate(pieces) if other.entry == wanted)
    if before is None:
        pieces[at:at] = [piece, _Piece(piece.blank)]
    else:
        pieces[at + 1 : at + 1] = [_Piece(piece.blank), piece]


def _in_flow(tree: Tree, parent: Node, order: Sequence[int]) -> Iterator[str]:
    text, lines = tree.text, tree.lines
    starts = [tree.entry_start(parent, at) for at in range(len(parent.entries))]
    ends = [node.end for _, node in parent.entries]
    rows = [lines.at(start) for start in starts]
    close = lines.at(parent.end - 1)
    alone = all(
        not text[lines.start(row) : at].strip(" ") for row, at in zip(rows, starts, strict=True)
    )
    if alone and len({*rows, close}) == len(rows) + 1 and lines.at(ends[-1]) < close:
        yield _rows(tree, parent, order, rows, close)
    # Commas and white space stay where they are; the entries change places between them.
    pieces = [text[starts[at] : ends[at]] for at in order]
    result, last = [], 0
    for start, end, piece in zip(starts, ends, pieces, strict=True):
        result += [text[last:start], piece]
        last = end
    yield "".join([*result, text[last:]])


def _rows(tree: Tree, parent: Node, order: Sequence[int], rows: list[int], close: int) -> str:
    """Brackets with an entry a line: whole lines move, and only the last may lack its comma."""
    text, lines = tree.text, tree.lines
    first = [rows[0]]
    for at in range(1, len(rows)):
        floor = lines.at(parent.entries[at - 1][1].end) + 1
        column = tree.entry_start(parent, at) - lines.start(rows[at])
        first.append(tree.comments_above(rows[at], column, floor))
    pieces = []
    for at, row in enumerate(first):
        stop = first[at + 1] if at + 1 < len(first) else close
        end = parent.entries[at][1].end
        comma = tree.skip(end)
        after = comma + 1 if text[comma : comma + 1] == "," else end
        pieces.append((text[lines.start(row) : end], text[after : lines.start(stop)], after > end))
    trailing = pieces[-1][2]
    moved = []
    for place, at in enumerate(order):
        comma_here = place + 1 < len(order) or trailing
        moved.append(f"{pieces[at][0]}{',' if comma_here else ''}{pieces[at][1]}")
    return text[: lines.start(rows[0])] + "".join(moved) + text[lines.start(close) :]

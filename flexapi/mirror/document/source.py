"""Entries as YAML texts of their own: the exact source, comments included, out and in again."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from . import comments, splice, texts
from .edit import same_outside, with_tail
from .errors import EditRefused, ParseError
from .parse import Limits, compose, load, scalar_value
from .paths import find, shown
from .sharing import refusal
from .tree import BREAK, Node, Tree
from .values import Path, changed, get, has, same
from .write import Habit, write_block

# Lines of one text times lines of the other.
MOST_COMPARED = 4_000_000


def source_of(tree: Tree, path: Path, data: Any, habit: Habit) -> str:
    """The source of the entry at ``path``: ``key: value`` or ``- item``, moved to column 0.

    The comment lines that belong to it are included. What stands elsewhere in the text (behind an
    alias, merged by ``<<``) is written out. ``data`` is what the text loads to.
    """
    found = find(tree.top, path)
    if found.stopped:
        value = get(data, path)
        container = get(data, path[:-1])
        entry = {path[-1]: value} if isinstance(container, dict) else [value]
        return "".join(line + habit.newline for line in write_block(entry, 0, habit))
    parent = found.nodes[-2]
    start, end, column = _span(tree, parent, found.indexes[-1])
    if parent.flow:
        dash = "- " if parent.kind == "sequence" else ""
        return dash + tree.text[start:end] + habit.newline
    source = "".join(_dedented(line, column) for line in split_lines(tree.text[start:end]))
    whole = start == tree.lines.start(tree.lines.at(start))
    return source if whole else source + habit.newline


def put_source(
    text: str,
    path: Path,
    new: str,
    data: Any,
    habit: Habit,
    limits: Limits,
    *,
    tail: str = "",
    shared: bool = False,
) -> str:
    """``text`` with ``new`` as the source of the entry at ``path``, which has to be there itself.

    Lines that are the same as before stay as they are, byte for byte. Raises ParseError with the
    line and column in ``new`` where it is no YAML, and EditRefused where it is not one entry of
    that name or changes something else in the text. ``tail`` and ``shared`` are
    as for ``edit_text``.
    """
    sent = _checked(new, path[-1], isinstance(get(data, path[:-1]), dict), limits)
    tree = compose(text, limits)
    found = find(tree.top, path)
    start, end, column = _span(tree, found.nodes[-2], found.indexes[-1])
    shift = splice.entry_column(sent, sent.top)
    if found.nodes[-2].flow:
        key, value = sent.top.entries[0]
        lines = [new[key.start : value.end]]
    else:
        lines = _placed(tree, (start, end, column), new, shift, habit)
    result = text[:start] + "".join(lines) + text[end:]
    first_line = tree.lines.at(start)
    try:
        after = compose(result, limits)
        loaded = load(result + tail)
    except ParseError as error:
        if error.line is not None and first_line < error.line <= first_line + len(lines):
            column = max(1, (error.column or 1) - column + shift)
            raise type(error)(error.problem, error.line - first_line, column) from None
        raise EditRefused(error.problem, error.line, error.column) from None
    if not (shared and same_outside(tree.top, after.top, path)):
        _check_outside(loaded, tree, path, data, tail)
    _check_inside(loaded, path, new)
    return result


def _check_outside(loaded: Any, tree: Tree, path: Path, data: Any, tail: str) -> None:
    """Raise EditRefused if more than the value at ``path`` differs from ``data``."""
    if has(loaded, path):
        value = get(loaded, path)
        expected = changed(data, path, lambda _: value)
        if same(loaded, with_tail(expected, tail)):
            return
    raise refusal(tree, path)


def _check_inside(loaded: Any, path: Path, new: str) -> None:
    """Raise EditRefused if the source of an entry says something else in its place than alone."""
    try:
        alone = load(new)
    except ParseError:
        return  # it has aliases of anchors elsewhere
    value = next(iter(alone.values() if isinstance(alone, dict) else alone))
    if not has(loaded, path) or not same(value, get(loaded, path)):
        raise EditRefused(texts.OTHER_MEANING.format(path=shown(path)))


def _placed(
    tree: Tree, span: tuple[int, int, int], new: str, shift: int, habit: Habit
) -> list[str]:
    """The lines for ``span`` (start, end, column) of a text that stands at column ``shift``."""
    start, end, column = span
    old = split_lines(tree.text[start:end])
    sent = [_dedented(line, shift) for line in split_lines(new)]
    whole = start == tree.lines.start(tree.lines.at(start))
    lines = _merged(old, sent, column, habit, first_indented=whole)
    if not whole:
        lines[-1] = BREAK.sub("", lines[-1])
    elif end < len(tree.text) and not BREAK.search(lines[-1]):
        lines[-1] += habit.newline
    return lines


def _checked(new: str, key: Any, pair: bool, limits: Limits) -> Tree:
    """The parsed text, if it is one entry of that name."""
    tree = compose(new, limits, foreign=True)
    root = tree.root
    kind = "mapping" if pair else "sequence"
    if root is None or root.kind != kind or root.flow or len(root.entries) != 1 or tree.explicit:
        place = (1, 1) if root is None else tree.lines.place(root.start)
        problem = texts.ONLY_ENTRY.format(key=key) if pair else texts.ONLY_ITEM
        raise EditRefused(problem, *place)
    if pair and scalar_value(root.pairs[0][0]) != key:
        place = tree.lines.place(root.pairs[0][0].start)
        raise EditRefused(texts.OTHER_NAME.format(key=key), *place)
    return tree


def _span(tree: Tree, parent: Node, index: int) -> tuple[int, int, int]:
    """Start, end and column of an entry: of its whole lines, where no other is on them."""
    start = tree.entry_start(parent, index)
    if parent.flow:
        return start, parent.entries[index][1].end, 0
    column = splice.entry_column(tree, parent)
    if tree.own_line(start):
        first, last = comments.whole_lines_of(tree, parent, index)
        return tree.lines.start(first), tree.lines.start(last + 1), column
    return start, tree.lines.end(tree.lines.at(parent.entries[index][1].end)), column


def split_lines(text: str) -> list[str]:
    """Lines with their breaks, by YAML's idea of a break."""
    ends = [match.end() for match in BREAK.finditer(text)]
    lines = [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    rest = text[ends[-1] :] if ends else text
    return [*lines, rest] if rest else lines


def _dedented(line: str, column: int) -> str:
    return line[min(column, len(line) - len(line.lstrip(" "))) :]


def _merged(
    old: list[str], new: list[str], column: int, habit: Habit, *, first_indented: bool
) -> list[str]:
    """The new lines in the old place; those that were there keep their indentation and break."""
    plain_old = [BREAK.sub("", _dedented(line, column)) for line in old]
    plain_new = [BREAK.sub("", line) for line in new]
    lines: list[str] = []
    for kind, start, stop, new_start, new_stop in _aligned(plain_old, plain_new):
        if kind == "equal":
            lines += old[start:stop]
            continue
        for at in range(new_start, new_stop):
            indented = plain_new[at] and (first_indented or at > 0)
            broken = habit.newline if BREAK.search(new[at]) or at + 1 < len(new) else ""
            lines.append(" " * (column if indented else 0) + plain_new[at] + broken)
    return [
        line if BREAK.search(line) or at + 1 == len(lines) else line + habit.newline
        for at, line in enumerate(lines)
    ]


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield which lines are the same and which others, as `SequenceMatcher.get_opcodes` does.

    Looked at line by line is only what stands between the same beginning and the same end, and only as much as takes a moment.
    """
    least = min(len(old), len(new))
    head = next((at for at in range(least) if old[at] != new[at]), least)
    tail = next((at for at in range(least - head) if old[-1 - at] != new[-1 - at]), least - head)
    yield "equal", 0, head, 0, head
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(before) * len(after) > MOST_COMPARED:
        yield "replace", head, len(old) - tail, head, len(new) - tail
    else:
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for kind, start, stop, new_start, new_stop in matcher.get_opcodes():
            yield kind, head + start, head + stop, head + new_start, head + new_stop
    yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)


def put_whole(old: str, new: str, habit: Habit) -> str:
    """A whole text that was sent, with the line breaks of the old one.

    What comes out of a form has CRLF everywhere, whatever was put in.
    """
    if not old or set(BREAK.findall(new)) == set(BREAK.findall(old)) == {habit.newline}:
        return new
    text = "".join(_merged(split_lines(old), split_lines(new), 0, habit, first_indented=True))
    if BREAK.search(new[-1:]):
        return text if BREAK.search(text[-1:]) else text + habit.newline
    return text.rstrip("\r\n\x85\u2028\u2029")

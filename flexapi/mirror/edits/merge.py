"""Joins two changes of one text: a hand edit of a file that lagged behind, and what came meanwhile."""

import contextlib
from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from flexapi.mirror.document import Document, ParseError
from flexapi.mirror.document.parse import compose
from flexapi.mirror.document.tree import Node
from flexapi.mirror.document.values import same_content

_MISSING: Any = object()

Block = tuple[str, ...]
# A change: the lines of the old text from the first number to before the second become others.
Hunk = tuple[int, int, Block]


class _Conflict(Exception):
    """Both sides change the same."""


def merged(old: Document, mine: Document, theirs: Document) -> Document | None:
    """Return the text with both changes of `old`, None where that can't be proved to be right.

    Lines are joined, so that comments stay; the proof is that the result loads to the joined data,
    and names nothing twice that is there once on each side.
    """
    with contextlib.suppress(_Conflict):
        data = _joined_data(old.data, mine.data, theirs.data)
        repeated = max(_repeated(mine), _repeated(theirs))
        for both in (_united, _behind):
            with contextlib.suppress(ParseError):
                document = Document(_joined_text(old.text, mine.text, theirs.text, both))
                if same_content(document.data, data) and _repeated(document) <= repeated:
                    return document
    return None


def _joined_text(old: str, mine: str, theirs: str, both: Callable[[Block, Block], Block]) -> str:
    """Join the changes of lines; `both` joins what is inserted at one place. Raises _Conflict."""
    lines = old.splitlines(keepends=True)
    hunks = set(_hunks(lines, theirs))
    inserted = {begin: new for begin, end, new in hunks if begin == end}
    for begin, end, new in _hunks(lines, mine):
        if begin == end and begin in inserted:
            hunks.remove((begin, end, inserted[begin]))
            hunks.add((begin, end, both(inserted[begin], new)))
        else:
            hunks.add((begin, end, new))
    result: list[str] = []
    reached = 0
    for begin, end, new in sorted(hunks):
        if begin < reached:
            raise _Conflict
        result += [*lines[reached:begin], *new]
        reached = end
    return "".join([*result, *lines[reached:]])


def _united(theirs: Block, mine: Block) -> Block:
    """Join two insertions that may have much in common: that comes once."""
    result: Block = ()
    for tag, begin, end, my_begin, my_end in SequenceMatcher(None, theirs, mine).get_opcodes():
        result += theirs[begin:end]
        if tag != "equal":
            result += mine[my_begin:my_end]
    return result


def _behind(theirs: Block, mine: Block) -> Block:
    """Join two insertions that only look alike."""
    return theirs + mine


def _hunks(lines: list[str], text: str) -> list[Hunk]:
    new = text.splitlines(keepends=True)
    return [
        (begin, end, tuple(new[new_begin:new_end]))
        for tag, begin, end, new_begin, new_end in SequenceMatcher(None, lines, new).get_opcodes()
        if tag != "equal"
    ]


def _joined_data(old: Any, mine: Any, theirs: Any) -> Any:
    """Return what both changes together mean; raises _Conflict where they change one value."""
    if same_content(mine, theirs) or same_content(old, theirs):
        return mine
    if same_content(old, mine):
        return theirs
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        raise _Conflict
    before = old if isinstance(old, dict) else {}
    joined = {}
    for key in dict.fromkeys([*theirs, *mine]):
        sides = (part.get(key, _MISSING) for part in (before, mine, theirs))
        value = _joined_data(*sides)
        if value is not _MISSING:
            joined[key] = value
    return joined


def _repeated(document: Document) -> int:
    """Count the keys that their mapping has before: YAML takes the last one, and hides the others."""
    count = 0
    root = compose(document.text.removeprefix("\ufeff")).root
    nodes: list[Node] = [] if root is None else [root]
    while nodes:
        node = nodes.pop()
        count += len(node.pairs) - len({key.value for key, _ in node.pairs})
        nodes += [value for _, value in node.pairs] + node.items
    return count

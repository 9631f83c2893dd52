"""Joins two changes of one text: a hand edit of a file that lagged behind, and what came meanwhile."""

from difflib import SequenceMatcher
from typing import Any

from flexapi.mirror.document import Document, ParseError
from flexapi.mirror.document.values import same_content

_MISSING: Any = object()

# A change: the lines of the old text from the first number to before the second become others.
Hunk = tuple[int, int, tuple[str, ...]]


class _Conflict(Exception):
    """Both sides change the same."""


def merged(old: Document, mine: Document, theirs: Document) -> Document | None:
    """Return the text with both changes of `old`, None where that can't be proved to be right.

    Lines are joined, so that comments stay; the proof is that the result loads to the joined data.
    """
    try:
        text = _joined_text(old.text, mine.text, theirs.text)
        data = _joined_data(old.data, mine.data, theirs.data)
        document = Document(text)
        return document if same_content(document.data, data) else None
    except (_Conflict, ParseError):
        return None


def _joined_text(old: str, mine: str, theirs: str) -> str:
    lines = old.splitlines(keepends=True)
    # What both did is done once. Of two insertions at one place, theirs comes first.
    hunks = dict.fromkeys(_hunks(lines, mine), 0) | dict.fromkeys(_hunks(lines, theirs), -1)
    result: list[str] = []
    reached = 0
    for begin, end, new in sorted(hunks, key=lambda hunk: (hunk[0], hunk[1], hunks[hunk])):
        if begin < reached:
            raise _Conflict
        result += [*lines[reached:begin], *new]
        reached = end
    return "".join([*result, *lines[reached:]])


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

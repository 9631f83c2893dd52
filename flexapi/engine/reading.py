"""YAML as FlexGet reads it, and quickly: where libyaml may read a text in another way than FlexGet.

FlexGet reads with PyYAML's own parser, which is written in Python and takes 5 seconds for a megabyte;
libyaml takes 0.1. They read nearly all texts alike. They differ, or may differ, in:

========================================  ======================================================
a tab outside of quotes and comments      refused by FlexGet, taken by libyaml
a tab that starts a line of ``|`` text    taken by FlexGet, refused by libyaml
a byte order mark inside of the text      a character to FlexGet; skipped or refused by libyaml
``?`` within brackets, not in quotes      ends a value to FlexGet: ``{? x ?}`` is refused
``:`` before ``, ] }`` in brackets        taken by FlexGet, refused by libyaml or placed elsewhere
``|#``, ``>x`` (not a header)             refused by FlexGet, taken by libyaml
tags but ``!!name`` and a space           read as other types, or refused by one of them
``"\\ud800"`` (half of a character)        taken by FlexGet, refused by libyaml
``%YAML 1.2`` and other directives        refused by one or the other
line breaks of Unicode (NEL, LS, PS)      counted differently beside some of the above
========================================  ======================================================

Everything else that a fuzzer came up with is read alike. ``Doubts`` finds these while a text is parsed
with libyaml, and only where it does is the text read slowly.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import yaml
from yaml.events import (
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

QuickLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_RARE = re.compile(
    "[\ufeff\x85\u2028\u2029]|\r(?!\n)|^%|"
    r"\\(?:u|U0000)[dD][89a-fA-F]|\\U(?!000[0-9a-fA-F]|0010)[0-9a-fA-F]{8}",
    re.MULTILINE,
)
_TAB = re.compile(r"^(?! *#)[^\n\t]*\t", re.MULTILINE)
_HEADER = re.compile(r"(?:[&!]\S+ +)*[|>](?:[+-]?[1-9]?|[1-9][+-])(?: *| +#[^\r\n]*)[\r\n]")
_KNOWN_TAG = re.compile(r"(?:&\S+ +)?!![a-z]+[ \r\n]")
_QUOTED = re.compile(r"([\[{,]\s*|:\s+)(?:'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_IN_FLOW = re.compile(r"\?|:(?:[,\[\]{}]|\s+[,\]}])")
_COMMENT = re.compile(r"(?:^|(?<= ))#", re.MULTILINE)


class Doubts:
    """Collects, event by event, whether a text may be read in two ways; ``found()`` says so."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.any = _RARE.search(text) is not None
        self.tabs = not self.any and _TAB.search(text) is not None
        self._scalars: list[tuple[int, int, str]] = []

    def tag(self, start: int) -> None:
        """A tag or an anchor and a tag, before a value."""
        if not _KNOWN_TAG.match(self.text, start):
            self.any = True

    def flow(self, start: int, end: int) -> None:
        """Brackets that stand in no others."""
        if not self.any:
            inside = self.text[start:end]
            if "?" in inside or ":" in inside:
                plain = inside if "#" in inside else _QUOTED.sub(r"\1''", inside)
                self.any = _IN_FLOW.search(plain) is not None

    def header(self, start: int) -> None:
        """The first line of a block scalar."""
        if not _HEADER.match(self.text, start):
            self.any = True

    def scalar(self, start: int, end: int, style: str | None) -> None:
        """Every scalar, where ``tabs`` is set."""
        self._scalars.append((start, end, style or ""))

    def found(self) -> bool:
        """Whether the text has to be read as FlexGet does; after all events."""
        if self.tabs and not self.any:
            starts = [start for start, _, _ in self._scalars]
            tabs = (match.start() for match in re.finditer("\t", self.text))
            self.any = any(not self._harmless(tab, starts) for tab in tabs)
        return self.any

    def _harmless(self, tab: int, starts: list[int]) -> bool:
        """Whether a tab is part of a comment, of quotes, or of a line of a block scalar."""
        line = max(self.text.rfind("\n", 0, tab), self.text.rfind("\r", 0, tab)) + 1
        index = bisect_right(starts, tab) - 1
        start, end, style = self._scalars[index] if index >= 0 else (0, 0, "")
        if tab < end and style in ("'", '"'):
            return tab > self.text.find(style, start)
        if tab < end and style in ("|", ">"):
            return line > start and bool(self.text[line:tab].strip(" \t"))
        between = max(end, line)
        return tab >= end and _COMMENT.search(self.text, between, tab) is not None


def load(text: str) -> Any:
    """The data of a text, as ``yaml.safe_load`` gives it; raises what that raises."""
    try:
        loader = yaml.SafeLoader if doubtful(text) else QuickLoader
    except yaml.YAMLError:
        loader = yaml.SafeLoader
    return yaml.load(text, loader)  # noqa: S506 (both are safe)


def doubtful(text: str) -> bool:
    """Whether libyaml may read a text in another way than FlexGet. Raises YAMLError where it can't."""
    doubts = Doubts(text)
    brackets = outermost = 0
    event: Any
    for event in yaml.parse(text, QuickLoader):
        kind = type(event)
        start, end = event.start_mark.index, event.end_mark.index
        if kind is ScalarEvent:
            if doubts.tabs:
                doubts.scalar(start, end, event.style)
            if event.style in ("|", ">"):
                doubts.header(start)
        if kind in (ScalarEvent, MappingStartEvent, SequenceStartEvent) and event.tag is not None:
            doubts.tag(start)
        if kind in (MappingStartEvent, SequenceStartEvent):
            # Brackets inside of others, and pairs without braces, have nothing else around them.
            if brackets or event.flow_style:
                outermost = outermost if brackets else start
                brackets += 1
        elif kind in (MappingEndEvent, SequenceEndEvent) and brackets:
            brackets -= 1
            if not brackets:
                doubts.flow(outermost, end)
    return doubts.found()

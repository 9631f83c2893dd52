"""Nodes and lines of a text, and how to find one's way between them.

Offsets count characters from 0; ``text[node.start:node.end]`` is a node's source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Literal

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SKIP = re.compile(
    "(?:[ \t\r\n\x85\u2028\u2029]+|(?:(?<=[ \t\r\n\x85\u2028\u2029])|^)#[^\r\n\x85\u2028\u2029]*)*"
)
_PROPERTY = re.compile(r"[&!]\S*")


@dataclass(slots=True, eq=False)
class Node:
    """A node of the text: its anchor and tag included, the comments after it not."""

    kind: Literal["scalar", "mapping", "sequence", "alias"]
    start: int
    end: int
    anchor: str | None = None
    tag: str | None = None
    style: str = ""  # of a scalar: one of | > ' " or nothing (plain)
    flow: bool = False  # of a mapping or sequence: written with brackets
    value: str = ""  # of a scalar, what it says; of an alias, the anchor's name
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    target: Node | None = None  # of an alias

    @property
    def block(self) -> bool:
        """Whether this is a mapping or sequence written by indentation."""
        return self.kind in ("mapping", "sequence") and not self.flow

    @property
    def entries(self) -> list[tuple[Node, Node]]:
        """The pairs of a mapping; the items of a sequence, each as its own key."""
        return self.pairs or [(item, item) for item in self.items]


class Lines:
    """A text as lines, by YAML's idea of a line break. Lines count from 0 here."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in BREAK.finditer(text))]

    def at(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def start(self, line: int) -> int:
        """Where a line starts; the text's end for the line after the last."""
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def end(self, line: int) -> int:
        """Where the line's break starts."""
        begin, stop = self.start(line), self.start(line + 1)
        while stop > begin and BREAK.match(self.text, stop - 1):
            stop -= 1
        return stop

    def content(self, line: int) -> str:
        return self.text[self.start(line) : self.end(line)]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        line = self.at(offset)
        return line + 1, offset - self.starts[line] + 1


@dataclass(slots=True)
class Tree:
    """A parsed text. ``root`` is None where the text holds no document (empty, comments only)."""

    text: str
    root: Node | None
    explicit: bool  # starts with "---" or directives
    references: list[int]  # offsets of all anchors and aliases, ascending
    lines: Lines
    doubtful: bool = False  # whether libyaml may read this text in another way than FlexGet

    @property
    def top(self) -> Node:
        """The root of a text that has one; for the others, an empty value at the end."""
        return self.root or Node("scalar", len(self.text), len(self.text))

    def skip(self, offset: int) -> int:
        """The offset of the next content: past white space, line breaks and comments."""
        match = _SKIP.match(self.text, offset)
        return match.end() if match else offset

    def body(self, node: Node) -> int:
        """Where a node's content starts, after its anchor and tag."""
        offset = node.start
        for _ in range((node.anchor is not None) + (node.tag is not None)):
            match = _PROPERTY.match(self.text, offset)
            offset = match.end() if match else offset
            if offset < node.end:
                offset = min(self.skip(offset), node.end)
        return offset

    def entry_start(self, parent: Node, index: int) -> int:
        """Where an entry of a collection starts: its ``-``, ``?`` or key."""
        entries = parent.entries
        if index > 0:
            offset = entries[index - 1][1].end
            offset = self.skip(offset)
            if parent.flow and self.text[offset : offset + 1] == ",":
                offset = self.skip(offset + 1)
            return offset
        offset = self.body(parent)
        return self.skip(offset + 1) if parent.flow and self.text[offset] in "[{" else offset

    def own_line(self, offset: int) -> bool:
        """Whether only spaces stand before ``offset`` on its line."""
        return not self.text[self.lines.start(self.lines.at(offset)) : offset].strip(" ")

    def refers(self, start: int, end: int) -> bool:
        """Whether an anchor or alias stands in ``text[start:end]``."""
        index = bisect_left(self.references, start)
        return index < len(self.references) and self.references[index] < end

    def comments_above(self, line: int, column: int, floor: int) -> int:
        """The first of the comment lines directly above ``line`` at ``column``, down to ``floor``.

        These belong to what stands on ``line``; the answer is ``line`` where there are none.
        """
        while line > floor:
            above = self.lines.content(line - 1)
            if len(above) - len(above.lstrip(" ")) != column or above[column : column + 1] != "#":
                break
            line -= 1
        return line

    def comments_below(self, line: int, column: int) -> int:
        """The last of the comment lines directly below ``line`` that are deeper than ``column``."""
        while line + 1 < len(self.lines.starts):
            below = self.lines.content(line + 1)
            stripped = below.lstrip(" ")
            if not stripped.startswith("#") or len(below) - len(stripped) <= column:
                break
            line += 1
        return line

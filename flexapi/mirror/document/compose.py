"""From the events of a YAML parser to a tree of nodes that know where they stand.

PyYAML's ``compose`` forgets where aliases stand and recurses without a bound, so the tree is
built here. That makes the limits exact as well: depth and expanded size are counted while reading,
before anything is expanded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from yaml.constructor import SafeConstructor
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from flexapi.engine.reading import Doubts

from . import texts
from .errors import LimitError, ParseError
from .tree import Lines, Node, Tree


@dataclass(frozen=True)
class Limits:
    """How much a text may ask for: characters, nesting, and nodes once aliases are expanded."""

    size: int = 10_000_000
    depth: int = 100
    nodes: int = 1_000_000


LIMITS = Limits()


class Composer:
    """Makes one tree. ``doubts`` knows afterwards whether another parser may read another.

    ``detail`` bounds the levels of collections that get nodes; with ``foreign``, aliases may refer
    to anchors outside of the text.
    """

    def __init__(
        self, text: str, limits: Limits, detail: int | None, foreign: bool, get_event: Any
    ) -> None:
        self.text = text
        self.lines = Lines(text)
        self.limits = limits
        self.doubts = Doubts(text)
        self.brackets = 0  # how many are open, and where the outermost one is
        self.outermost = 0
        # Scalars of the other styles need no look while an overview is made.
        self.quick = () if self.doubts.tabs else (None, "", "'", '"')
        self.detail = limits.depth if detail is None else detail
        self.foreign = foreign
        self.next = get_event
        self.doubts = Doubts(text)
        self.references: list[int] = []
        self.anchors: dict[str, tuple[Node | None, int] | None] = {}  # None: not closed yet
        self.total = 0
        self.last = 0  # where the latest content ended; block collections end there too

    def fail(self, problem: str, mark: Any, kind: type[ParseError] = ParseError) -> NoReturn:
        raise kind(problem, *self.lines.place(mark.index))

    def tree(self) -> Tree:
        root: Node | None = None
        explicit = False
        documents = 0
        while (kind := type(event := self.next())) is not StreamEndEvent:
            if kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.fail(texts.SECOND_DOCUMENT, event.start_mark)
                explicit = bool(event.explicit or event.tags or event.version)
                self.last = event.end_mark.index
                root = self.node(self.next(), 0)
                self.count(0, event)
        return Tree(self.text, root, explicit, self.references, self.lines)

    def node(self, event: Any, depth: int) -> Node:
        kind = type(event)
        if kind is ScalarEvent:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.alias(event)
        start = event.start_mark.index
        node = Node("mapping" if kind is MappingStartEvent else "sequence", start, start)
        node.flow = bool(event.flow_style)
        before = self.open(event, node, depth)
        if depth >= self.detail:
            event = self.skip(depth + 1)
        elif kind is MappingStartEvent:
            while type(event := self.next()) is not MappingEndEvent:
                key = self.node(event, depth + 1)
                node.pairs.append((key, self.node(self.next(), depth + 1)))
        else:
            while type(event := self.next()) is not SequenceEndEvent:
                node.items.append(self.node(event, depth + 1))
        self.close(event, node.flow)
        node.end = max(self.last, start)
        if node.anchor is not None:
            self.anchors[node.anchor] = node, self.total - before
        return node

    def skip(self, depth: int) -> Any:
        """Read on to the end of the open collection, checking all and keeping nothing."""
        opened: list[tuple[str | None, int, bool]] = []
        while True:
            event = self.next()
            kind = type(event)
            if kind is ScalarEvent:
                end = event.end_mark.index
                if (
                    event.anchor is event.tag is None
                    and event.style in self.quick
                    and event.start_mark.index < end
                ):
                    # Most of any text is this, and a large text is to be looked over quickly.
                    self.last = end
                    self.total += 1
                    continue
                self.scalar_end(event)
                if event.anchor is not None:
                    self.anchors[event.anchor] = None, 1
            elif kind is AliasEvent:
                self.alias(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                before = self.open(event, None, depth + len(opened))
                opened.append((event.anchor, before, bool(event.flow_style)))
            elif not opened:
                return event
            else:
                anchor, before, flow = opened.pop()
                self.close(event, flow)
                if anchor is not None:
                    self.anchors[anchor] = None, self.total - before

    def open(self, event: Any, node: Node | None, depth: int) -> int:
        """Take note of a collection's start. Returns the count of nodes before it."""
        if depth >= self.limits.depth:
            problem = texts.NESTED_TOO_DEEP.format(count=self.limits.depth)
            self.fail(problem, event.start_mark, LimitError)
        before = self.total
        self.count(1, event)
        if event.anchor is not None or event.tag is not None:
            self.properties(event, node)
        self.last = max(self.last, event.start_mark.index)
        if event.flow_style:
            if not self.brackets:
                self.outermost = event.start_mark.index
            self.brackets += 1
        return before

    def close(self, event: Any, flow: bool) -> None:
        if flow:
            self.brackets -= 1
            if not self.brackets:
                self.doubts.flow(self.outermost, event.end_mark.index)
        # A pair without braces in a flow sequence ends without a token of its own.
        if flow and event.end_mark.index > event.start_mark.index:
            self.last = event.end_mark.index

    def scalar(self, event: Any) -> Node:
        absent_at = self.last
        end = self.scalar_end(event)
        start = event.start_mark.index
        if start > end or (start == event.end_mark.index and end == absent_at):
            start = end
        node = Node("scalar", start, end, event.anchor, event.tag, event.style or "")
        node.value = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = node, 1
        return node

    def scalar_end(self, event: Any) -> int:
        self.count(1, event)
        if event.anchor is not None or event.tag is not None:
            self.properties(event, None)
        start, end = event.start_mark.index, event.end_mark.index
        if self.doubts.tabs:
            self.doubts.scalar(start, end, event.style)
        if event.style in ("|", ">"):
            end = self.block_scalar_end(start, end)
        elif start == end and self.text[start - 1 : start] not in ("-", ":"):
            return self.last  # an absent value is reported where the next token starts
        self.last = end
        return int(end)

    def block_scalar_end(self, start: int, end: int) -> int:
        """Without the blank lines that follow, unless the header says to keep them (``|+``)."""
        header_end = self.lines.end(self.lines.at(start))
        self.doubts.header(start)
        header = self.text[start:header_end].split("#")[0]
        if "+" in header and end > header_end:
            line = self.lines.at(end)
            return self.lines.end(line - 1) if self.lines.start(line) == end else end
        return max(start + len(self.text[start:end].rstrip()), start)

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name not in self.anchors and not self.foreign:
            self.fail(texts.NO_ANCHOR.format(anchor=name), event.start_mark)
        known = self.anchors.get(name, (None, 1))
        if known is None:
            self.fail(texts.IN_ITSELF.format(anchor=name), event.start_mark)
        self.references.append(event.start_mark.index)
        self.count(known[1], event)
        self.last = event.end_mark.index
        start = event.start_mark.index
        return Node("alias", start, self.last, value=name, target=known[0])

    def properties(self, event: Any, node: Node | None) -> None:
        if event.tag is not None:
            self.doubts.tag(event.start_mark.index)
        if event.tag not in (None, "!") and event.tag not in SafeConstructor.yaml_constructors:
            self.fail(texts.NO_TYPE.format(type=event.tag), event.start_mark)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                self.fail(texts.ANCHOR_TWICE.format(anchor=event.anchor), event.start_mark)
            self.anchors[event.anchor] = None
            self.references.append(event.start_mark.index)
        if node is not None:
            node.anchor, node.tag = event.anchor, event.tag

    def count(self, nodes: int, event: Any) -> None:
        self.total += nodes
        if self.total > self.limits.nodes:
            problem = texts.TOO_MANY_VALUES.format(count=self.limits.nodes)
            self.fail(problem, event.start_mark, LimitError)

"""From text to a tree of nodes that know where they stand, and to the data that FlexGet sees.

PyYAML's ``compose`` forgets where aliases stand and recurses in C without a bound, so the tree is
built here from the parser's events. That makes the limits exact as well: depth and expanded size
are counted while reading, before anything is expanded.
"""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
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
from yaml.nodes import ScalarNode
from yaml.reader import Reader
from yaml.resolver import Resolver

from .errors import LimitError, ParseError
from .tree import Lines, Node, Tree

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MERGE = "tag:yaml.org,2002:merge"
_STR = "tag:yaml.org,2002:str"


@dataclass(frozen=True)
class Limits:
    """How much a text may ask for: characters, nesting, and nodes once aliases are expanded."""

    size: int = 10_000_000
    depth: int = 100
    nodes: int = 1_000_000


LIMITS = Limits()


def compose(
    text: str, limits: Limits = LIMITS, detail: int | None = None, *, foreign: bool = False
) -> Tree:
    """Parse ``text`` (without a byte order mark). Raises ParseError and LimitError.

    ``detail`` bounds the levels of collections that get nodes; what is deeper is checked as
    strictly, but its collections stay without content. That makes an overview of a large text
    cheap. With ``foreign``, aliases may refer to anchors outside of the text.
    """
    check_text(text, limits)
    loader = Loader(text)
    try:
        with _collector_paused():
            return _Composer(text, limits, detail, foreign, loader.get_event).tree()
    except yaml.YAMLError as error:
        raise _parse_error(error) from None
    finally:
        loader.dispose()


def check_text(text: str, limits: Limits = LIMITS) -> None:
    """Raise where ``text`` is too large or has characters that YAML does not allow."""
    if len(text) > limits.size:
        raise LimitError(f"The text has more than {limits.size} characters")
    if found := Reader.NON_PRINTABLE.search(text):
        line, column = Lines(text[: found.start() + 1]).place(found.start())
        raise ParseError(f"YAML does not allow the character {found[0]!a}", line, column)


def load(text: str, loader: Any = Loader) -> Any:
    """The data of a text that ``compose`` accepts, as ``yaml.safe_load`` gives it.

    Raises ParseError for what parses and yet is no data: an impossible date, a list as a key.
    """
    try:
        with _collector_paused():
            return yaml.load(text, loader)  # noqa: S506 (both loaders are safe)
    except yaml.YAMLError as error:
        raise _parse_error(error) from None
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, IndexError) as error:
        # SafeConstructor lets the errors of int(), date() and the like through as they are.
        raise _culprit(text, error) from None


def _culprit(text: str, error: Exception) -> ParseError:
    tree = compose(text)
    for node in walk(tree.root):
        if node.kind == "scalar":
            try:
                scalar_value(node)
            except yaml.YAMLError:
                continue
            except (ValueError, OverflowError, KeyError, AttributeError, IndexError) as cause:
                place = tree.lines.place(node.start)
                return ParseError(f"{node.value!r} is no valid value: {cause}", *place)
    return ParseError(f"The text holds a value that cannot be read: {error}")


def walk(node: Node | None) -> Iterator[Node]:
    """A node and all below it in the order of the text; aliases are not followed."""
    if node is None:
        return
    yield node
    for key, value in node.pairs:
        yield from walk(key)
        yield from walk(value)
    for item in node.items:
        yield from walk(item)


def scalar_value(node: Node) -> Hashable:
    """What a scalar node (or an alias of one) loads to. Raises what the constructors raise."""
    if node.target is not None:
        node = node.target
    if node.kind != "scalar":
        raise TypeError("a mapping or sequence cannot be a key")
    if node.tag is None and (node.style or node.value[:1] not in Resolver.yaml_implicit_resolvers):
        return node.value
    tag = resolved_tag(node)
    if tag in (_STR, _MERGE, "tag:yaml.org,2002:value"):
        return node.value
    constructed: Hashable = _Scalars().construct_document(ScalarNode(tag, node.value))
    return constructed


def resolved_tag(node: Node) -> str:
    """The full tag of a scalar, given or implied by its looks."""
    if node.tag is not None and node.tag != "!":
        return node.tag
    plain = not node.style and node.tag is None
    return looks_like(node.value, plain)


def looks_like(value: str, plain: bool) -> str:
    """The tag that a scalar without one gets, ``plain`` or in quotes."""
    return str(_resolver.resolve(ScalarNode, value, (plain, not plain)))


def is_merge(key: Node) -> bool:
    """Whether a key is ``<<``, which merges other mappings into its own."""
    return key.kind == "scalar" and key.value == "<<" and resolved_tag(key) == _MERGE


class _Scalars(SafeConstructor, Resolver):
    def __init__(self) -> None:
        SafeConstructor.__init__(self)
        Resolver.__init__(self)


_resolver: Any = Resolver()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Parsing makes many objects and no garbage: collecting in between doubles its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parse_error(error: yaml.YAMLError) -> ParseError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    parts = [getattr(error, "context", None), getattr(error, "problem", None)]
    problem = ", ".join(part for part in parts if part) or str(error).splitlines()[0]
    problem = problem[0].upper() + problem[1:]
    return ParseError(problem, mark.line + 1, mark.column + 1) if mark else ParseError(problem)


class _Composer:
    def __init__(
        self, text: str, limits: Limits, detail: int | None, foreign: bool, get_event: Any
    ) -> None:
        self.text = text
        self.lines = Lines(text)
        self.limits = limits
        self.detail = limits.depth if detail is None else detail
        self.foreign = foreign
        self.next = get_event
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
                    problem = "A second document starts here; only one is allowed"
                    self.fail(problem, event.start_mark)
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
                    and event.style not in ("|", ">")
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
            problem = f"The text nests more than {self.limits.depth} levels deep"
            self.fail(problem, event.start_mark, LimitError)
        before = self.total
        self.count(1, event)
        if event.anchor is not None or event.tag is not None:
            self.properties(event, node)
        self.last = max(self.last, event.start_mark.index)
        return before

    def close(self, event: Any, flow: bool) -> None:
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
        if event.style in ("|", ">"):
            end = self.block_scalar_end(start, end)
        elif start == end and self.text[start - 1 : start] not in ("-", ":"):
            return self.last  # an absent value is reported where the next token starts
        self.last = end
        return int(end)

    def block_scalar_end(self, start: int, end: int) -> int:
        """Without the blank lines that follow, unless the header says to keep them (``|+``)."""
        header_end = self.lines.end(self.lines.at(start))
        header = self.text[start:header_end].split("#")[0]
        if "+" in header and end > header_end:
            line = self.lines.at(end)
            return self.lines.end(line - 1) if self.lines.start(line) == end else end
        return max(start + len(self.text[start:end].rstrip()), start)

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name not in self.anchors and not self.foreign:
            self.fail(f"There is no anchor &{name} before this alias", event.start_mark)
        known = self.anchors.get(name, (None, 1))
        if known is None:
            self.fail(f"The anchor &{name} contains itself", event.start_mark)
        self.references.append(event.start_mark.index)
        self.count(known[1], event)
        self.last = event.end_mark.index
        start = event.start_mark.index
        return Node("alias", start, self.last, value=name, target=known[0])

    def properties(self, event: Any, node: Node | None) -> None:
        if event.tag not in (None, "!") and event.tag not in SafeConstructor.yaml_constructors:
            self.fail(f"Values of the type {event.tag} are not allowed", event.start_mark)
        if event.anchor is not None:
            if event.anchor in self.anchors:
                self.fail(f"The anchor &{event.anchor} is there twice", event.start_mark)
            self.anchors[event.anchor] = None
            self.references.append(event.start_mark.index)
        if node is not None:
            node.anchor, node.tag = event.anchor, event.tag

    def count(self, nodes: int, event: Any) -> None:
        self.total += nodes
        if self.total > self.limits.nodes:
            problem = f"With its aliases expanded the text has more than {self.limits.nodes} values"
            self.fail(problem, event.start_mark, LimitError)

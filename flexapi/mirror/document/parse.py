"""From text to a tree of nodes that know where they stand, and to the data that FlexGet sees.

FlexGet reads with PyYAML's own parser. Where nothing is found in which libyaml may differ from it
(``flexapi.engine.reading``), libyaml reads in its place, fifty times faster.
"""

from __future__ import annotations

import codecs
import gc
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import ScalarNode
from yaml.reader import Reader
from yaml.resolver import Resolver

from flexapi.engine.reading import QuickLoader as Loader

from . import texts
from .compose import LIMITS, Composer, Limits
from .errors import LimitError, ParseError
from .tree import Lines, Node, Tree

__all__ = ["LIMITS", "Limits", "compose", "load"]

_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MERGE = "tag:yaml.org,2002:merge"
_STR = "tag:yaml.org,2002:str"


def compose(
    text: str,
    limits: Limits = LIMITS,
    detail: int | None = None,
    *,
    foreign: bool = False,
) -> Tree:
    """Parse ``text`` (without a byte order mark) as FlexGet does. Raises ParseError and LimitError.

    ``detail`` bounds the levels of collections that get nodes; what is deeper is checked as
    strictly, but its collections stay without content. That makes an overview of a large text
    cheap. With ``foreign``, aliases may refer to anchors outside of the text.
    """
    check_text(text, limits)
    try:
        tree = _composed(text, limits, detail, foreign, Loader)
    except LimitError:
        raise
    except (ParseError, yaml.YAMLError):
        tree = None
    if tree is not None and not tree.doubtful:
        return tree
    try:
        slow = _composed(text, limits, detail, foreign, yaml.SafeLoader)
        slow.doubtful = True
        return slow
    except yaml.YAMLError as error:
        raise _parse_error(error) from None


def _composed(text: str, limits: Limits, detail: int | None, foreign: bool, kind: Any) -> Tree:
    loader = kind(text)
    try:
        with _collector_paused():
            composer = Composer(text, limits, detail, foreign, loader.get_event)
            tree = composer.tree()
    finally:
        loader.dispose()
    tree.doubtful = composer.doubts.found()
    return tree


def decoded(data: bytes, limits: Limits = LIMITS) -> tuple[str, str]:
    """The text of a file, and its encoding: UTF-16 with a byte order mark, else UTF-8. Raises ParseError."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    if len(data) > 4 * limits.size:
        raise ParseError(texts.TOO_MANY_BYTES.format(count=4 * limits.size))
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        good = data[: error.start].decode(encoding, "replace")
        line = good.count("\n") + 1
        column = len(good) - (good.rfind("\n") + 1) + 1
        problem = texts.NOT_VALID.format(encoding=encoding.upper(), reason=error.reason)
        raise ParseError(problem, line, column) from None


def check_text(text: str, limits: Limits = LIMITS) -> None:
    """Raise where ``text`` is too large or has characters that YAML does not allow."""
    if len(text) > limits.size:
        raise LimitError(texts.TOO_MANY_CHARACTERS.format(count=limits.size))
    if found := Reader.NON_PRINTABLE.search(text):
        line, column = Lines(text[: found.start() + 1]).place(found.start())
        raise ParseError(texts.NOT_IN_YAML.format(character=ascii(found[0])), line, column)


def load(text: str, *, alike: bool | None = None) -> Any:
    """The data of a text that ``compose`` accepts, as ``yaml.safe_load`` gives it.

    ``alike`` is whether libyaml is known to read this text as FlexGet does; None: find out.
    Raises ParseError for what parses and yet is no data: an impossible date, a list as a key.
    """
    if alike is None:
        alike = not compose(text, detail=0).doubtful
    try:
        with _collector_paused():
            return yaml.load(text, Loader if alike else yaml.SafeLoader)  # noqa: S506 (both are safe)
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
                return ParseError(texts.NO_VALUE.format(value=node.value, reason=cause), *place)
    return ParseError(texts.UNREADABLE_VALUE.format(reason=error))


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

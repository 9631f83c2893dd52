"""The tokens of a script, as far as texts need them: what is a literal, and what stands around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_$][\w$]*|#\w+")
_NUMBER = re.compile(r"\d[\w.]*")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.DOTALL)
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*")
_MARK = re.compile(r"\?\?=|\?\.|\?\?|=>|===|!==|\.\.\.|&&|\|\||[^\w\s]")
_ESCAPE = re.compile(
    r"\\(u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r?\n|.)", re.DOTALL
)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
# A slash after one of these divides; after all others a regular expression begins.
_VALUE_ENDS = (")", "]", "}")
_BEFORE_VALUE = {"return", "typeof", "case", "in", "of", "await", "new", "delete", "void", "yield"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a script. Of a template literal `pieces` are its texts, between which its `values` stand as they are written."""

    kind: str  # "word", "mark", "string", "template", "number", "regex"
    text: str
    start: int
    end: int
    pieces: tuple[str, ...] = ()
    values: tuple[str, ...] = field(default=())

    @property
    def message(self) -> str:
        """What a literal says, with `{0}` and so on for its values."""
        first, *rest = self.pieces
        return first + "".join(f"{{{number}}}{piece}" for number, piece in enumerate(rest))


def _unescape(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        digits = found[2] or found[3] or found[4]
        if digits:
            return chr(int(digits, 16))
        return "" if found[1].endswith("\n") else _NAMED.get(found[1], found[1])

    return _ESCAPE.sub(one, text)


def tokens(text: str) -> list[Token]:
    """The tokens of a script; those within a template's values follow it. Raises ValueError where the script can't be read."""
    return list(_tokens(text, 0, len(text)))


def _tokens(text: str, at: int, end: int) -> Iterator[Token]:
    last: Token | None = None
    while at < end:
        space = _SPACE.match(text, at, end)
        if space:
            at = space.end()
            continue
        if text[at] == "`":
            last, inside = _template(text, at)
            yield last
            yield from inside
        else:
            last = _plain(text, at, end, last)
            yield last
        at = last.end


def _plain(text: str, at: int, end: int, last: Token | None) -> Token:
    divides = last is not None and (
        last.kind in ("string", "template", "number", "regex")
        or (last.kind == "word" and last.text not in _BEFORE_VALUE)
        or last.text in _VALUE_ENDS
    )
    for kind, pattern in (
        ("word", _WORD),
        ("number", _NUMBER),
        ("string", _STRING),
        *([] if divides else [("regex", _REGEX)]),
        ("mark", _MARK),
    ):
        found = pattern.match(text, at, end)
        if found:
            pieces = (_unescape(found[0][1:-1]),) if kind == "string" else ()
            return Token(kind, found[0], at, found.end(), pieces)
    raise ValueError(f"unreadable at {at}: {text[at : at + 40]!r}")


def _template(text: str, start: int) -> tuple[Token, list[Token]]:
    pieces: list[str] = []
    values: list[str] = []
    inside: list[Token] = []
    at = begun = start + 1
    while text[at] != "`":
        if text[at] == "\\":
            at += 2
        elif text.startswith("${", at):
            pieces.append(_unescape(text[begun:at]))
            close, within = _value(text, at + 2)
            values.append(text[at + 2 : close].strip())
            inside += within
            at = begun = close + 1
        else:
            at += 1
    pieces.append(_unescape(text[begun:at]))
    token = Token("template", text[start : at + 1], start, at + 1, tuple(pieces), tuple(values))
    return token, inside


def _value(text: str, at: int) -> tuple[int, list[Token]]:
    """Where a value that begins at `at` ends, and its tokens."""
    depth = 0
    found: list[Token] = []
    for token in _tokens(text, at, len(text)):
        if token.text == "}" and not depth:
            return token.start, found
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        found.append(token)
    raise ValueError(f"a template's value that begins at {at} has no end")

"""Writing values as YAML 1.1 text, in the habits of the file they go into."""

from __future__ import annotations

import base64
import datetime
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from yaml.reader import Reader

from . import texts
from .errors import EditRefused
from .parse import looks_like

# Longer or multi-line keys would need the "? key" form.
MAX_KEY = 1000

_PLAIN = re.compile(r"(?![-?:,\[\]{}#&*!|>'\"%@`\s]|---|\.\.\.)[^\x00-\x1f\x7f-\xa0]*(?<!\s)(?<!:)")
_PLAIN_DASH = re.compile(r"-[A-Za-z][^\x00-\x1f\x7f-\xa0]*(?<!\s)(?<!:)")
_NOT_PLAIN = re.compile(r":\s|\s#|[\u2028\u2029\ufeff]")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}?:]")
_NEEDS_ESCAPE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
_NOT_LITERAL = re.compile(
    "[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ESCAPES = {"\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_BOOLS = {word: pair for pair in (("yes", "no"), ("true", "false"), ("on", "off")) for word in pair}


@dataclass(frozen=True)
class Habit:
    """How a file is written. ``sequence`` is how far ``-`` stands right of its key."""

    indent: int = 2
    sequence: int = 2
    newline: str = "\n"
    quote: str = "'"
    bools: tuple[str, str] = ("yes", "no")
    literals: bool = True  # text of several lines as |, where it can be

    def plainer(self) -> Habit:
        """The habit with nothing that depends on the lines around a value."""
        return replace(self, literals=False)


@dataclass(frozen=True)
class Written:
    """A value as text: what stands beside its key or dash, and whole lines below."""

    inline: str
    lines: tuple[str, ...] = ()


_NESTED = re.compile(
    r"^( *)[^\s#\-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n( *)(-(?=[ \r\n])|[^\s#\-])", re.M
)
_BOOL = re.compile(r"[:\-] (yes|no|true|false|on|off)[ \t]*$", re.I | re.M)


def habit_of(text: str) -> Habit:
    """The habits that prevail in (the first part of) a text."""
    sample = text[:100_000]
    indents: Counter[int] = Counter()
    sequences: Counter[int] = Counter()
    for outer, inner, first in _NESTED.findall(sample):
        step = len(inner) - len(outer)
        if first == "-" and step >= 0:
            sequences[step] += 1
        elif first != "-" and step > 0:
            indents[step] += 1
    indent = indents.most_common(1)[0][0] if indents else 2
    sequence = sequences.most_common(1)[0][0] if sequences else indent
    newline = re.search("\r\n|[\n\r]", sample)
    bools = Counter(_BOOLS[word.lower()] for word in _BOOL.findall(sample))
    return Habit(
        indent=indent,
        sequence=sequence,
        newline=newline[0] if newline else "\n",
        quote='"'
        if len(re.findall(r'[:\-] "', sample)) > len(re.findall(r"[:\-] '", sample))
        else "'",
        bools=bools.most_common(1)[0][0] if bools else ("yes", "no"),
    )


def write_block(value: Any, column: int, habit: Habit) -> list[str]:
    """The lines of a mapping or sequence (not empty) whose entries stand at ``column``."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, below in value.items():
            lines += write_pair(key, below, column, habit)
    else:
        for item in value:
            lines += write_item(item, column, habit)
    return lines


def write_pair(key: Any, value: Any, column: int, habit: Habit) -> list[str]:
    """The lines of one mapping entry whose key stands at ``column``."""
    written = write_value(value, column, habit)
    inline = f" {written.inline}" if written.inline else ""
    return [f"{' ' * column}{write_key(key, habit)}:{inline}", *written.lines]


def write_item(item: Any, column: int, habit: Habit) -> list[str]:
    """The lines of one sequence entry whose dash stands at ``column``."""
    written = write_value(item, column, habit, item=True)
    return [f"{' ' * column}- {written.inline}", *written.lines]


def write_value(
    value: Any, column: int, habit: Habit, *, item: bool = False, style: str = ""
) -> Written:
    """A value to stand in block context under a key (or, with ``item``, a dash) at ``column``.

    ``style`` is the style of the scalar that it replaces, which is kept where it can be.
    """
    if isinstance(value, dict | list) and value:
        if item:
            first, *rest = write_block(value, column + 2, habit)
            return Written(first.lstrip(" "), tuple(rest))
        step = habit.indent if isinstance(value, dict) else habit.sequence
        return Written("", tuple(write_block(value, column + step, habit)))
    if isinstance(value, str) and habit.literals:
        step = 2 if item else habit.indent
        if ("\n" in value or style == "|") and _literal_fits(value):
            return _write_literal(value, column, step)
        if style == ">" and "\n" not in value and _literal_fits(value):
            return Written(">-", (" " * (column + step) + value,))
    return Written(write_flow(value, habit, style=style, block=True))


def _literal_fits(value: str) -> bool:
    """Whether ``|`` shows all of a text: nothing invisible at its end or the end of its lines."""
    if _NOT_LITERAL.search(value) or value.endswith("\n\n") or not value.strip():
        return False
    lines = value.removesuffix("\n").split("\n")
    return not any(line != line.rstrip() for line in lines)


def _write_literal(value: str, column: int, step: int) -> Written:
    body = value.removesuffix("\n")
    indicator = str(step) if body[:1] in (" ", "\n", "\t") else ""
    header = "|" + indicator + ("" if value.endswith("\n") else "-")
    pad = " " * (column + step)
    return Written(header, tuple(pad + line if line else "" for line in body.split("\n")))


def write_key(key: Any, habit: Habit, style: str = "") -> str:
    """A mapping key on one line. Raises EditRefused for what cannot be one."""
    if isinstance(key, dict | list | set | tuple):
        raise EditRefused(texts.NO_KEY)
    text = write_flow(key, habit, style=style)
    if len(text) > MAX_KEY:
        raise EditRefused(texts.LONG_KEY.format(count=MAX_KEY))
    return text


def write_flow(value: Any, habit: Habit, *, style: str = "", block: bool = False) -> str:
    """A value on one line, brackets for collections. ``block``: it stands in no brackets."""
    if isinstance(value, dict):
        pairs = (f"{write_key(k, habit)}: {write_flow(v, habit)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write_flow(item, habit) for item in value) + "]"
    if isinstance(value, set):
        keys = sorted(value, key=lambda key: (str(type(key)), str(key)))
        return "!!set {" + ", ".join(f"{write_key(key, habit)}: null" for key in keys) + "}"
    return write_scalar(value, habit, style, block)


def write_scalar(value: Any, habit: Habit, style: str = "", block: bool = False) -> str:
    """A scalar on one line. Raises EditRefused for types that YAML 1.1 has no scalar for."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return habit.bools[0 if value else 1]
    if isinstance(value, str):
        return _write_string(value, habit.quote, style, block)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _write_float(value)
    if isinstance(value, datetime.datetime):
        return _write_datetime(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f'!!binary "{base64.b64encode(value).decode()}"'
    raise EditRefused(texts.NOT_WRITTEN.format(type=type(value).__name__))


def _write_float(value: float) -> str:
    if value != value:
        return ".nan"
    text = repr(value)
    if text.endswith("inf"):
        return text.replace("inf", ".inf")
    # YAML 1.1 reads 1e+20 as a string; a float needs its point.
    return text.replace("e", ".0e", 1) if "e" in text and "." not in text else text


def _write_datetime(value: datetime.datetime) -> str:
    # Without a time PyYAML reads a date, so midnight is written out as well.
    offset = value.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        raise EditRefused(texts.ZONE_WITH_SECONDS)
    return value.isoformat(" ")


def _write_string(value: str, quote: str, style: str, block: bool) -> str:
    if re.search("[\ud800-\udfff]", value):
        raise EditRefused(texts.HALF_PAIR)
    if style not in ("'", '"') and _plain_fits(value, block):
        return value
    quote = style if style in ("'", '"') else quote
    if _NEEDS_ESCAPE.search(value) or (style == "" and quote == '"' and "\\" not in value):
        return _write_double(value)
    if quote == '"' and style == '"':
        return _write_double(value)
    return "'" + value.replace("'", "''") + "'"


def _write_double(value: str) -> str:
    return '"' + "".join(_escape(char) for char in value) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if not _NEEDS_ESCAPE.match(char) and not Reader.NON_PRINTABLE.match(char):
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


@lru_cache(maxsize=4096)
def _plain_fits(value: str, block: bool) -> bool:
    """Whether a text may stand without quotes and is still read as a text."""
    if not (_PLAIN.fullmatch(value) or _PLAIN_DASH.fullmatch(value)) or _NOT_PLAIN.search(value):
        return False
    if not value or (not block and _NOT_PLAIN_IN_FLOW.search(value)):
        return False
    if Reader.NON_PRINTABLE.search(value):
        return False
    return looks_like(value, True) == "tag:yaml.org,2002:str"

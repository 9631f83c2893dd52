"""Random YAML texts, as people write them, and random values."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

WORDS = st.sampled_from(
    [
        *("a", "yes", "no", "12:30", "0123", "1e3", "~", "null", "''", "x:y", "-", "#", "é", "雪"),
        *("🙂", "{?v?}", "<<", "", "=", "&", "*", "!", "%", "@", "`", "?", "2024-05-01", "0x1F"),
        *("two words", "tail ", " lead", "a: b", "a #b", "tab\tin", "it's", 'say "hi"', "c:\\d"),
        *("one\ntwo", "one\ntwo\n", "one\n\n  two\n", "\nlead", "end\n\n", "trail \nx", "\x85"),
    ]
)
NAMES = st.sampled_from(
    ["a", "b", "c", "d", "é", "two words", "a.b", "yes", "x:y", "#h", "<<", "1"]
)
SCALARS = st.one_of(
    WORDS,
    st.text(max_size=8),
    st.integers(-5, 10**12),
    st.booleans(),
    st.none(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(datetime.timezone(datetime.timedelta(hours=2)))),
    st.binary(max_size=6),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(NAMES, st.integers(0, 3), st.booleans()), inner, max_size=3),
        st.sets(NAMES, max_size=2),
    ),
    max_leaves=5,
)


class Text:
    """Writes a random YAML text by hand, in a random style at every node."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.anchors: list[str] = []
        self.mappings: list[str] = []
        self.step = draw(st.integers(1, 4))
        self.dash = draw(st.integers(0, 2))

    def pick(self, *choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def remark(self) -> str:
        return self.pick("", "", "", " # remark", "\t# tab", "  ", " #")

    def between(self, column: int) -> list[str]:
        return self.pick(
            [], [], [], [""], [" " * column + "# above"], ["", " " * column + "# above"],
            ["# far left"], [" " * (column + 3) + "# deep", ""],
        )  # fmt: skip

    def anchor(self, kind: str = "") -> str:
        if self.draw(st.integers(0, 7)):
            return ""
        name = f"n{len(self.anchors)}"
        self.anchors.append(name)
        if kind:
            self.mappings.append(name)
        return f"&{name} "

    def scalar(self, column: int) -> list[str]:
        """The text beside a key, and lines below it that are deeper than ``column``."""
        pad = " " * (column + self.pick(1, 2, 4))
        if self.anchors and not self.draw(st.integers(0, 6)):
            return ["*" + self.pick(*self.anchors) + self.pick("", " # alias")]
        kind = self.draw(st.integers(0, 9))
        mark = self.anchor()
        if kind == 0:
            return [
                mark + "|" + self.pick("", "-", "+"),
                pad + "one",
                "",
                pad + "  two # no comment",
            ]
        if kind == 1:
            return [mark + ">" + self.pick("", "-", "+"), pad + "folded", pad + "text: x"]
        if kind == 2:
            return [mark + f"|{len(pad) - column}", pad + "  lead", pad + "x"]
        if kind == 3:
            return [mark + '"double \\', pad + '  quoted"' + self.remark()]
        if kind == 4:
            return [mark + "plain text", pad + "on two lines" + self.remark()]
        if kind == 5:
            return [(mark + self.flow(2)).rstrip() + self.remark()]
        words = (
            "word",
            "yes",
            "12:30",
            "'it''s'",
            '"q\\n"',
            "1.5",
            "~",
            "",
            "2024-05-01",
            "0x1F",
            "a#b",
        )
        return [(mark + self.pick(*words)) + self.remark()]

    def flow(self, depth: int) -> str:
        words = ("a", "1", "'q'", '"d"', "yes", "two words")
        inner = [
            self.flow(depth - 1) if depth else self.pick(*words)
            for _ in range(self.pick(0, 1, 2, 3))
        ]
        gap = self.pick(", ", ",", " , ")
        if self.pick(True, False):
            return "[" + gap.join(inner) + "]"
        return "{" + gap.join(f"k{at}: {item}" for at, item in enumerate(inner)) + "}"

    def node(self, column: int, depth: int, item: bool) -> list[str]:
        kind = self.draw(st.integers(0, 3)) if depth else 0
        if kind == 0 or (kind == 1 and item):
            return self.scalar(column)
        if kind == 1:
            lines = self.sequence(column + self.dash, depth - 1)
            return [self.anchor().rstrip() + self.remark(), *lines]
        if item and self.pick(True, False):
            first, *rest = self.mapping(column + 2, depth - 1, compact=True)
            return [first.lstrip(" "), *rest]
        beside = self.anchor("mapping").rstrip() + self.remark()
        return [beside, *self.mapping(column + self.step, depth - 1)]

    def mapping(self, column: int, depth: int, compact: bool = False) -> list[str]:
        lines: list[str] = []
        names = self.draw(st.lists(NAMES, min_size=1, max_size=4, unique=not compact))
        if self.mappings and not self.draw(st.integers(0, 2)):
            names.insert(self.pick(0, len(names)), "merge")
        for at, name in enumerate(names):
            if at or not compact:
                lines += self.between(column)
            pad = " " * column
            if name == "merge":
                lines.append(f"{pad}<<: *{self.pick(*self.mappings)}")
                continue
            key = name if name in "abcdé" or name in ("two words", "yes", "1") else f'"{name}"'
            first, *rest = self.node(column, depth, item=False)
            if not self.draw(st.integers(0, 15)):
                lines.append(f"{pad}? {key}")
                key = ""
            lines += [f"{pad}{key}: {first}" if first else f"{pad}{key}:", *rest]
        return lines

    def sequence(self, column: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.pick(1, 2, 3)):
            first, *rest = self.node(column, depth, item=True)
            lines += [*self.between(column), f"{' ' * column}- {first}", *rest]
        return lines


@st.composite
def texts(draw: Any) -> str:
    writer = Text(draw)
    lines = writer.mapping(0, 3) if draw(st.integers(0, 4)) else writer.sequence(0, 2)
    lines = draw(st.sampled_from([[], ["---"], ["# top", ""]])) + lines
    lines += draw(st.sampled_from([[], [""], ["..."], ["# bottom"]]))
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = newline.join(lines) + draw(st.sampled_from(["", newline]))
    return draw(st.sampled_from(["", "", "\ufeff"])) + text

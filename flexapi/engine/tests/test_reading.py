"""libyaml reads in FlexGet's place only where both read the same."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flexapi.engine import reading
from flexapi.testing.examples import examples

# What libyaml reads in another way than FlexGet, or reads and FlexGet refuses.
DIFFERENT = {
    "a tab before a value": "a:\tb\n",
    "a tab after a value": "a: b\t\n",
    "a tab before a comment": "a: b\t# c\n",
    "a tab after an anchor": "a: &x \t'b'\n",
    "a question mark in brackets": "a: {? x ?}\n",
    "a question mark in a list": "a: [b?, c]\n",
    "a question mark behind an apostrophe": "a: [don't, what?, can't]\n",
    "a header with more": "a: |#\n  b\n",
    "a tag of no name": "a: !\n",
    "a tag before a comma": "a: [!!str, b]\n",
    "a mark inside": "a: b\n\ufeffc: d\n",
}
# What FlexGet reads and libyaml refuses.
REFUSED = {
    "a colon before a bracket": "a: {b:}\n",
    "half of a character": 'a: "\\ud800"\n',
    "a tab that starts a text": "a: |\n  \tb\n",
    "a later version": "%YAML 1.3\n---\na: b\n",
}
# What looks like one of these and is read alike.
ALIKE = {
    "a tab in quotes": "a: 'b\tc'\nd: \"e\tf\"\n",
    "a tab in a comment": "a: b # c\td\n\t\n# e\tf\n".replace("\t\n", "\n"),
    "a tab in a text of lines": "a: |\n  b\tc\n",
    "questions outside of brackets": "a: http://x.test/?b=c\nd: e?\n",
    "questions in quotes": "a: {url: '{? x ?}', b: \"c?\"}\n",
    "colons in brackets": "a: {b: {c: [http://x.test/]}}\n",
    "headers": "a: |\n  b\nc: >- # d\n  e\nf: |2+\n   g\n",
    "tags": "a: !!str 1\nb: !!set {c}\n",
    "a path of Windows": "a: C:\\Users\\me\n",
}


def read(text: str, loader: Any) -> Any:
    """What a loader makes of a text; the type of the error where it refuses it."""
    try:
        return yaml.load(text, loader)
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        return type(error).__name__


def told_apart(value: Any) -> str:
    """A text that is the same for the same data: 1 is not True, and nan is nan."""
    return repr(value)


@pytest.mark.parametrize("text", [*DIFFERENT.values(), *REFUSED.values()])
def test_what_differs_is_read_as_flexget_does(text: str) -> None:
    assert told_apart(read(text, yaml.SafeLoader)) != told_apart(read(text, reading.QuickLoader))
    try:
        loaded = reading.load(text)
    except yaml.YAMLError as error:
        loaded = type(error).__name__
    assert told_apart(loaded) == told_apart(read(text, yaml.SafeLoader))


@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_what_looks_alike_is_read_quickly(text: str) -> None:
    assert not reading.doubtful(text)
    assert told_apart(reading.load(text)) == told_apart(read(text, yaml.SafeLoader))


PIECES = st.sampled_from(
    [
        *"ab1-?:,[]{}\t\n &*!|>'\"#%@`=~.\\\r\x85\u2028\ufeff",
        *(": ", "- ", "\n- ", "\n  ", "\n    ", "? ", "a: ", "\nb: ", ", ", " # ", "<<: ", "&x ", "*x"),
        *("|-", ">+", "|2", "{? ", " ?}", "!!str ", "\\ud800", "\\n", "---", "...", "%YAML 1.2\n", "\r\n"),
        *("http://x.test/?a=b", "'a: ?'", '"[b?"', "é", "😀", "\n\n", "key: value\n", "list:\n  - item\n"),
    ]
)  # fmt: skip


@settings(max_examples=examples(1500), deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=14).map("".join))
def test_nothing_else_differs(text: str) -> None:
    try:
        doubtful = reading.doubtful(text)
    except (yaml.YAMLError, UnicodeEncodeError):
        return
    if not doubtful:
        quick, slow = read(text, reading.QuickLoader), read(text, yaml.SafeLoader)
        assert told_apart(quick) == told_apart(slow)

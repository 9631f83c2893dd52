"""A new order is a move of text: comments and style travel with what they belong to."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flexapi.mirror.document import Document, same
from flexapi.testing.examples import examples

CASES: dict[str, tuple[str, Any, str]] = {
    "comments beside": (
        "- A # a\n- B # b\n- C\n", ["C", "A", "B"], "- C\n- A # a\n- B # b\n",
    ),
    "comments above": (
        "- A\n# of b\n- B\n# of c\n- C\n", ["B", "C", "A"], "# of b\n- B\n# of c\n- C\n- A\n",
    ),
    "an item that changes as well": (
        "- A: {q: 1} # a\n# of b\n- B:\n    q: 2 # two\n", [{"B": {"q": 3}}, {"A": {"q": 1}}],
        "# of b\n- B:\n    q: 3 # two\n- A: {q: 1} # a\n",
    ),
    "an item that gets settings": (
        "- A # a\n- B # b\n", [{"B": {"q": 1}}, "A"], "- B: # b\n    q: 1\n- A # a\n",
    ),
    "one goes, one comes": (
        "- A # a\n- B # b\n- C # c\n", ["C", "D", "A"], "- C # c\n- D\n- A # a\n",
    ),
    "twins": ("- A # 1\n- A # 2\n- B # b\n", ["B", "A", "A"], "- B # b\n- A # 1\n- A # 2\n"),
    "a heading stays": (
        "# Drama\n- A\n- B # b\n\n# Comedy\n- C\n- D\n", ["B", "A", "D", "C"],
        "# Drama\n- B # b\n- A\n\n# Comedy\n- D\n- C\n",
    ),
    "blank lines between all": (
        "- A # a\n\n- B\n\n# of c\n- C\n", ["C", "A", "B"], "# of c\n- C\n\n- A # a\n\n- B\n",
    ),
    "no final line break": ("- A\n- B # b", ["B", "A"], "- B # b\n- A\n"),
    "CRLF": ("- A # a\r\n- B # b\r\n", ["B", "A"], "- B # b\r\n- A # a\r\n"),
    "beside a dash": ("- - A # a\n  - B # b\n", [["B", "A"]], "- - B # b\n  - A # a\n"),
    "texts of lines": (
        "- |\n  one\n  # text\n- >\n  two\n", ["two\n", "one\n# text\n"],
        "- >\n  two\n- |\n  one\n  # text\n",
    ),
    "brackets": ("[A, 'B',  C] # x\n", ["B", "C", "A"], "['B', C,  A] # x\n"),
    "brackets over lines": (
        "[\n  A,  # a\n  # of b\n  'B',\n  C  # c\n]\n", ["C", "B", "A"],
        "[\n  C,  # c\n  # of b\n  'B',\n  A  # a\n]\n",
    ),
    "brackets with a last comma": (
        "[\n  {a: 1},  # a\n  b,  # b\n]\n", ["b", {"a": 1}], "[\n  b,  # b\n  {a: 1},  # a\n]\n",
    ),
    "quotes and numbers": ("- '1' # text\n- 1 # number\n", [1, "1"], "- 1 # number\n- '1' # text\n"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value", "new"), CASES.values(), ids=CASES)
def test_a_list_in_another_order(text: str, value: list[Any], new: str) -> None:
    assert Document(text).set((), value).text == new
    inside = "a:\n" + "".join(f"  {line}" for line in text.splitlines(keepends=True)) + (
        "" if text.endswith("\n") else "\n"
    )  # fmt: skip
    assert same(Document(inside).set(("a",), value).get(("a",)), value)


@pytest.mark.parametrize(
    ("text", "path", "position", "new"),
    [
        ("- a: 1 # a\n  # of b\n  b: 2\n  c: 3\n", (0, "a"), 2, "- # of b\n  b: 2\n  c: 3\n  a: 1 # a\n"),
        ("a: 1\n# of b\nb:\n  # in b\n  x: 1\nc: 3\n", ("b",), 2, "a: 1\nc: 3\n# of b\nb:\n  # in b\n  x: 1\n"),
        ("{\n  a: 1, # a\n  b: 2\n}\n", ("b",), 0, "{\n  b: 2,\n  a: 1 # a\n}\n"),
    ],
)  # fmt: skip
def test_an_entry_of_a_mapping(text: str, path: Any, position: int, new: str) -> None:
    assert Document(text).move(path, position).text == new


def test_an_alias_is_not_moved_before_its_anchor() -> None:
    text = "a:\n  - &x {b: 1} # x\n  - *x\n  - c # c\n"
    assert Document(text).set(("a",), ["c", {"b": 1}, {"b": 1}]).text == (
        "a:\n  - c # c\n  - &x {b: 1} # x\n  - *x\n"
    )


ITEMS = st.lists(st.integers(0, 9), min_size=2, max_size=9, unique=True)
FORMS = st.sampled_from(["- i{0} # b{0}\n", "- i{0}: # b{0}\n    k: {0} # k{0}\n", "- - i{0} # b{0}\n  - x\n"])  # fmt: skip


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_every_comment_stays_with_its_item(data: st.DataObject) -> None:
    """Each item has a comment beside it, and some the only one above them."""
    items = data.draw(ITEMS)
    pad = data.draw(st.sampled_from(["", "  "]))
    gap = data.draw(st.sampled_from(["", "\n"]))
    pieces = {}
    for item in items:
        above = f"# above {item}\n" if data.draw(st.booleans()) else ""
        pieces[item] = above + data.draw(FORMS).format(item)
    body = gap.join(pieces[item] for item in items)
    text = "a:\n" + "".join(pad + line for line in body.splitlines(keepends=True)) + "z: 1\n"
    document = Document(text)
    order = data.draw(st.permutations(range(len(items))))
    old = document.get(("a",))

    new = document.set(("a",), [old[index] for index in order])

    assert same(new.data, {"a": [old[index] for index in order], "z": 1})
    assert sorted(new.text.splitlines()) == sorted(text.splitlines())
    shown = [line.strip() for line in new.text.splitlines()]
    for item in items:
        lines = [line.strip() for line in pieces[item].splitlines() if not line.startswith("#")]
        at = shown.index(lines[0])
        assert shown[at : at + len(lines)] == lines

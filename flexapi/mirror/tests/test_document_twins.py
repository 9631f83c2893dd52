"""Keys that stand twice: FlexGet reads the last, and the others are told of."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flexapi.mirror.document import Document, EditRefused, PathNotFound
from flexapi.testing.examples import examples

TWO_SECTIONS = "tasks:\n  a: {rss: x}\n  b: {rss: y}\nschedules: no\ntasks:\n  c: {rss: z}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\n", []),
        ("a: 1\nb: 2\na: 3\n", [(("a",), (1, 3))]),
        (TWO_SECTIONS, [(("tasks",), (1, 5))]),
        ("t:\n  if: 1\n  x: 2\n  if: 3\n  'if': 4\n", [(("t", "if"), (2, 4, 5))]),
        ("l:\n  - {a: 1, a: 2}\n", [(("l", 0, "a"), (2, 2))]),
        ("a: 1\n'a': {b: 1,\n b: 2}\n", [(("a",), (1, 2)), (("a", "b"), (2, 3))]),
        ("1: a\n'1': b\n", []),
        ("yes: a\ntrue: b\n", [((True,), (1, 2))]),
        ("x: &x {a: 1}\ny: {<<: *x, a: 2}\n", []),
        ("# nothing\n", []),
    ],
)
def test_they_are_found(text: str, expected: Any) -> None:
    assert [(found.path, found.lines) for found in Document(text).twins] == expected


def test_they_say_what_to_do() -> None:
    assert str(Document("a: 1\nb: 2\na: 3\n").twins[0]) == (
        "a stands twice: FlexGet reads line 3 and ignores line 1. Join them, or delete or rename one"
    )


class TestIgnored:
    def test_what_stands_only_in_an_ignored_one_is_refused_with_both_lines(self) -> None:
        document = Document(TWO_SECTIONS)
        for edit in (
            lambda: document.get(("tasks", "a")),
            lambda: document.set(("tasks", "a", "rss"), "w"),
            lambda: document.delete(("tasks", "a")),
            lambda: document.rename(("tasks", "a"), "d"),
        ):
            with pytest.raises(EditRefused, match="reads line 5 and ignores line 1") as caught:
                edit()
            assert caught.value.line == 1
        with pytest.raises(PathNotFound):
            document.get(("tasks", "d"))

    def test_what_flexget_reads_is_edited(self) -> None:
        document = Document(TWO_SECTIONS).set(("tasks", "c", "rss"), "w")
        assert document.text == TWO_SECTIONS.replace("z", "w")

    def test_deleting_one_of_two_says_that_both_went(self) -> None:
        for text in ("a: 1\nb: 2\na: 3\n", "x:\n  y:\n    a: 1\n    b: 2\n    a: 3\nz: 1\n"):
            document = Document(text)
            path = ("a",) if "x" not in text else ("x", "y", "a")
            new = document.delete(path)
            lines = document.twins[0].lines
            assert new.notes[0].endswith(
                f"stood in lines {lines[0]}, {lines[1]}; each of them was deleted."
            )


KEYS = st.sampled_from(["a", "b", "'a'", '"b"', "1", "'1'", "yes", "true", "c"])


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(KEYS, st.booleans()), min_size=1, max_size=6))
def test_only_where_the_data_has_fewer_keys(keys: list[tuple[str, bool]]) -> None:
    text = "".join(f"{key}: {'{x: 1}' if deep else 1}\n" for key, deep in keys)
    document = Document(text)
    lost = sum(len(found.lines) - 1 for found in document.twins)
    assert len(document.data) == len(keys) - lost

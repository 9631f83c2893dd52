"""Values that are shared: what an edit did to them is said, and so is why one can't be done."""

from typing import Any

import pytest

from flexapi.mirror.document import Document, EditRefused

BASE = "b: &b\n  a: 1\n  c: 2\nd: &d\n  e: 5\n  f: 6\n"


class TestMerges:
    @pytest.mark.parametrize(
        ("text", "path", "new"),
        [
            ("t:\n  <<: *b\n  x: 3\n", ("t", "a"), "t:\n  c: 2\n  x: 3\n"),
            ("t:\n  <<: [*b, *d]\n  x: 3\n", ("t", "a"), "t:\n  c: 2\n  e: 5\n  f: 6\n  x: 3\n"),
            (
                "t:\n  <<: *b\n  x: 3\n  <<: *d\n",
                ("t", "a"),
                "t:\n  c: 2\n  e: 5\n  f: 6\n  x: 3\n",
            ),
            (
                "t:\n  <<: *b\n  x: 3\n  <<: *d\n",
                ("t", "e"),
                "t:\n  f: 6\n  <<: *b\n  x: 3\n",
            ),
            ("t: {<<: *b, x: 3}\n", ("t", "a"), "t: {c: 2, x: 3}\n"),
            ("t:\n  - <<: *b\n    x: 1\n", ("t", 0, "a"), "t:\n  - c: 2\n    x: 1\n"),
            ("t:\n  <<: *b\n  # own\n  a: 7\n", ("t", "a"), "t:\n  c: 2\n"),
        ],
    )
    def test_a_merged_key_can_be_deleted(self, text: str, path: Any, new: str) -> None:
        document = Document(BASE + text).delete(path)
        assert document.text == BASE + new
        assert "is gone: what else it brought in" in document.notes[0]

    def test_the_note_names_lines(self) -> None:
        document = Document(BASE + "t:\n  <<: *b\n  x: 3\n").delete(("t", "a"))
        assert document.notes == (
            "The `<<` in line 8 is gone: what else it brought in stands in t now, and later changes"
            " of &b (line 1) no longer reach it.",
        )

    def test_a_merged_key_that_gets_a_value_of_its_own(self) -> None:
        document = Document(BASE + "t:\n  <<: *b\n  x: 3\n").set(("t", "a"), 7)
        assert document.notes == (
            "t.a came from &b (line 1) by the `<<` in line 8. It has a value of its own here now.",
        )

    def test_deleting_in_an_anchor_that_others_use_says_what_would_do_it(self) -> None:
        text = BASE + "t: &t\n  <<: *b\n  x: 3\nu: *t\n"
        with pytest.raises(EditRefused, match="shared as &t with line 10") as caught:
            Document(text).delete(("t", "a"))
        assert "first write out what the alias in line 10 stands for" in str(caught.value)
        assert caught.value.line == 7


class TestAliases:
    def test_an_edit_through_an_alias_says_that_it_made_a_copy(self) -> None:
        document = Document("b: &b\n  a: 1\nt: *b\n").set(("t", "a"), 2)
        assert document.text == "b: &b\n  a: 1\nt:\n  a: 2\n"
        assert document.notes == (
            "t was the alias *b (line 3). It is a copy now, with this edit; later changes of &b"
            " (line 1) no longer reach it.",
        )

    def test_several_edits_say_it_once(self) -> None:
        document = Document("b: &b {a: 1, c: 2}\nt: *b\n").set(("t",), {"a": 2, "c": 3})
        assert len(document.notes) == 1

    def test_nothing_is_said_where_nothing_was_shared(self) -> None:
        text = "b: &b\n  a: 1\nt: *b\nu:\n  c: 1\n"
        document = Document(text)
        assert document.set(("u", "c"), 2).notes == ()
        assert document.delete(("t",)).notes == ()
        assert document.set(("b",), {"a": 2}, shared=True).text == text.replace("a: 1", "a: 2")

    def test_notes_add_up_and_are_left_behind(self) -> None:
        document = Document("b: &b\n  a: 1\nt: *b\nu: *b\n").set(("t", "a"), 2)
        document = document.set(("u", "a"), 3)
        assert len(document.notes) == 2
        assert document.settled().notes == ()
        assert document.settled().text == document.text


class TestKinds:
    @pytest.mark.parametrize("value", ["[a]", "text", "5", "\n  - a"])
    def test_another_kind_is_refused_with_its_line(self, value: str) -> None:
        with pytest.raises(EditRefused, match=r"tasks is .* where a mapping is needed") as caught:
            Document(f"a: 1\ntasks: {value}\n").require(("tasks",), dict)
        assert caught.value.line == 2

    @pytest.mark.parametrize("text", ["a: 1\n", "tasks:\n", "tasks: {a: b}\n", ""])
    def test_what_fits_is_not(self, text: str) -> None:
        Document(text).require(("tasks",), dict)

"""The lossless document, case by case."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from flexapi.mirror.document import (
    Document,
    DocumentError,
    EditRefused,
    KeyTaken,
    PathNotFound,
    from_json,
    same,
    to_json,
)

CONFIG = """\
# My config
tasks:
  # the good one
  tv:   # daily
    rss: 'http://a.test/x'   # feed
    series:
    - Show A
    - Show B:
        quality: 720p
    priority: 1
    # disable: yes

  # stays

  movies: {rss: b, quality: [720p, 1080p]} # flow
schedules: no
"""


class TestSet:
    def put(self, text: str, path: tuple[Any, ...], value: Any) -> str:
        return Document(text).set(path, value).text

    @pytest.mark.parametrize(
        ("path", "value", "old", "new"),
        [
            (("tasks", "tv", "priority"), 2, "priority: 1", "priority: 2"),
            (("tasks", "tv", "rss"), "c", "'http://a.test/x'   # feed", "'c'   # feed"),
            (("tasks", "tv", "series", 0), "yes", "- Show A", "- 'yes'"),
            (("tasks", "tv", "series", 1, "Show B", "quality"), 1080, "720p\n    p", "1080\n    p"),
            (("tasks", "movies", "quality", 0), "hdtv", "[720p,", "[hdtv,"),
            (("tasks", "movies", "quality"), ["1080p"], "[720p, 1080p]", "[1080p]"),
            (("schedules",), True, "no\n", "yes\n"),
            (("schedules",), [{"tasks": "*"}], "schedules: no", "schedules:\n- tasks: '*'"),
            (("tasks", "tv", "series"), "one", "series:\n    - Show A\n    - Show B:\n"
             "        quality: 720p\n", "series: one\n"),
        ],
    )  # fmt: skip
    def test_changes_nothing_but_the_value(self, path: Any, value: Any, old: str, new: str) -> None:
        assert CONFIG.count(old) == 1
        assert self.put(CONFIG, path, value) == CONFIG.replace(old, new)

    def test_nested_differences_are_edited_where_they_are(self) -> None:
        tv = {**Document(CONFIG).data["tasks"]["tv"], "priority": 5}
        tv["series"] = ["Show A", {"Show B": {"quality": "720p"}}, "Show C"]
        assert self.put(CONFIG, ("tasks", "tv"), tv) == CONFIG.replace(
            "priority: 1", "priority: 5"
        ).replace("720p\n", "720p\n    - Show C\n", 1)

    def test_order_of_known_keys_is_the_files(self) -> None:
        data = Document(CONFIG).data
        assert self.put(CONFIG, (), dict(reversed(data.items()))) == CONFIG

    @pytest.mark.parametrize(
        ("text", "value", "new"),
        [
            ("a: 1  # c\n", {"b": 2}, "a:  # c\n  b: 2\n"),
            ("a: 1", "x\ny\n", 'a: "x\\ny\\n"'),
            ("a: 1\nb: 2\n", "x\ny\n", "a: |\n  x\n  y\nb: 2\n"),
            ("a: 1\r\nb: 2\r\n", ["x"], "a:\r\n  - x\r\nb: 2\r\n"),
            ("a: |\n  x\n  y\nb: 1\n", "z\n", "a: |\n  z\nb: 1\n"),
            ("a: |2-  # c\n    x\n", "  z", "a: |2-  # c\n    z\n"),
            ("a: >-\n  x\n  y\n", "z", "a: >-\n  z\n"),
            ("a:\n", "x", "a: x\n"),
            ("a: # c\n", "x", "a: x # c\n"),
            ("a:\n  # c\n  b: 1\n", "x", "a: x\n"),
            ("a:\n  b  # c\n", "x", "a:\n  x  # c\n"),
            ("a: b\n  c\n  d # e\n", "x", "a: x # e\n"),
            ("a: !!str 5\n", 5, "a: 5\n"),
            ("a: &n 5\n", 6, "a: &n 6\n"),
            ('a: "b"\n', "c", 'a: "c"\n'),
            ("a: [1, # c\n  2]\n", [1, 3], "a: [1, # c\n  3]\n"),
            ("? a\n: 1\n", 2, "? a\n: 2\n"),
            ("a: True\n", False, "a: false\n"),
            ("\ufeffa: 1\nb: 2\n", 3, "\ufeffa: 3\nb: 2\n"),
            ("--- # top\na: 1\n...\n", 3, "--- # top\na: 3\n...\n"),
            ("{a: 1}\n", [2], "{a: [2]}\n"),
            ("a: 1\n", {}, "a: {}\n"),
            ("a: 1\na: 2\n", 3, "a: 1\na: 3\n"),
        ],
    )
    def test_one_value(self, text: str, value: Any, new: str) -> None:
        assert self.put(text, ("a",), value) == new

    @pytest.mark.parametrize(
        "value",
        ["yes", "12:30", "0123", "1e3", "1.0e+3", "0x1F", "~", "", "null", "2024-05-01", "- a", "a: b",
         "a #b", "{{ x }}", "{?x?}", "*a", "&a", "!a", "%a", "@a", "`a", "'a", '"a', "a:", " a", "a ",
         "<<", "=", "\t", "a\tb", "\x07", "\x85", "\u2028", "\ufeff", "🙂", "-", "?", ":", "---", "|",
         "x" * 5000, "a\n\n b\n", "\n a\n", " a\nb", "a \nb", "\n", "a\r\nb", 1, 1.0, -0.0, 1e300, 1e20,
         float("inf"), True, None, datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1),
         datetime.datetime(2024, 5, 1, 1, 2, 3, 4, datetime.UTC), b"\x00\xff", {1, "a"}, [[], {}, [[1]]],
         {1: "a", "1": "b", True and 2.5: {None: []}}],
    )  # fmt: skip
    def test_any_value_is_read_back_the_same(self, value: Any) -> None:
        for text in (
            "a: 1\nb: 2\n",
            "a:\n- - 1\nb: 2\n",
            "a: {c: 1}\nb: 2\n",
            "a:\r\n  c: 1\r\nb: 2",
        ):
            document = Document(text).set(("a",), value)
            assert same(Document(document.text).data, {"a": value, "b": 2})
            document.check()

    def test_new_keys_follow_the_one_before_them(self) -> None:
        assert self.put("a: 1\nc: 3\n", (), {"a": 1, "b": 2, "c": 3}) == "a: 1\nb: 2\nc: 3\n"

    def test_a_missing_parent_is_an_error(self) -> None:
        with pytest.raises(PathNotFound, match=r"nothing at x"):
            Document("a: 1\n").set(("x", "y"), 1)

    @pytest.mark.parametrize("value", [object(), (1,), {(1, 2): 3}, "\ud800", ["\udfff"]])
    def test_what_yaml_cannot_hold_is_refused(self, value: Any) -> None:
        with pytest.raises(EditRefused):
            Document("a: 1\n").set(("a",), value)


class TestAdd:
    def test_a_task_goes_behind_the_last_in_the_style_of_the_file(self) -> None:
        text = "tasks:\n    a:\n        rss: x\n        # off: 1\n\n    # note\n    b:\n        c: 1\n\n# end\n"
        new = Document(text).add(("tasks", "d e"), {"rss": "y", "series": ["f"]}).text
        added = "\n    d e:\n        rss: y\n        series:\n            - f\n"
        assert new == text.replace("c: 1\n", "c: 1\n" + added)

    def test_to_the_front_and_behind_a_key(self) -> None:
        document = Document("# top\n\n# of a\na: 1\nb: 2\n")
        assert document.add(("c",), 3, after=None).text == "# top\n\nc: 3\n# of a\na: 1\nb: 2\n"
        assert document.add(("c",), 3, after="a").text == "# top\n\n# of a\na: 1\nc: 3\nb: 2\n"

    @pytest.mark.parametrize(
        "text", ["", "# only\n", "---\n", "# only", "{}\n", "null\n", "\ufeff"]
    )
    def test_to_an_empty_file(self, text: str) -> None:
        new = Document(text).add(("a",), {"b": 1})
        assert Document(new.text).data == {"a": {"b": 1}}
        assert ("# only" in new.text) == ("# only" in text)

    @pytest.mark.parametrize("value", ["", " {}", " # c", " null"])
    def test_to_an_empty_section(self, value: str) -> None:
        new = Document(f"tasks:{value}\nb: 1\n").add(("tasks", "a"), {"c": 1})
        assert same(Document(new.text).data, {"tasks": {"a": {"c": 1}}, "b": 1})
        assert "  a:\n    c: 1\nb: 1\n" in new.text

    def test_to_sequences(self) -> None:
        assert Document("a:\n- 1\n- 2\n").add(("a", 1), "x").text == "a:\n- 1\n- x\n- 2\n"
        assert Document("a: [1]\n").add(("a", 0), "x").text == "a: [x, 1]\n"
        assert Document("- a: 1\n").add((0, "b"), [2]).text == "- a: 1\n  b:\n    - 2\n"
        multi = "a: [\n  1, # one\n  2 # two\n]\n"
        assert Document(multi).add(("a", 2), 3).text == "a: [\n  1, # one\n  2, # two\n  3\n]\n"

    def test_a_file_without_a_final_newline_stays_without(self) -> None:
        assert Document("a:\n  b: 1").add(("a", "c"), 2).text == "a:\n  b: 1\n  c: 2"

    def test_so_does_one_whose_last_lines_are_replaced(self) -> None:
        assert Document("a: 1\nb:\n  c: 1").set(("b",), ["x"]).text == "a: 1\nb:\n  - x"

    def test_a_taken_key_is_an_error(self) -> None:
        with pytest.raises(KeyTaken):
            Document(CONFIG).add(("tasks", "tv"), {})


class TestDelete:
    def test_the_comments_of_an_entry_go_with_it_and_others_stay(self) -> None:
        new = Document(CONFIG).delete(("tasks", "tv")).text
        start, end = CONFIG.index("  # the good"), CONFIG.index("\n  # stays")
        assert new == CONFIG[:start] + CONFIG[end:]

    @pytest.mark.parametrize(
        ("text", "path", "new"),
        [
            ("a: 1\nb: 2", ("b",), "a: 1\n"),
            ("a:\n  # c\n  b: 1\nd: 2\n", ("a", "b"), "a: {}\nd: 2\n"),
            ("- a: 1\n  b: 2\n", (0, "a"), "- b: 2\n"),
            ("- a: 1\n  # c\n  b: 2\n", (0, "a"), "- \n  # c\n  b: 2\n"),
            ("a: [1, 2, 3]\n", ("a", 1), "a: [1, 3]\n"),
            ("a: [1, 2, 3]\n", ("a", 2), "a: [1, 2]\n"),
            ("a: [1]\n", ("a", 0), "a: []\n"),
            ("a: {b: 1, c, d: 2}\n", ("a", "c"), "a: {b: 1, d: 2}\n"),
            ("a: 1\nb: 2\na: 3\n", ("a",), "b: 2\n"),
            ("a: |+\n  x\n\n\nb: 2\n", ("a",), "b: 2\n"),
            ("a: |\n  x\n  # text\n# c\nb: 2\n", ("b",), "a: |\n  x\n  # text\n"),
            ("? a\n: 1\nb: 2\n", ("a",), "b: 2\n"),
            ("a:\n  b: |+\n    x\n  c: 1\n\nd: 2\n", ("a", "c"), "a:\n  b: |+\n    x\nd: 2\n"),
            ("a: 1\n", ("a",), "{}\n"),
        ],
    )
    def test_one_entry(self, text: str, path: Any, new: str) -> None:
        assert Document(text).delete(path).text == new


class TestRenameAndMove:
    def test_a_renamed_key_keeps_place_quotes_and_comments(self) -> None:
        document = Document(CONFIG).rename(("tasks", "tv"), "t: v")
        assert document.text == CONFIG.replace("  tv:", "  't: v':")
        assert Document("'a' : 1\n").rename(("a",), "b").text == "'b' : 1\n"
        assert Document("a: 1\na: 2\n").rename(("a",), "b").text == "b: 1\nb: 2\n"

    def test_a_taken_or_impossible_name_is_refused(self) -> None:
        with pytest.raises(KeyTaken):
            Document(CONFIG).rename(("tasks", "tv"), "movies")
        with pytest.raises(EditRefused):
            Document(CONFIG).rename(("tasks", "tv", "series", 0), "x")

    @pytest.mark.parametrize(
        ("text", "path", "position", "new"),
        [
            ("# A\na: 1\n\n# B\nb: 2\n", ("b",), 0, "# B\nb: 2\n\n# A\na: 1\n"),
            ("# A\na: 1\n\n# B\nb: 2\n", ("a",), 1, "# B\nb: 2\n\n# A\na: 1\n"),
            ("a: 1\nb: 2\nc: 3", ("c",), 0, "c: 3\na: 1\nb: 2\n"),
            ("a: 1\nb: 2\nc: 3", ("a",), 2, "b: 2\nc: 3\na: 1"),
            ("- 1 # x\n- 2\n- 3\n", (2,), 1, "- 1 # x\n- 3\n- 2\n"),
            ("a: [1, 2,  3]\n", ("a", 2), 0, "a: [3, 1,  2]\n"),
            ("a: 1\nb: 2\n", ("b",), 1, "a: 1\nb: 2\n"),
        ],
    )
    def test_moving(self, text: str, path: Any, position: int, new: str) -> None:
        assert Document(text).move(path, position).text == new

    def test_a_position_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(PathNotFound):
            Document("a: 1\n").move(("a",), 1)


class TestAliases:
    TEXT = "x: &x {p: 1, q: [2]} # c\ny: *x\nz:\n  <<: *x # m\n  r: 3\n"

    def test_an_edit_below_an_alias_writes_it_out_there(self) -> None:
        new = Document(self.TEXT).set(("y", "p"), 5).text
        assert new == self.TEXT.replace("y: *x", "y:\n  p: 5\n  q:\n    - 2")

    def test_a_merged_value_is_overridden_beside_the_merge(self) -> None:
        assert Document(self.TEXT).set(("z", "p"), 5).text == self.TEXT + "  p: 5\n"

    def test_deleting_a_merged_value_writes_the_merge_out(self) -> None:
        new = Document(self.TEXT).delete(("z", "p"))
        assert new.data["z"] == {"q": [2], "r": 3}
        assert new.text == self.TEXT.replace("  <<: *x # m\n", "  q:\n    - 2\n")

    def test_what_others_share_is_refused_with_their_lines(self) -> None:
        with pytest.raises(EditRefused, match=r"x\.p is shared as &x with lines 2, 4") as caught:
            Document(self.TEXT).set(("x", "p"), 5)
        assert (caught.value.line, caught.value.column) == (1, 11)
        with pytest.raises(EditRefused, match="lines 2, 4"):
            Document(self.TEXT).delete(("x",))
        with pytest.raises(EditRefused, match="lines 2, 4"):
            Document(self.TEXT).replace_source(("x",), "x: &x {p: 5, q: [2]}\n")

    def test_sharing_is_seen_however_far_away_it_is(self) -> None:
        text = "x: &x\n  p: 1\n" + "".join(f"k{n}: {n}\n" for n in range(50)) + "y: *x\n"
        with pytest.raises(EditRefused, match="shared as &x with line 53"):
            Document(text).set(("x", "p"), 5)
        assert Document(text).set(("k5",), 6).text == text.replace("k5: 5", "k5: 6")

    def test_shared_edits_are_done_for_all_when_asked_for(self) -> None:
        for new in (
            Document(self.TEXT).set(("x", "p"), 5, shared=True),
            Document(self.TEXT).replace_source(("x",), "x: &x {p: 5, q: [2]} # c\n", shared=True),
            Document(self.TEXT).set((), {"x": {"p": 5, "q": [2]}, "y": {"p": 5, "q": [2]},
                                         "z": {"p": 5, "q": [2], "r": 3}}),
        ):  # fmt: skip
            assert new.text == self.TEXT.replace("p: 1", "p: 5")
            assert new.data["y"]["p"] == new.data["z"]["p"] == 5


class TestSource:
    def test_an_entry_comes_with_its_comments_and_from_column_0(self) -> None:
        source = Document(CONFIG).source(("tasks", "tv"))
        assert source.startswith("# the good one\ntv:   # daily\n  rss: ")
        assert source.endswith("  priority: 1\n  # disable: yes\n")
        assert Document(CONFIG).source(("tasks", "tv", "series", 0)) == "- Show A\n"
        assert Document(CONFIG).source(("tasks", "movies", "quality", 1)) == "- 1080p\n"
        assert Document(CONFIG).source(()) == CONFIG

    def test_the_same_source_changes_nothing_in_any_line_ends(self) -> None:
        text = CONFIG.replace("    rss", "   \n    rss")  # white space that dedenting would lose
        for path in ((), ("tasks",), ("tasks", "tv"), ("tasks", "movies"), ("schedules",)):
            document = Document(text)
            source = document.source(path)
            assert document.replace_source(path, source).text == text
            assert document.replace_source(path, source.replace("\n", "\r\n")).text == text

    def test_changed_lines_are_indented_and_others_kept(self) -> None:
        document = Document(CONFIG)
        source = document.source(("tasks", "tv")).replace("priority: 1", "priority: 2 # !\n  a: b")
        new = document.replace_source(("tasks", "tv"), source)
        assert new.text == CONFIG.replace("priority: 1", "priority: 2 # !\n    a: b")

    @pytest.mark.parametrize(
        ("source", "error", "place"),
        [
            ("other: 1\n", "has to be of 'tv'", (1, 1)),
            ("tv: 1\nb: 2\n", "one entry 'tv'", (1, 1)),
            ("", "one entry 'tv'", (1, 1)),
            ("tv:\n  a: b: c\n", "not allowed", (2, 7)),
            ("tv: *nope\n", "no anchor &nope", (1, 5)),
            ("tv: 1\n---\nb: 1\n", "second document", (2, 1)),
        ],
    )
    def test_another_entry_or_broken_yaml_is_refused(
        self, source: str, error: str, place: tuple[int, int]
    ) -> None:
        with pytest.raises(DocumentError, match=error) as caught:
            Document(CONFIG).replace_source(("tasks", "tv"), source)
        assert (caught.value.line, caught.value.column) == place

    def test_marks_are_lines_and_columns_from_1(self) -> None:
        assert Document(CONFIG).mark(("tasks", "tv", "rss")) == ((5, 5), (5, 10))
        assert Document(CONFIG).mark(("tasks", "tv", "series", 0)) == ((7, 5), (7, 7))


class TestJson:
    TEXT = (
        "d: 2024-05-01\nt: 2024-05-01 12:00:00\ns: !!set {b, a}\nb: !!binary aGk=\nn: .nan\n"
        "2: x\n'2': y\nyes: z\nf: 1.0\ni: .inf\nnull: 0\n"
    )

    def test_what_json_lacks_is_shown_by_rule(self) -> None:
        assert to_json(Document(self.TEXT).data) == {
            "d": "2024-05-01", "t": "2024-05-01T12:00:00", "s": ["a", "b"], "b": "aGk=", "n": ".nan",
            "!2": "x", "2": "y", "true": "z", "f": 1.0, "i": ".inf", "null": 0,
        }  # fmt: skip

    def test_what_keeps_its_view_keeps_its_text(self) -> None:
        document = Document(self.TEXT)
        view = to_json(document.data)
        assert document.set_json((), view).text == self.TEXT
        view |= {"f": 1, "2": "changed"}
        assert document.set_json((), view).text == self.TEXT.replace("y\nyes", "changed\nyes")

    def test_a_changed_date_stays_a_date(self) -> None:
        document = Document(self.TEXT).set_json(("d",), "2025-01-02")
        assert document.text == self.TEXT.replace("2024-05-01\nt", "2025-01-02\nt")
        assert from_json("soon", datetime.date(2024, 5, 1)) == "soon"

    def test_moved_items_keep_their_type(self) -> None:
        document = Document("a: [2024-05-01, 'b']\n")
        assert document.set_json(("a",), ["b", "2024-05-01"]).text == "a: ['b', 2024-05-01]\n"


def test_documents_do_not_change() -> None:
    document = Document(CONFIG)
    data = document.data
    document.set(("tasks", "tv", "priority"), 7)
    document.delete(("tasks", "movies"))
    assert document.text == CONFIG
    assert document.data is data
    assert data["tasks"]["tv"]["priority"] == 1

"""The lossless document on texts and edits that are meant to hurt it."""

from __future__ import annotations

import pytest

from flexapi.mirror.document import (
    Document,
    DocumentError,
    EditRefused,
    LimitError,
    Limits,
    ParseError,
)


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a: [1\nb: 2\n", "While parsing a flow sequence", 2, 2),
        ("a: b\n\tc: 1\n", "While scanning", 2, 1),
        ("a: x\0y\n", "does not allow the character", 1, 5),
        ("a: 1\nb: \ud800\n", "does not allow the character", 2, 4),
        ("a: 1\nb: !!python/object/apply:os.system [x]\n", "python/object", 2, 4),
        ("a: !custom x\n", "!custom", 1, 4),
        ("a: *b\n", "no anchor &b", 1, 4),
        ("a: &a [*a]\n", "contains itself", 1, 8),
        ("a: &a\n  b:\n    c: *a\n", "contains itself", 3, 8),
        ("a: &x 1\nb: &x 2\n", "twice", 2, 4),
        ("a: 1\n---\nb: 2\n", "second document", 2, 1),
        ("a: " + "[\n" * 10_000 + "]" * 10_000, "levels deep", 100, 1),
        ("- " * 10_000 + "a\n", "levels deep", 1, 201),
        ("".join(" " * depth + "a:\n" for depth in range(1_000)), "levels deep", 101, 101),
    ],
)
def test_a_bad_text_is_a_clean_error(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(ParseError, match=message) as caught:
        Document(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: 2024-13-45\n", 2),
        ("? [a]\n: 1\n", 1),
        ("a: 1\n<<: 5\n", None),
        ("a: !!int x\n", 1),
        ("a: =\n", 1),
        ("a: !!binary '*'\n", None),
        ("a: 2024-05-01 99:00:00\n", 1),
    ],
)
def test_an_impossible_value_is_a_clean_error(text: str, line: int | None) -> None:
    try:
        Document(text).data  # noqa: B018
    except ParseError as error:
        caught = error
    assert line is None or caught.line == line


def test_alias_bombs_are_counted_and_not_expanded() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)]
    with pytest.raises(LimitError, match="aliases expanded") as caught:
        Document("a0: &a0 [x]\n" + "".join(levels))
    assert caught.value.line == 7
    merges = [f"b{n}: &b{n} {{<<: [*b{n - 1}, *b{n - 1}]}}\n" for n in range(1, 60)]
    with pytest.raises(LimitError):
        Document("b0: &b0 {x: 1}\n" + "".join(merges))


def test_an_edit_cannot_build_a_bomb_either() -> None:
    limits = Limits(nodes=1000)
    document = Document("a: &a [1]\nb: [*a, *a]\n", limits)
    with pytest.raises(DocumentError):
        document.set(("a",), list(range(600)), shared=True)


def test_size_is_limited() -> None:
    with pytest.raises(LimitError):
        Document("a: " + "x" * 100, Limits(size=100))
    with pytest.raises(EditRefused):
        Document("a: 1\n", Limits(size=100)).set(("a",), "x" * 100)


def test_an_edit_keeps_the_limits_of_the_whole() -> None:
    document = Document("a:\n  b:\n    c: 1\n", Limits(depth=6, nodes=20))
    assert document.set(("a", "b", "c"), [[[1]]]).data == {"a": {"b": {"c": [[[1]]]}}}
    with pytest.raises(EditRefused, match="levels deep"):
        document.set(("a", "b", "c"), [[[[1]]]])
    with pytest.raises(EditRefused, match="more than 20 values"):
        document.set(("a", "b", "c"), list(range(20)))
    with pytest.raises(LimitError):
        Document("a:\n  b:\n    c: [1, 2, 3, 4, 5, 6, 7, 8]\n", Limits(nodes=10))


def test_ten_megabytes_of_nothing_special() -> None:
    with pytest.raises(LimitError, match="10000000"):
        Document("- 'aaaaaaaaaaaaaaaa'\n" * 500_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_come_back_as_they_came(encoding: str) -> None:
    raw = "a: é🙂\r\nb: 2".encode(encoding)
    document = Document.from_bytes(raw)
    assert document.data == {"a": "é🙂", "b": 2}
    assert document.to_bytes() == raw
    assert document.set(("b",), 3).to_bytes() == "a: é🙂\r\nb: 3".encode(encoding)


def test_invalid_utf_8_is_placed() -> None:
    with pytest.raises(ParseError, match="not valid UTF-8") as caught:
        Document.from_bytes(b"a: 1\nb: \xc3\xa9\xff\n")
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_what_flexget_refuses_is_refused() -> None:
    for text in ("a:\tb\n", "a: {? x ?}\n"):
        with pytest.raises(ParseError) as caught:
            Document(text)
        assert caught.value.line == 1


def test_what_only_flexget_reads_is_read_and_edited() -> None:
    document = Document('a: "\\ud800"\nb: x\ufeffy\nc: {d:}\ne: 1\n')
    assert document.data == {"a": "\ud800", "b": "x\ufeffy", "c": {"d": None}, "e": 1}
    assert document.set(("e",), 2).text == document.text.replace("e: 1", "e: 2")


def test_a_check_reads_the_text_again(monkeypatch: pytest.MonkeyPatch) -> None:
    document = Document("a: 1\n")
    document.check()
    monkeypatch.setattr(document, "_data", {"a": 2})
    with pytest.raises(EditRefused):
        document.check()

"""What is added within brackets is written as its neighbours are."""

import pytest

from flexapi.mirror.document import Document

ADDED = {
    "one a line, without a comma at the end": ("[\n  a,\n  b\n]", "[\n  a,\n  b,\n  new\n]"),
    "with one": ("[\n  a,\n  b,\n]", "[\n  a,\n  b,\n  new,\n]"),
    "with a comment": ("[\n  a, # A\n  b  # B\n]", "[\n  a, # A\n  b,  # B\n  new\n]"),
    "a comment and a comma": ("[\n  a,\n  b, # B\n]", "[\n  a,\n  b, # B\n  new,\n]"),
    "a comment below": ("[\n  a\n  # end\n]", "[\n  a,\n  new\n  # end\n]"),
    "commas in front": ("[\n    a\n  , b\n]", "[\n    a\n  , b\n  , new\n]"),
    "in a column": ("[ a,\n  b ]", "[ a,\n  b,\n  new ]"),
    "several a line": ("[ a, b,\n  c, d ]", "[ a, b,\n  c, d, new ]"),
    "on one line": ("[a, b]", "[a, b, new]"),
    "CRLF": ("[\r\n  a,\r\n  b\r\n]", "[\r\n  a,\r\n  b,\r\n  new\r\n]"),
}


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_an_item_at_the_end(before, after):
    document = Document(f"list: {before}\n")

    changed = document.set(("list",), [*document.data["list"], "new"])

    assert changed.text == f"list: {after}\n"


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_a_key_of_a_mapping(before, after):
    def braces(text):
        text = text.replace("[", "{").replace("]", "}").replace("new", "new: 1")
        for name in "abcd":
            text = text.replace(f"{name},", f"{name}: 1,").replace(f"{name}\n", f"{name}: 1\n")
            text = text.replace(f"{name}\r", f"{name}: 1\r").replace(f"{name} ", f"{name}: 1 ")
            text = text.replace(f"{name}}}", f"{name}: 1}}")
        return text

    changed = Document(f"map: {braces(before)}\n").set(("map", "new"), 1)

    assert changed.text == f"map: {braces(after)}\n"


def test_an_item_in_front_and_between():
    document = Document("list: [\n  a, # A\n  b\n]\n")

    assert document.set(("list",), ["new", "a", "b"]).text == (
        "list: [\n  new,\n  a, # A\n  b\n]\n"
    )
    assert document.set(("list",), ["a", "new", "b"]).text == (
        "list: [\n  a, # A\n  new,\n  b\n]\n"
    )

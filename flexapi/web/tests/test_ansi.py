"""Colours in logs, as the page's module reads them: shown as classes, counted and searched without their codes."""

from collections.abc import Iterator
from typing import Any

import pytest

from flexapi.testing.live import LiveServer
from flexapi.web.tests.conftest import Person

DECODE = "async (text) => (await import('/static/web/js/viewer/ansi.js')).decoded(text)"


@pytest.fixture(scope="module")
def page(chromium: Any, web_server: LiveServer) -> Iterator[Any]:
    """A page of the server."""
    person = Person(chromium, web_server)
    person.page.goto("/accounts/login/")
    yield person.page
    person.context.close()


@pytest.mark.parametrize(
    ("text", "plain", "names"),
    [
        ("\x1b[31mred\x1b[0m plain", "red plain", ["ansi-red", ""]),
        ("\x1b[1;92mbold\x1b[22mless", "boldless", ["ansi-green ansi-bold", "ansi-green"]),
        ("\x1b[38;5;196mx\x1b[48;2;1;2;3my", "xy", ["", ""]),
        ("\x1b]0;title\x07a\x1b[2Kb\x1b[1Gc", "abc", ["", "", ""]),
        ("cut off \x1b", "cut off ", [""]),
        ("\x1b[34m<b onclick=1>", "<b onclick=1>", ["ansi-blue"]),
    ],
)
def test_codes(page: Any, text: str, plain: str, names: list[str]) -> None:
    found = page.evaluate(DECODE, text)
    assert found["text"] == plain
    assert [span["name"] for span in found["spans"]] == names


def test_most_lines_have_none(page: Any) -> None:
    assert page.evaluate(DECODE, "as usual") is None

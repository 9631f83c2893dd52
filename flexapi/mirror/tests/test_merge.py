"""Two changes of one config are joined where the result is exactly both."""

import pytest

from flexapi.mirror.document import Document
from flexapi.mirror.edits.merge import merged
from flexapi.testing.config_file import CONFIG


def joined(old: str, mine: str, theirs: str) -> str | None:
    document = merged(Document(old), Document(mine), Document(theirs))
    return None if document is None else document.text


def changed(old: str, new: str) -> str:
    assert CONFIG.count(old) == 1
    return CONFIG.replace(old, new)


def test_changes_of_different_tasks_and_their_comments() -> None:
    mine = changed("# Shows of the week.", "# Shows of any week.")
    theirs = changed("password: 'hunter2'", "password: 'hunter3'")

    assert joined(CONFIG, mine, theirs) == theirs.replace("of the week", "of any week")


@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_change_of_one_side(side: str) -> None:
    new = changed("hours: 1", "hours: 2")
    mine, theirs = (new, CONFIG) if side == "mine" else (CONFIG, new)

    assert joined(CONFIG, mine, theirs) == new


def test_the_same_change_on_both_sides_is_made_once() -> None:
    new = CONFIG + "  added: {mock: []}\n"

    assert joined(CONFIG, new, new) == new


def test_what_both_sides_added_comes_once_though_more_came_with_it() -> None:
    both = "  added:\n    mock: []\n"
    mine = CONFIG + both + "  mine: {mock: []}\n"
    theirs = CONFIG + both + "  theirs:\n    mock: []\n"

    assert joined(CONFIG, mine, theirs) == theirs + "  mine: {mock: []}\n"


def test_two_additions_that_look_alike() -> None:
    mine, theirs = "  one:\n    mock: []\n", "  two:\n    mock: []\n"

    assert joined(CONFIG, CONFIG + mine, CONFIG + theirs) == CONFIG + theirs + mine


def test_line_ends_and_mark_stay() -> None:
    old = "\ufeffa: 1\r\nb: 2\r\nc: 3"

    assert joined(old, old.replace("1", "7"), old.replace("3", "9")) == "\ufeffa: 7\r\nb: 2\r\nc: 9"


@pytest.mark.parametrize(
    ("old", "mine", "theirs"),
    [
        pytest.param("a: 1\n", "a: 2\n", "a: 3\n", id="one value"),
        pytest.param("a: 1\nb: 2\n", "b: 2\n", "a: 3\nb: 2\n", id="changed and deleted"),
        pytest.param("a: 1\n", "b: 2\na: 1\n", "a: 1\nb: 2\n", id="one addition twice"),
        pytest.param("# x\na: 1\n", "# y\na: 1\n", "# z\na: 1\n", id="one comment"),
        # Each line by itself could be joined.
        pytest.param("a: 1\nb: 2\n", "z: 0\na: 1\nb: 2\n", "a: 1\nb: 2\nz: 9\n", id="one key twice"),
        pytest.param("a:\n- 1\n- 2\n- 3\n", "a:\n- 0\n- 2\n- 3\n", "a:\n- 1\n- 2\n- 4\n", id="one list"),
        pytest.param("a:\n  b: 1\nc: 2\n", "a:\n  b: 1\n  d: 3\nc: 2\n", "a: {\n  b: 1\n}\nc: 2\n", id="no YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_proved_is_not_joined(old: str, mine: str, theirs: str) -> None:
    assert joined(old, mine, theirs) is None

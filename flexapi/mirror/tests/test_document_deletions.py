"""What a deleted entry takes along: its own comments, and nobody else's."""

import re
from typing import Any

import pytest

from flexapi.mirror.document import Document

from .deletions import CASES


def sides(diff: str) -> tuple[str, str]:
    """The text before and after a diff; an empty line stays."""
    lines = [line if line.strip("\r\n") else f" {line}" for line in re.findall(r".*\n|.+\Z", diff)]
    before = "".join(line[1:] for line in lines if line[0] != "+")
    return before, "".join(line[1:] for line in lines if line[0] != "-")


@pytest.mark.parametrize(("path", "diff"), CASES.values(), ids=CASES)
def test_as_judged_by_hand(path: tuple[Any, ...], diff: str) -> None:
    before, after = sides(diff)
    assert Document(before).delete(path).text == after


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert all(sides(diff)[0] != sides(diff)[1] for _, diff in CASES.values())


@pytest.mark.parametrize("name", ["a box", "an old task", "a remark above", "a group of tasks"])
def test_several_at_once_take_the_same(name: str) -> None:
    path, diff = CASES[name]
    before, _ = sides(diff)
    more = before + "  another:\n    rss: z\n"
    document = Document(more)
    one_by_one = document.delete(path).delete(("tasks", "another"))
    assert document.delete_all(path[:-1], [path[-1], "another"]).text == one_by_one.text

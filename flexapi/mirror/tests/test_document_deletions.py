"""What a deleted entry takes along: its own comments, and nobody else's."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flexapi.mirror.document import Document

JUDGED = Path(__file__).with_name("deletions.txt")


def judged_cases() -> dict[str, tuple[tuple[Any, ...], str]]:
    """Each case's name with the path to delete and the diff, as `deletions.txt` has them."""
    blocks = re.split(
        r"^= (.+): (\[.*\])\n", JUDGED.read_text().replace("^M\n", "\r\n"), flags=re.M
    )[1:]
    return {
        name: (tuple(json.loads(path)), re.split(r"^== ", diff, flags=re.M)[0].strip("\n") + "\n")
        for name, path, diff in zip(*[iter(blocks)] * 3, strict=True)
    }


CASES = judged_cases() | {
    "no final line break": (("b",), " a: 1\n-# of b\n-b: 2"),
}


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

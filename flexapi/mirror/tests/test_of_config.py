"""What is made of the config is made once for each state of it."""

from pathlib import Path

import pytest

from flexapi.mirror import mirror
from flexapi.mirror.of_config import OfConfig

pytestmark = pytest.mark.django_db


def test_it_is_made_once_for_each_state(config: Path) -> None:
    config.write_text("tasks:\n  a: {mock: []}\n")
    made: list[int] = []
    kept: OfConfig[int] = OfConfig()

    def make() -> int:
        made.append(len(made))
        return made[-1]

    assert [kept.get("key", make) for _ in range(3)] == [0, 0, 0]
    assert kept.get("other", make) == 1
    config.write_text("tasks:\n  b: {mock: []}\n")
    assert [kept.get("key", make) for _ in range(2)] == [2, 2]


def test_what_is_made_while_somebody_writes_is_not_kept(config: Path) -> None:
    config.write_text("tasks:\n  a: {mock: []}\n")
    kept: OfConfig[str] = OfConfig()

    def make() -> str:
        before = config.read_text()
        config.write_text("tasks:\n  b: {mock: []}\n")
        mirror.refresh()
        return before

    kept.get("key", make)
    assert kept.get("key", config.read_text) == "tasks:\n  b: {mock: []}\n"


def test_only_so_many_are_kept(config: Path) -> None:
    config.write_text("tasks:\n  a: {mock: []}\n")
    kept: OfConfig[str] = OfConfig(most=2)
    for key in ("a", "b", "c"):
        kept.get(key, lambda key=key: key)  # type: ignore[misc]
    assert kept.get("c", lambda: "again") == "c"
    assert kept.get("a", lambda: "again") == "again"

"""What keeps a task from running is known at once after an edit, without FlexGet's loading the file, and is what it says then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.mirror import invalid, mirror
from flexapi.mirror.store.tables import InvalidTask
from flexapi.testing.flexget_home import FlexGetHome, accepting

GOOD = accepting("x")
TYPO = accepting("x", acept_all=True)
USES = accepting("{? word ?}")
BROKEN = accepting("{? 1 / 0 ?}")
WORD = {"variables": {"word": "one"}}

Told = dict[str, list[dict[str, str]]]


@pytest.fixture
def asked(
    settings: Any, tmp_path: Path, flexget_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """Ask FlexGet, and note in this list what it was asked."""
    settings.FLEXGET_CONFIG, settings.DATA_DIR = flexget_engine.config, tmp_path
    methods: list[str] = []
    call = flexget_engine.call

    def noted(method: str, *args: Any, **kwargs: Any) -> Any:
        methods.append(method)
        return call(method, *args, **kwargs)

    monkeypatch.setattr(flexget_engine, "call", noted)
    monkeypatch.setattr(invalid, "engine", lambda: flexget_engine)
    mirror.forget()
    invalid.forget()
    yield methods
    invalid.forget()


def write(home: FlexGetHome, tasks: dict[Any, Any], **sections: Any) -> None:
    home.write(tasks, **sections)
    mirror.refresh()


def told() -> Told:
    return {key: said["complaints"] for key, said in invalid.invalid_tasks(patience=30).items()}


def told_when_loaded() -> Told:
    invalid.forget()
    invalid.look(30)
    return {row.key: row.complaints for row in InvalidTask.objects.all()}


READS = {"a": GOOD, "b": accepting("x", from_task="a"), "c": accepting("x", from_task="b")}

EDITS: dict[str, tuple[dict[Any, Any], dict[Any, Any], dict[str, Any], list[str]]] = {
    "one becomes invalid": ({"a": GOOD, "b": TYPO}, {"a": TYPO, "b": TYPO}, {}, ["a", "b"]),
    "one is mended": ({"a": TYPO, "b": TYPO}, {"a": GOOD, "b": TYPO}, {}, ["b"]),
    "one is added": ({"a": GOOD}, {"a": GOOD, "b": TYPO, "c": GOOD}, {}, ["b"]),
    "one is renamed": ({"a": TYPO, "b": GOOD}, {"c": TYPO, "b": GOOD}, {}, ["c"]),
    "one is disabled": ({"a": TYPO, "b": TYPO}, {"_a": TYPO, "b": TYPO}, {}, ["b"]),
    "names are numbers": ({1: TYPO, 2: TYPO}, {1: GOOD, 2: TYPO, "3": TYPO}, {}, ["2", "3"]),
    "one runs it": (READS, {**READS, "a": TYPO}, {}, ["a", "b", "c"]),
    "the one that ran it is mended": ({**READS, "a": TYPO}, READS, {}, []),
    "what it uses is wrong": (
        {"a": GOOD},
        {"a": GOOD, "b": accepting("x", template="t")},
        {"templates": {"t": {"typo": 1}}},
        ["b"],
    ),
    "it uses a variable": ({"a": GOOD}, {"a": USES}, WORD, []),
}


@pytest.mark.django_db
class TestOneTask:
    @pytest.mark.parametrize("edit", EDITS)
    def test_it_alone_is_asked_about(
        self, edit: str, asked: list[str], flexget_home: FlexGetHome
    ) -> None:
        before, after, shared, expected = EDITS[edit]
        write(flexget_home, before, **shared)
        told()
        asked.clear()
        write(flexget_home, after, **shared)
        found = told()
        assert asked == ["invalid_tasks_of"]
        assert sorted(found) == expected
        assert found == told_when_loaded()

    def test_none_is_asked_about_where_one_is_gone_or_schedules_change(
        self, asked: list[str], flexget_home: FlexGetHome
    ) -> None:
        write(flexget_home, {"a": TYPO, "b": TYPO})
        told()
        asked.clear()
        write(flexget_home, {"b": TYPO}, schedules=[{"tasks": "b", "interval": {"days": 1}}])
        assert list(told()) == ["b"]
        assert asked == []

    def test_edits_follow_each_other(self, asked: list[str], flexget_home: FlexGetHome) -> None:
        write(flexget_home, {"a": GOOD, "b": TYPO})
        told()
        asked.clear()
        for a, b in ((TYPO, GOOD), (GOOD, GOOD), (TYPO, TYPO)):
            write(flexget_home, {"a": a, "b": b})
            found = told()
            assert list(found) == [key for key, task in (("a", a), ("b", b)) if task is TYPO]
        assert set(asked) == {"invalid_tasks_of"}
        assert found == told_when_loaded()

    def test_what_was_loaded_before_an_edit_does_not_count_after_it(
        self,
        asked: list[str],
        flexget_home: FlexGetHome,
        flexget_engine: Engine,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        write(flexget_home, {"a": TYPO})
        told()
        load = flexget_engine.call

        def edited_meanwhile(method: str, *args: Any, **kwargs: Any) -> Any:
            answer = load(method, *args, **kwargs)
            if method == "invalid_tasks":
                write(flexget_home, {"a": GOOD})
                assert told() == {}
            return answer

        monkeypatch.setattr(flexget_engine, "call", edited_meanwhile)
        invalid.look(30)
        assert not InvalidTask.objects.exists()


WHOLE: dict[str, tuple[dict[Any, Any], dict[str, Any], dict[Any, Any], dict[str, Any]]] = {
    "a template changes": (
        {"a": accepting("x", template="t")},
        {"templates": {"t": {"accept_all": True}}},
        {"a": accepting("x", template="t")},
        {"templates": {"t": {"typo": 1}}},
    ),
    "variables can't be used in one task": (
        {"a": USES, "b": GOOD},
        WORD,
        {"a": USES, "b": BROKEN},
        WORD,
    ),
    "variables can be used again": (
        {"a": USES, "b": BROKEN},
        WORD,
        {"a": USES, "b": GOOD},
        WORD,
    ),
    "a variable names the task that is read": (
        {"one": GOOD, "b": accepting("x", from_task="{? word ?}")},
        WORD,
        {"one": TYPO, "b": accepting("x", from_task="{? word ?}")},
        WORD,
    ),
    "a template reads a task": (
        {"a": GOOD, "b": accepting("x", template="t")},
        {"templates": {"t": {"from_task": "a"}}},
        {"a": TYPO, "b": accepting("x", template="t")},
        {"templates": {"t": {"from_task": "a"}}},
    ),
    "the config was refused": ({"a": GOOD}, {"templates": [1]}, {"a": GOOD, "b": GOOD}, {}),
    "much changes": (
        {f"task {number}": GOOD for number in range(30)},
        {},
        {f"task {number}": TYPO for number in range(30)},
        {},
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("edit", WHOLE)
def test_the_file_is_loaded_where_more_than_tasks_may_differ(
    edit: str, asked: list[str], flexget_home: FlexGetHome
) -> None:
    before, shared, after, shared_after = WHOLE[edit]
    write(flexget_home, before, **shared)
    told()
    asked.clear()
    write(flexget_home, after, **shared_after)
    found = told()
    assert asked[-1] == "invalid_tasks"
    assert found == told_when_loaded()


@pytest.mark.django_db(transaction=True)
def test_what_a_file_quotes_that_is_ahead_of_the_mirror_is_not_stored(
    asked: list[str], flexget_home: FlexGetHome
) -> None:
    write(flexget_home, {"a": GOOD})
    invalid.look(30)
    # Which of its values are credentials is not known yet.
    flexget_home.write({"a": accepting("x", deluge={"password": ["hunter2"]})})
    invalid.look(30)
    assert not InvalidTask.objects.exists()
    mirror.refresh()
    (complaint,) = told()["a"]
    assert complaint["attr"] == "tasks.a.deluge.password"
    assert "********" in complaint["detail"]
    assert "hunter2" not in complaint["detail"]

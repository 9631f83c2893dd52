"""Tasks that FlexGet refuses to run: said at every place where somebody may look, until they are mended."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.mirror import invalid, mirror
from flexapi.mirror.store.tables import InvalidTask
from flexapi.testing.flexget_home import FlexGetHome, accepting
from flexapi.testing.live import LiveServer

TYPO = accepting("x", acept_all=True, rss={"url": "http://localhost/", "password": ["hunter2"]})


@pytest.fixture
def server(shared_server: LiveServer) -> Iterator[LiveServer]:
    """A server with a task that is invalid."""
    text = shared_server.home.config.read_text()
    shared_server.home.write(
        {"good": accepting("x"), "bad": TYPO},
        schedules=[{"tasks": ["good", "ba*"], "schedule": {"year": 2098}}],
    )
    yield shared_server
    shared_server.home.config.write_text(text)


def said_of_config(client: Any) -> dict[str, Any]:
    """Return what `/api/server` says of the config as soon as it knows all."""
    while True:
        config: dict[str, Any] = client.get("/api/server").json()["object"]["config"]
        if config.get("checked"):
            return config


def test_who_asks_is_told_until_it_is_mended(server: LiveServer) -> None:
    execution = server.run()
    assert execution["status"] == "failed"
    assert execution["summary"]["accepted"] == 1
    assert "bad: FlexGet refuses the config: [tasks.bad" in execution["abort_reason"]
    assert "hunter2" not in execution["abort_reason"]
    with server.client() as client:
        config = said_of_config(client)
        assert config["state"] == "invalid"
        assert config["problem"]["detail"].startswith("FlexGet refuses what the config says of bad")
        (told,) = config["invalid_tasks"]
        assert told["task"] == "bad"
        assert datetime.fromisoformat(told["since"]) > datetime.now(UTC) - timedelta(minutes=1)
        task = client.get("/api/tasks/bad").json()["object"]
        assert task["invalid"] == {"since": told["since"], "complaints": told["complaints"]}
        assert {one["attr"] for one in told["complaints"]} == {
            "tasks.bad",
            "tasks.bad.rss.password",
        }
        assert "hunter2" not in str(told)
        assert client.get("/api/tasks/good").json()["object"]["invalid"] is None
        (schedule,) = client.get("/api/schedules").json()["items"]
        (warning,) = schedule["warnings"]
        assert warning.startswith("FlexGet has refused to run 'bad' since 20")
        mended = client.put("/api/tasks/bad", json={"config": accepting("y")})
        assert mended.json()["object"]["invalid"] is None
        config = said_of_config(client)
        assert (config["state"], config["problem"], config["invalid_tasks"]) == ("ok", None, [])
    assert server.run()["status"] == "complete"


@pytest.fixture
def looked(
    settings: Any,
    tmp_path: Any,
    flexget_engine: Engine,
    flexget_home: FlexGetHome,
    monkeypatch: Any,
) -> Iterator[Callable[[], dict[str, Any]]]:
    """Look as a server does that has this config; return what the rows say."""
    settings.FLEXGET_CONFIG, settings.DATA_DIR = flexget_home.config, tmp_path
    monkeypatch.setattr(invalid, "engine", lambda: flexget_engine)
    mirror.forget()
    invalid.forget()

    def look() -> dict[str, Any]:
        mirror.refresh()
        invalid.look(30)
        return invalid.invalid_tasks()

    yield look
    invalid.forget()


@pytest.mark.django_db
class TestRows:
    def test_since_when_stays_while_the_complaints_change(
        self, looked: Any, flexget_home: FlexGetHome
    ) -> None:
        tasks: dict[Any, Any] = {"bad": TYPO, "_off": TYPO, 7: {"typo": 1}}
        flexget_home.write(tasks)
        first = looked()
        assert list(first) == ["bad", "7"]
        flexget_home.write({"bad": {"mok": []}, "other": {"typo": 1}})
        second = looked()
        assert list(second) == ["bad", "other"]
        assert second["bad"]["since"] == first["bad"]["since"]
        assert second["bad"]["complaints"] != first["bad"]["complaints"]
        assert second["other"]["since"] > first["bad"]["since"]

    def test_what_is_the_same_is_not_written(
        self, looked: Any, flexget_home: FlexGetHome, django_assert_max_num_queries: Any
    ) -> None:
        flexget_home.write({f"bad {n}": {"typo": 1} for n in range(30)})
        mirror.refresh()
        with django_assert_max_num_queries(20):
            assert len(looked()) == 30
        with django_assert_max_num_queries(6):
            looked()

    def test_odd_texts_are_stored(self, looked: Any, flexget_home: FlexGetHome) -> None:
        odd = 'tasks: {bad: {"no\\0such": 1, "half\\ud800": 1, mock: "\\0\\ud800"}}\n'
        flexget_home.config.write_text(odd)
        mirror.forget()
        looked()
        assert all("\0" not in str(row.complaints) for row in InvalidTask.objects.all())

    def test_nothing_is_asked_of_an_engine_that_loads(
        self, looked: Any, flexget_home: FlexGetHome, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(invalid, "engine", lambda: Engine(flexget_home.config))
        flexget_home.write({"bad": TYPO})
        assert looked() == {}

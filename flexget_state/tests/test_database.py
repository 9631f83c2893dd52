"""`/api/database`: FlexGet's tables cleaned up, vacuumed, and made again for one plugin."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from flexapi.api.status import progress
from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, is_gone, of_kind, reports_of
from flexapi.testing.postgres import postgres_database
from flexget_state import errands

from .conftest import ALPHA, METHODS, State, titles

__all__ = ["postgres_database"]
pytestmark = pytest.mark.django_db

PATH = "/api/database"


@pytest.fixture
def admin(api: Callable[..., Any], make_user: Any, state: State) -> Any:
    """A client of a superuser."""
    return api(superuser(make_user))


def superuser(make_user: Any) -> User:
    user: User = make_user("boss")
    user.is_superuser = True
    user.save()
    return user


def done(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.content
    answer: dict[str, Any] = response.json()["object"]
    assert answer["state"] == "done"
    return answer


def test_only_superusers_may(client: Any, state: State) -> None:
    assert client.get(PATH).status_code == 403
    for path in ("/cleanup", "/vacuum", "/seen/reset"):
        assert client.post(f"{PATH}{path}").status_code == 403
    assert titles(client.get("/api/seen"))


def test_it_lists_the_plugins_with_tables(admin: Any) -> None:
    page = admin.get(f"{PATH}?limit=500").json()
    seen = next(item for item in page["items"] if item["name"] == "seen")
    assert seen["tables"] == ["seen_entry", "seen_field"]
    assert isinstance(seen["version"], int)
    assert page["count"] == len(page["items"]) > 30


class TestReset:
    """What a plugin remembers is gone, and its tables are there."""

    def test_the_next_run_takes_everything_again(self, admin: Any, state: State) -> None:
        assert state.run("taken")["Alpha"]["state"] == "rejected"
        answer = done(admin.post(f"{PATH}/seen/reset"))
        assert answer["log"][-1]["message"] == (
            "The tables of seen were made again: seen_entry, seen_field."
        )
        assert admin.get("/api/seen").json()["count"] == 0
        # Others have theirs.
        assert admin.get("/api/failed").json()["count"] == 1
        assert state.sql("SELECT count(*) FROM plugin_schema WHERE plugin = 'seen'") == [(1,)]
        assert state.run("taken")["Alpha"]["state"] == "accepted"

    def test_an_unknown_plugin_is_none(self, admin: Any) -> None:
        response = admin.post(f"{PATH}/no%20such/reset")
        assert response.status_code == 404
        assert "no plugin no such with tables" in response.json()["errors"][0]["detail"]


class TestCleanup:
    """What FlexGet does once a week."""

    def test_plugins_forget_what_is_old(self, admin: Any, state: State) -> None:
        state.sql("UPDATE failed SET tof = '2001-01-01'")
        answer = done(admin.post(f"{PATH}/cleanup"))
        assert "Running database cleanup." in [line["message"] for line in answer["log"]]
        assert state.sql("SELECT count(*) FROM failed") == [(0,)]
        assert titles(admin.get("/api/seen"))

    def test_it_does_not_go_by_the_tasks_of_a_broken_config(self, admin: Any, state: State) -> None:
        state.home.config.write_text("tasks: [\n")
        state.sql("UPDATE failed SET tof = '2001-01-01'")
        response = admin.post(f"{PATH}/cleanup")
        assert response.status_code == 409
        assert "goes by the tasks of the config" in response.json()["errors"][0]["detail"]
        assert state.sql("SELECT count(*) FROM failed") == [(1,)]


def test_a_vacuum_gives_the_disk_back_what_is_not_used(admin: Any, state: State) -> None:
    state.sql("CREATE TABLE filling (text)")
    state.sql("INSERT INTO filling VALUES (zeroblob(1000000))")
    state.sql("DROP TABLE filling")
    answer = done(admin.post(f"{PATH}/vacuum"))
    assert answer["bytes_before"] - answer["bytes_after"] > 900_000
    assert state.database.stat().st_size == answer["bytes_after"]


def test_nothing_is_done_while_somebody_has_flexget_s_lock(admin: Any, state: State) -> None:
    with subprocess.Popen(["sleep", "60"]) as holder:
        state.home.lock.write_text(f"PID: {holder.pid}\n")
        began = time.monotonic()
        response = admin.post(f"{PATH}/seen/reset")
        assert time.monotonic() - began > 4
        holder.kill()
    state.home.lock.unlink()
    assert response.status_code == 503
    assert response["Retry-After"]
    detail = response.json()["errors"][0]["detail"]
    assert f"it waits for FlexGet process {holder.pid}" in detail
    assert titles(admin.get("/api/seen"))


@pytest.mark.django_db(transaction=True)
def test_what_takes_long_goes_on_and_others_are_answered(
    admin: Any, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "PATIENCE", 0.01)
    with subprocess.Popen(["sleep", "60"]) as holder:
        state.home.lock.write_text(f"PID: {holder.pid}\n")
        response = admin.post(f"{PATH}/vacuum")
        assert response.status_code == 202
        assert response.json()["object"]["state"] == "running"
        # FlexGet's host is not held up, nor does it seem to hang.
        assert titles(admin.get("/api/seen"))
        assert state.engine.unanswered is None
        holder.kill()
    state.home.lock.unlink()
    deadline = time.monotonic() + 30
    while not (work := progress.status()) or work[0]["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert [(one["what"], one["state"]) for one in work] == [
        ("Vacuuming FlexGet's database", "finished")
    ]


def test_a_run_waits_for_it(admin: Any, state: State) -> None:
    held = threading.Event()
    run = state.engine.begin("own.dally", {"seconds": 1}, errand=lambda said: held.set())
    assert held.wait(30)
    reports = reports_of(state.engine.execute(99, ["taken"], {}))
    assert run.result(10) is None
    assert of_kind(reports, "waiting")
    assert of_kind(reports, "task")[0]["aborted"] is False


def test_an_errand_that_dies_is_told(state: State) -> None:
    heard: list[dict[str, Any]] = []
    call = state.engine.begin("own.die", {}, errand=heard.append)
    with pytest.raises(Exception, match="has died"):
        call.result(10)
    assert heard == [{"what": "soon"}]


class TestPostgreSQL:
    """The same where FlexGet keeps its tables there, with a run on in between."""

    @pytest.fixture
    def engine(
        self, postgres_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Engine]:
        home = FlexGetHome(tmp_path / "flexget")
        home.write({"taken": {"mock": [ALPHA], "accept_all": True}})
        engine = Engine(home.config, methods=METHODS, database=postgres_database, slots=2)
        monkeypatch.setattr(instance, "engine", lambda: engine)
        engine.start()
        reports_of(engine.execute(1, None, {}))
        yield engine
        engine.stop()

    def test_all_of_it(self, api: Any, make_user: Any, engine: Engine) -> None:
        client = api(superuser(make_user))
        assert titles(client.get("/api/seen")) == ["Alpha"]
        answer = done(client.post(f"{PATH}/vacuum"))
        assert answer["bytes_before"] > 0 < answer["bytes_after"]
        log = done(client.post(f"{PATH}/cleanup"))["log"]
        assert "Running database cleanup." in [line["message"] for line in log]
        assert titles(client.get("/api/seen")) == ["Alpha"]
        done(client.post(f"{PATH}/seen/reset"))
        assert titles(client.get("/api/seen")) == []
        (ended,) = of_kind(reports_of(engine.execute(2, None, {})), "task")
        assert ended["accepted"] == 1


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_an_errand_ends_with_flexget_s_host(tmp_path: Path, killed: bool) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    engine = Engine(home.config, methods=METHODS)
    engine.start()
    engine.call("version", timeout=60)
    engine.begin("own.dally", {"seconds": 600}, errand=lambda said: None)
    pid = lock_holder(home)
    if killed:
        assert engine.state.pid is not None
        os.kill(engine.state.pid, signal.SIGKILL)
        assert is_gone(pid, 5)
    engine.stop()
    assert is_gone(pid, 0)


def lock_holder(home: FlexGetHome) -> int:
    """Return the process that has FlexGet's lock, when one has."""
    deadline = time.monotonic() + 20
    while not home.lock.exists() or not home.lock.read_text().startswith("PID: "):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return int(home.lock.read_text().split()[1])

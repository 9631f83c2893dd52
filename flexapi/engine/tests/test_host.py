"""The host process: it needs FlexGet alone, keeps to FlexGet's lock and comes back after a crash."""

import contextlib
import importlib.util
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flexapi.engine.client import Engine, EngineError, EngineUnavailable
from flexapi.engine.host_process import ROOT
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    is_gone,
    messages,
    of_kind,
    other_python,
    reports_of,
)


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine that a test may kill."""
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("x", misbehave="sleep"), "good": accepting("y")})
    engine = Engine(home.config)
    engine.start()
    yield engine
    engine.stop()


def wait_for_restart(engine: Engine, old_pid: int) -> None:
    """Wait until another host is ready."""
    with engine._changed:
        assert engine._changed.wait_for(
            lambda: engine.state.name == "ready" and engine.state.pid != old_pid, timeout=60
        )


def test_a_killed_host_ends_its_run_and_comes_back(own_engine: Engine) -> None:
    own_engine.call("version", timeout=60)
    old_pid = own_engine.state.pid
    assert old_pid is not None
    run = own_engine.execute(1, ["slow"], {})
    assert run.pid is not None
    for batch in run:
        if "sleeping" in messages(batch):
            os.kill(old_pid, signal.SIGKILL)
    assert run.ending is not None
    assert "exit status -9" in run.ending.lost
    assert is_gone(run.pid)
    wait_for_restart(own_engine, old_pid)
    assert own_engine.restarts == 1
    (task,) = of_kind(reports_of(own_engine.execute(2, ["good"], {})), "task")
    assert task["accepted"] == 1


def test_an_error_of_ours_ends_the_host_and_another_is_started(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_engine.call("version", timeout=60)
    old_pid = own_engine.state.pid
    assert old_pid is not None
    run = own_engine.execute(1, ["slow"], {})
    take = own_engine._take

    def fail(*args: Any) -> str:
        monkeypatch.setattr(own_engine, "_take", take)
        raise KeyError("a bug")

    monkeypatch.setattr(own_engine, "_take", fail)
    with pytest.raises(EngineUnavailable):
        own_engine.call("version", timeout=60)
    reports_of(run)
    assert run.ending is not None
    assert run.ending.lost
    assert is_gone(old_pid)
    wait_for_restart(own_engine, old_pid)
    assert own_engine.call("version")


def test_an_interpreter_that_is_missing_is_said(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "config.yml", str(tmp_path / "python"))
    engine.start()
    with pytest.raises(EngineUnavailable, match=r"can't be used.*No such file"):
        engine.call("version", timeout=10)
    engine.stop()
    assert engine.state.name == "stopped"


def test_the_end_of_the_server_ends_host_and_run(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("x", misbehave="grandchild")})
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1])\n"
        "from flexapi.engine.client import Engine\n"
        "engine = Engine(pathlib.Path(sys.argv[2])); engine.start()\n"
        "run = engine.execute(1, None, {})\n"
        "for batch in run:\n"
        "    if any(r.params.get('message') == 'started a command' for r in batch):\n"
        "        print(engine.state.pid, run.pid, flush=True)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program, str(ROOT), str(home.config)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    with server:
        host_pid, run_pid = map(int, server.stdout.readline().split())
        server.kill()
    assert is_gone(host_pid, seconds=15)
    assert is_gone(run_pid)
    assert not home.lock.exists()


def test_it_waits_for_flexget_s_lock(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"good": accepting("y")})
    # What a `flexget` command leaves while it runs.
    holder = subprocess.Popen(["sleep", "60"])
    flexget_home.lock.write_text(f"PID: {holder.pid}\n")
    run = flexget_engine.execute(1, ["good"], {})
    kinds: list[str] = []
    with holder:
        for batch in run:
            kinds += [report.kind for report in batch]
            for report in batch:
                if report.kind == "waiting":
                    assert report.params["pid"] == holder.pid
                    assert "holds FlexGet's lock" in report.params["holder"]
                    holder.kill()
                    holder.wait()
    assert kinds.index("waiting") < kinds.index("started")
    assert kinds[-1] == "finished"
    assert not flexget_home.lock.exists()


def test_it_can_be_aborted_while_it_waits(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("y")})
    with subprocess.Popen(["sleep", "60"]) as holder:
        flexget_home.lock.write_text(f"PID: {holder.pid}\n")
        try:
            run = flexget_engine.execute(1, ["good"], {})
            reports = []
            for batch in run:
                reports += batch
                if of_kind(batch, "waiting"):
                    run.abort(grace=20)
        finally:
            holder.kill()
            flexget_home.lock.unlink()
    assert of_kind(reports, "finished") == [{"aborted": True}]
    assert not of_kind(reports, "started")


def test_it_holds_the_lock_while_it_runs(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({"slow": accepting("x", misbehave="sleep")})
    run = flexget_engine.execute(1, ["slow"], {})
    flexget = [sys.executable, "-c", "import flexget; flexget.main()"]
    command = [*flexget, "-c", str(flexget_home.config), "execute"]
    refused = None
    for batch in run:
        if "sleeping" in messages(batch):
            refused = subprocess.run(command, capture_output=True, text=True)
            run.abort(grace=20)
    assert refused is not None
    assert refused.returncode == 1
    assert f"Another process (PID: {run.pid}) is running" in refused.stdout + refused.stderr


def test_an_invalid_config_fails_the_run_and_says_why(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"bad": {"no_such_plugin": True}})
    (task,) = of_kind(reports_of(flexget_engine.execute(1, None, {})), "task")
    assert task["aborted"]
    assert "no_such_plugin" in task["abort_reason"]


def test_broken_yaml_fails_the_run_and_says_where(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.config.write_text("tasks:\n  a: [\n")
    (task,) = of_kind(reports_of(flexget_engine.execute(1, None, {})), "task")
    assert task["aborted"]
    assert "line 3" in task["abort_reason"]


def test_a_missing_config_fails_the_run(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    flexget_home.write({})
    flexget_home.config.unlink()
    (task,) = of_kind(reports_of(flexget_engine.execute(1, None, {})), "task")
    flexget_home.write({})
    assert task["aborted"]
    assert "config.yml" in task["abort_reason"]


def test_calls_are_answered_while_a_run_goes_on(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"slow": accepting("x", misbehave="sleep")})
    run = flexget_engine.execute(1, ["slow"], {})
    answers = []
    for batch in run:
        if "sleeping" in messages(batch):
            answers.append(flexget_engine.call("validate", {"text": "tasks: {a: {mock: 1}}"}))
            run.abort(grace=20)
    assert answers[0][0]["path"] == ["tasks", "a", "mock"]


def test_an_unknown_method_is_an_error(flexget_engine: Engine) -> None:
    with pytest.raises(EngineError, match="no method 'dance'"):
        flexget_engine.call("dance")


def test_validate_accepts_what_flexget_would_run(flexget_engine: Engine) -> None:
    assert flexget_engine.call("validate", {"text": "tasks: {a: {mock: [{title: x}]}}"}) == []


def test_a_python_without_flexget_is_reported(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    bare = shutil.which("python3", path="/usr/bin:/usr/local/bin") or sys.executable
    if subprocess.run([bare, "-c", "import flexget"], capture_output=True).returncode == 0:
        pytest.skip("every Python here has FlexGet")
    engine = Engine(home.config, python=bare)
    engine.start()
    try:
        with pytest.raises(EngineUnavailable, match="flexget"):
            engine.call("version", timeout=60)
    finally:
        engine.stop()


def test_a_database_that_can_t_be_opened_is_reported(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    (home.folder / "db-config.sqlite").mkdir()
    home.write({"good": accepting("x")})
    engine = Engine(home.config)
    engine.start()
    try:
        (task,) = of_kind(reports_of(engine.execute(1, ["good"], {})), "task")
    finally:
        engine.stop()
    assert task["aborted"]
    assert "database can't be used: unable to open" in task["abort_reason"]


def test_without_a_database_nothing_is_made_while_another_flexget_has_the_lock(
    tmp_path: Path,
) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"good": accepting("x")})
    engine = Engine(home.config)
    with subprocess.Popen(["sleep", "60"]) as holder:
        home.lock.write_text(f"PID: {holder.pid}\n")
        engine.start()
        try:
            assert engine.call("validate", {"text": "tasks: {}"}, timeout=60) == []
            assert not (home.folder / "db-config.sqlite").exists()
            run = engine.execute(1, ["good"], {})
            holder.kill()
            holder.wait()
            (task,) = of_kind(reports_of(run), "task")
        finally:
            holder.kill()
            engine.stop()
    assert task["accepted"] == 1


def test_tables_without_a_stored_version_get_it_and_need_no_upgrade(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"good": accepting("x")})
    database = home.folder / "db-config.sqlite"
    engine = Engine(home.config)
    engine.start()
    try:
        engine.call("version", timeout=60)
        engine.stop()
        with contextlib.closing(sqlite3.connect(database)) as connection, connection:
            connection.execute("DELETE FROM plugin_schema WHERE plugin = 'seen'")
        engine.start()
        logged = messages(reports_of(engine.execute(1, ["good"], {})))
    finally:
        engine.stop()
    assert not any("upgrade" in message for message in logged)
    with contextlib.closing(sqlite3.connect(database)) as connection:
        query = "SELECT version FROM plugin_schema WHERE plugin = 'seen'"
        assert len(connection.execute(query).fetchall()) == 1


def test_another_python_s_flexget_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"a": accepting("x")})
    other = other_python(tmp_path / "other", there="METHODS = {'where': lambda *_: sys.prefix}")
    here = tmp_path / "here"
    here.mkdir()
    (here / "only_here.py").write_text("METHODS = {}")
    monkeypatch.syspath_prepend(here)
    assert importlib.util.find_spec("only_here") is not None
    methods = {"there": "there", "here": "only_here"}
    engine = Engine(home.config, python=str(other), methods=methods)
    engine.start()
    try:
        assert engine.call("there.where", timeout=60) == str(tmp_path / "other")
        with pytest.raises(EngineError, match=f"{other} can't import only_here"):
            engine.call("here.where")
        (task,) = of_kind(reports_of(engine.execute(1, None, {})), "task")
    finally:
        engine.stop()
    assert task["accepted"] == 1


def test_stop_is_quick_and_final(own_engine: Engine) -> None:
    own_engine.call("version", timeout=60)
    stopper = threading.Thread(target=own_engine.stop)
    stopper.start()
    stopper.join(10)
    assert not stopper.is_alive()
    assert own_engine.state.name == "stopped"
    with pytest.raises(EngineUnavailable, match="not running"):
        own_engine.call("version", timeout=1)


def test_it_describes_flexget_s_plugins(flexget_engine: Engine) -> None:
    plugins = {plugin["name"]: plugin for plugin in flexget_engine.call("plugins")}
    assert "misbehave" in plugins
    assert plugins["seen"]["builtin"]
    assert set(plugins["seen"]["phases"]) >= {"filter", "learn"}
    # FlexGet calls the plugins of a phase by priority, the highest first.
    assert plugins["seen"]["phases"]["filter"] == 255


def test_it_gives_flexget_s_schema_of_a_config(flexget_engine: Engine) -> None:
    schema = flexget_engine.call("schema")
    assert "tasks" in schema["properties"]
    assert "rss" in schema["$defs"]["plugin"]


def test_on_demand_the_first_call_starts_it(tmp_path: Path) -> None:
    engine = Engine(FlexGetHome(tmp_path / "flexget").config, on_demand=True)
    assert engine.state.name == "stopped"
    try:
        assert engine.call("version", timeout=60)["flexget"]
    finally:
        engine.stop()
    with pytest.raises(EngineUnavailable, match="not running"):
        engine.call("version", timeout=1)


def test_one_that_still_loads_flexget_is_given_up_at_once(
    flexget_home: FlexGetHome, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "flexapi.engine")
    engine = Engine(flexget_home.config)
    engine.start()
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(engine.call, "version")
        with engine._changed:
            assert engine._changed.wait_for(lambda: engine.state.pid is not None, timeout=10)
        pid = engine.state.pid
        engine.stop_loading()
        with pytest.raises(EngineUnavailable, match="The server stops"):
            waits.result(60)
        engine.stop()
    assert "is ready" not in caplog.text
    assert pid is not None
    assert is_gone(pid)
    assert engine.restarts == 0

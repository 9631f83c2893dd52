"""FlexGet loaded again: a new host takes what comes, the old one ends with what it runs."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.engine import retired
from flexapi.engine.client import Engine
from flexapi.engine.run import Ending
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    is_gone,
    messages,
    of_kind,
    reports_of,
)

from .test_plugins_left_out import plugin


@pytest.fixture
def home(tmp_path: Path) -> FlexGetHome:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("x", misbehave="sleep"), "quick": accepting("y")})
    return home


@pytest.fixture
def engine(home: FlexGetHome) -> Iterator[Engine]:
    engine = Engine(home.config, slots=2)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def test_a_plugin_that_came_later_is_found(engine: Engine, home: FlexGetHome) -> None:
    (home.folder / "plugins" / "late.py").write_text(plugin("late_one"))
    home.write({"late": accepting("x", late_one=True)})
    old = engine.state.pid
    engine.reload()
    reports = reports_of(engine.execute(1, ["late"], {}))
    assert of_kind(reports, "finished") == [{"aborted": False}]
    (task,) = of_kind(reports, "task")
    assert not task["aborted"]
    assert engine.state.pid != old
    assert old is not None
    assert is_gone(old)
    assert engine.plugin_problems() == []
    assert engine.restarts == 0


def test_what_runs_goes_on_and_can_be_aborted(engine: Engine) -> None:
    run = engine.execute(1, ["slow"], {})
    old = engine.state.pid
    assert old is not None
    after: list[str] = []
    for batch in run:
        if "sleeping" in messages(batch):
            engine.reload()
            after = messages(reports_of(engine.execute(2, ["quick"], {})))
            assert engine.state.pid != old
            assert run.ending is None
            run.abort(grace=20)
    assert any("ACCEPTED" in message for message in after)
    assert run.ending == Ending(0)
    assert is_gone(old)


def test_a_stop_ends_the_old_one_as_well(engine: Engine) -> None:
    run = engine.execute(1, ["slow"], {})
    old = engine.state.pid
    assert old is not None
    for batch in run:
        if "sleeping" in messages(batch):
            engine.reload()
            engine.call("version", timeout=60)
            engine.stop()
    assert run.pid is not None
    assert is_gone(run.pid)
    assert is_gone(old)


def test_one_that_hangs_is_replaced(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retired, "RETIRE_TIMEOUT", 0.2)
    old = engine.state.pid
    assert old is not None
    os.kill(old, signal.SIGSTOP)
    engine.reload()
    assert engine.call("version", timeout=60)["flexget"]
    assert engine.state.pid != old
    assert is_gone(old)

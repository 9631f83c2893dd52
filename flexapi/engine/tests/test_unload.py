"""FlexGet unloaded while nothing needs it, and loaded again by whoever does."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.engine.client import Engine, EngineUnavailable
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    is_gone,
    messages,
    of_kind,
    reports_of,
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"slow": accepting("x", misbehave="sleep"), "quick": accepting("y")})
    engine = Engine(home.config)
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


def test_its_process_ends_and_the_next_run_has_another(engine: Engine) -> None:
    reports_of(engine.execute(1, ["quick"], {}))
    old = engine.state.pid
    assert old is not None
    assert engine.unload(0)
    assert engine.state.name == "unloaded"
    assert engine.state.flexget
    # Who asks once more finds it gone already; nobody else does.
    os.waitid(os.P_PID, old, os.WEXITED | os.WNOWAIT)
    assert not engine.unload(0)
    reports = reports_of(engine.execute(2, ["quick"], {}))
    assert of_kind(reports, "finished") == [{"aborted": False}]
    assert engine.state.name == "ready"
    assert engine.restarts == 0


def test_what_is_asked_in_passing_does_not_load_it(engine: Engine) -> None:
    assert engine.unload(0)
    with pytest.raises(EngineUnavailable, match="unloaded"):
        engine.call("version", in_passing=True)
    assert engine.state.name == "unloaded"
    assert engine.call("version", timeout=60)["flexget"]


def test_it_stays_while_it_is_used(engine: Engine) -> None:
    assert not engine.unload(unused_for=60)
    run = engine.execute(1, ["slow"], {})
    for batch in run:
        if "sleeping" in messages(batch):
            assert not engine.unload(0)
            run.abort(0)
    assert engine.unload(0)


def test_it_is_loaded_again_ahead_and_by_a_reload(engine: Engine) -> None:
    for load in (engine.load, engine.reload):
        old = engine.state.pid
        assert engine.unload(0)
        load()
        assert engine.state.name == "starting"
        assert engine.call("version", timeout=60)["flexget"]
        assert engine.state.pid not in (None, old)


def test_a_stop_while_it_is_unloaded(engine: Engine) -> None:
    old = engine.state.pid
    assert old is not None
    assert engine.unload(0)
    engine.stop()
    assert is_gone(old)
    assert engine.state.name == "stopped"

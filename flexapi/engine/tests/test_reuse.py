"""A process of FlexGet's runs one execution after the other, as long as the runs end well and leave nothing behind."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.host import life
from flexapi.engine.run import Ending
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    is_gone,
    messages,
    of_kind,
    reports_of,
)

Pid = int


@pytest.fixture
def run(flexget_engine: Engine, flexget_home: FlexGetHome) -> "Callable[..., Pid]":
    """`run("task")`: run it to its end; return in which process."""

    def run(name: str, **options: object) -> Pid:
        ran = flexget_engine.execute(1, [name], options)
        assert of_kind(reports_of(ran), "finished")
        assert ran.ending == Ending(0)
        assert ran.pid is not None
        return ran.pid

    return run


def test_the_next_run_is_in_the_same_process(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x"), "other": accepting("y")})
    first = run("good")
    assert [run("other"), run("good"), run("good", learn=True), run("good", cron=True)] == [
        first
    ] * 4
    assert not flexget_home.lock.exists()


def test_each_run_logs_once_and_to_its_own_reader(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x", misbehave="binary")})
    for number in range(3):
        logged = messages(reports_of(flexget_engine.execute(number, ["good"], {})))
        assert sum("ACCEPTED" in line for line in logged) == 1
        assert logged.count("text on stdout") == logged.count("text on stderr") == 1
    log_file = flexget_home.folder / "flexget.log"
    assert sum("ACCEPTED: `x`" in line for line in log_file.read_text().splitlines()[-20:]) >= 3


LEFT = [
    "thread",
    "process",
    "orphan",
    "descriptor",
    "working_folder",
    "variable",
    "signal_handler",
    "sink",
    "memory",
    "mask",
]


@pytest.mark.parametrize("what", LEFT)
def test_what_is_left_behind_is_not_there_for_the_next_run(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome, what: str
) -> None:
    flexget_home.write({"bad": accepting("x", misbehave=f"leave_{what}"), "good": accepting("y")})
    first = run("good")
    assert run("bad") == first
    second = run("good")
    assert second != first
    assert is_gone(first)
    assert run("good") == second


@pytest.mark.parametrize("how", ["raise", "sys_exit"])
def test_a_run_that_fails_is_the_last_of_its_process(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome, how: str
) -> None:
    flexget_home.write({"bad": accepting("x", misbehave=how), "good": accepting("y")})
    first = run("bad")
    assert run("good") != first


def test_so_is_one_that_is_aborted(
    run: "Callable[..., Pid]", flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"slow": accepting("x", misbehave="sleep"), "good": accepting("y")})
    first = run("good")
    slow = flexget_engine.execute(1, ["slow"], {})
    assert slow.pid == first
    for batch in slow:
        if "sleeping" in messages(batch):
            slow.abort(grace=20)
    assert slow.ending == Ending(0)
    assert run("good") != first


def test_so_is_one_that_another_config_was_written_for(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"good": accepting("x")})
    first = run("good")
    flexget_home.write({"good": accepting("x", "y")})
    second = run("good")
    assert second != first
    assert run("good") == second


def test_so_is_one_whose_variables_changed(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome
) -> None:
    variables = flexget_home.folder / "variables.yml"
    variables.write_text("word: one\n")
    flexget_home.write({"good": accepting("{? word ?}")}, variables="variables.yml")
    first = run("good")
    assert run("good") == first
    variables.write_text("word: two\n")
    assert run("good") != first


@pytest.mark.parametrize(
    "options", [{"cli_config": ["word=two"]}, {"test": True}, {"loglevel": "debug"}]
)
def test_unusual_options_get_a_process_of_their_own(
    run: "Callable[..., Pid]", flexget_home: FlexGetHome, options: dict[str, object]
) -> None:
    flexget_home.write({"good": accepting("x")})
    first = run("good")
    alone = run("good", **options)
    assert alone != first
    # The one that is warm stands by.
    assert run("good") == first
    assert is_gone(alone)


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[tuple[Engine, FlexGetHome]]:
    """An engine of the test's own, and its folder."""
    home = FlexGetHome(tmp_path / "flexget")
    home.write({"good": accepting("x")})
    engine = Engine(home.config)
    yield engine, home
    engine.stop()


def pid_of(engine: Engine) -> Pid:
    """Run the good task; return in which process."""
    run = engine.execute(1, ["good"], {})
    (task,) = of_kind(reports_of(run), "task")
    assert not task["aborted"]
    assert run.pid is not None
    return run.pid


def test_a_process_retires_after_many_runs(own_engine: tuple[Engine, FlexGetHome]) -> None:
    engine, _ = own_engine
    engine.start()
    pids = [pid_of(engine) for _ in range(life.MOST_RUNS + 2)]
    assert len(set(pids[: life.MOST_RUNS])) == 1
    assert pids[life.MOST_RUNS] == pids[-1] != pids[0]


def test_one_that_is_killed_while_it_stands_ready_is_replaced(
    own_engine: tuple[Engine, FlexGetHome],
) -> None:
    engine, _ = own_engine
    engine.start()
    first = pid_of(engine)
    os.kill(first, signal.SIGKILL)
    assert is_gone(first)
    assert pid_of(engine) != first


def test_those_that_stand_ready_end_with_the_host(
    own_engine: tuple[Engine, FlexGetHome],
) -> None:
    engine, _ = own_engine
    engine.start()
    first = pid_of(engine)
    host = engine.state.pid
    assert host is not None
    os.kill(host, signal.SIGKILL)
    assert is_gone(first)


def test_without_reuse_each_run_has_its_own(own_engine: tuple[Engine, FlexGetHome]) -> None:
    _, home = own_engine
    engine = Engine(home.config, reuse=False)
    engine.start()
    try:
        pids = [pid_of(engine) for _ in range(3)]
    finally:
        engine.stop()
    assert len(set(pids)) == 3
    assert all(is_gone(pid) for pid in pids)


def test_several_slots_keep_a_process_each(tmp_path: Path) -> None:
    home = FlexGetHome(tmp_path / "flexget")
    slow = {"misbehave": {"lines": 20, "seconds": 0.02}}
    home.write({"a": accepting("x", **slow), "b": accepting("y", **slow)})
    engine = Engine(home.config, slots=2)
    engine.start()
    try:
        rounds = []
        for number in range(3):
            runs = [
                engine.execute(2 * number + place, [task], {}) for place, task in enumerate("ab")
            ]
            for one in runs:
                assert of_kind(reports_of(one), "finished") == [{"aborted": False}]
            rounds.append({one.pid for one in runs})
    finally:
        engine.stop()
    assert len(rounds[0]) == 2
    assert rounds[1] == rounds[2] == rounds[0]

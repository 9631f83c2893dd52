"""Plugins that misbehave: their execution ends truthfully and the host goes on."""

import os
import time

from flexapi.engine.client import Engine
from flexapi.engine.run import Ending, Report, Run
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    is_gone,
    messages,
    of_kind,
    reports_of,
)


def misbehave(engine: Engine, home: FlexGetHome, how: str) -> tuple[Run, list[Report]]:
    """Run a task whose plugin misbehaves, then see that the next execution works."""
    home.write({"bad": accepting("x", misbehave=how), "good": accepting("y")})
    run = engine.execute(1, ["bad"], {})
    reports = reports_of(run)
    after = of_kind(reports_of(engine.execute(2, ["good"], {})), "task")
    assert after[0]["accepted"] == 1
    assert not home.lock.exists()
    return run, reports


def test_a_plugin_that_raises(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    run, reports = misbehave(flexget_engine, flexget_home, "raise")
    (task,) = of_kind(reports, "task")
    assert task["aborted"]
    assert "this plugin is broken" in task["abort_reason"]
    assert any("Traceback" in line for line in messages(reports))
    assert any("the abort phase ran" in line for line in messages(reports))
    assert run.ending == Ending(0)


def test_a_plugin_that_calls_sys_exit(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    _, reports = misbehave(flexget_engine, flexget_home, "sys_exit")
    (task,) = of_kind(reports, "task")
    assert task["aborted"]
    assert "exit code 3" in task["abort_reason"]


def test_a_plugin_that_calls_os_exit(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    run, reports = misbehave(flexget_engine, flexget_home, "os_exit")
    assert not of_kind(reports, "finished")
    assert "about to leave" in messages(reports)
    assert run.ending == Ending(7)


def test_a_plugin_that_is_killed(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    run, reports = misbehave(flexget_engine, flexget_home, "killed")
    assert not of_kind(reports, "finished")
    assert run.ending == Ending(-9)


def test_binary_on_stdout_is_logged(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    _, reports = misbehave(flexget_engine, flexget_home, "binary")
    printed = {
        line["message"]: line["plugin"]
        for line in of_kind(reports, "log")
        if line["plugin"] in ("stdout", "stderr")
    }
    assert printed["text on stdout"] == "stdout"
    assert printed["text on stderr"] == "stderr"
    assert any("binary" in line for line in printed)


def test_a_line_of_a_megabyte(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    _, reports = misbehave(flexget_engine, flexget_home, "megabyte")
    assert "x" * 1_000_000 in messages(reports)


def test_a_plugin_that_forks(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    run, reports = misbehave(flexget_engine, flexget_home, "fork")
    # The forked child came back through FlexGet, and neither ended the execution nor its lock.
    assert len(of_kind(reports, "finished")) == 1
    assert len(of_kind(reports, "task")) == 1
    assert "from the parent" in messages(reports)
    assert "from the forked child" in messages(reports)
    assert run.ending == Ending(0)


def test_many_lines_arrive_whole_and_in_order(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"chatty": accepting("x", misbehave={"lines": 5000})})
    log = messages(reports_of(flexget_engine.execute(1, ["chatty"], {})))
    lines = [line for line in log if line.startswith("line ")]
    assert lines == [f"line {number}" for number in range(1, 5001)]


def test_the_server_s_variables_stay_out_of_plugins(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    assert "FLEXAPI_DATA_DIR" in os.environ
    _, reports = misbehave(flexget_engine, flexget_home, "environment")
    (variables,) = [line for line in messages(reports) if line.startswith("variables:")]
    assert "PATH" in variables
    assert "FLEXAPI_" not in variables


def abort_once_it_logs(run: Run, grace: float) -> list[Report]:
    """Abort the run when its misbehaving plugin has logged something; return all reports."""
    reports: list[Report] = []
    asked = False
    for batch in run:
        reports += batch
        if not asked and any(line["plugin"] == "misbehave" for line in of_kind(batch, "log")):
            run.abort(grace)
            asked = True
    return reports


def test_abort_runs_flexget_s_abort_phase(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"slow": accepting("x", misbehave="sleep"), "never": accepting("y")})
    run = flexget_engine.execute(1, ["slow", "never"], {})
    reports = abort_once_it_logs(run, grace=20)
    assert "the abort phase ran" in messages(reports)
    assert [task["task"] for task in of_kind(reports, "task")] == ["slow"]
    assert of_kind(reports, "finished") == [{"aborted": True}]
    assert run.ending == Ending(0)
    assert not flexget_home.lock.exists()


def test_abort_kills_a_plugin_that_does_not_listen(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"deaf": accepting("x", misbehave="swallow"), "good": accepting("y")})
    run = flexget_engine.execute(1, ["deaf"], {})
    began = time.monotonic()
    reports = abort_once_it_logs(run, grace=1.5)
    assert time.monotonic() - began < 60
    assert "swallowed an exception" in messages(reports)
    assert not of_kind(reports, "finished")
    assert run.ending == Ending(-9)
    # The lock that the killed process left behind is nobody's.
    after = of_kind(reports_of(flexget_engine.execute(2, ["good"], {})), "task")
    assert after[0]["accepted"] == 1


def test_abort_is_tried_again_where_a_plugin_swallows_the_first(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"hard-of-hearing": accepting("x", misbehave="swallow_once")})
    run = flexget_engine.execute(1, None, {})
    reports = abort_once_it_logs(run, grace=15)
    assert "swallowed an exception" in messages(reports)
    # It ended in order, and was not killed after the grace time.
    assert "the abort phase ran" in messages(reports)
    assert of_kind(reports, "finished") == [{"aborted": True}]
    assert run.ending == Ending(0)


def test_abort_kills_what_the_plugin_started(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"slow": accepting("x", misbehave="grandchild")})
    run = flexget_engine.execute(1, ["slow"], {})
    abort_once_it_logs(run, grace=10)
    assert run.ending == Ending(0)
    pid = int((flexget_home.folder / "grandchild.pid").read_text())
    assert is_gone(pid)

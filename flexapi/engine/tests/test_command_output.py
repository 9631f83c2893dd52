"""What `exec` prints is logged while it runs, and kept where it is aborted."""

import os
from pathlib import Path

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.run import Report
from flexapi.testing.flexget_home import (
    FlexGetHome,
    accepting,
    messages,
    of_kind,
    reports_of,
)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """What a command waits at."""
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_a_line_is_logged_before_the_next_is_printed(
    flexget_engine: Engine, flexget_home: FlexGetHome, fifo: Path
) -> None:
    command = f"echo first; cat {fifo} > /dev/null; echo second >&2"
    flexget_home.write({"shell": accepting("x", exec=command)})
    said: list[str] = []
    for batch in flexget_engine.execute(1, ["shell"], {}):
        said += [line for line in messages(batch) if line.startswith("Stdout")]
        if said == ["Stdout: first"] and messages(batch)[-1:] == said:
            fifo.write_text("go on\n")
    assert said == ["Stdout: first", "Stdout: second"]


def test_what_was_printed_before_an_abort_is_kept(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    flexget_home.write({"shell": accepting("x", exec="printf 'whole\\nhalf'; sleep 60")})
    run = flexget_engine.execute(1, ["shell"], {})
    reports: list[Report] = []
    for batch in run:
        reports += batch
        if "Stdout: whole" in messages(batch):
            run.abort(grace=20)
    said = [line for line in messages(reports) if line.startswith("Stdout")]
    assert said == ["Stdout: whole", "Stdout: half"]
    assert of_kind(reports, "finished") == [{"aborted": True}]


def test_odd_output(flexget_engine: Engine, flexget_home: FlexGetHome) -> None:
    commands = [
        "printf '\\n one\\n\\ntwo \\r\\n\\n\\n'",
        "printf 'caf\\351'",
        "true",
        "head -c 300000 /dev/zero | tr '\\0' x",
        "exit 3",
    ]
    exec_ = {"on_output": {"for_accepted": commands}, "fail_entries": True}
    flexget_home.write({"shell": accepting("x", exec=exec_)})
    reports = reports_of(flexget_engine.execute(1, ["shell"], {}))
    said = [line[8:] for line in messages(reports) if line.startswith("Stdout")]
    assert said == ["", " one", "", "two", "caf\ufffd", "x" * 300_000]
    (task,) = of_kind(reports, "task")
    assert task["failed"] == 1


def test_what_goes_on_in_the_background_is_left_alone(
    flexget_engine: Engine, flexget_home: FlexGetHome
) -> None:
    exec_ = {"on_output": {"phase": "echo unread"}, "allow_background": True}
    flexget_home.write({"shell": accepting("x", exec=exec_)})
    reports = reports_of(flexget_engine.execute(1, ["shell"], {}))
    assert not [line for line in messages(reports) if "Stdout" in line]
    assert of_kind(reports, "finished") == [{"aborted": False}]

"""FlexGet's lock file, as others left it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flexapi.engine import flexget_lock

WAIT = "import sys; print(flush=True); sys.stdin.read()"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "my.config.yml"


@pytest.mark.parametrize(
    "text",
    [None, "", "PID: x\n", "port: 5\n", "PID: 4194305\n", "PID: 99999999999999999999\n", "\0"],
)
def test_nobody_holds_it(config: Path, text: str | None) -> None:
    if text is not None:
        (config.parent / ".my.config-lock").write_text(text)
    assert flexget_lock.holder(config) is None


def test_it_says_who_holds_it(config: Path) -> None:
    flexget_lock.lock_file(config).write_text(f"PID: {os.getpid()}\npassword: a:b\nport: 4567\n")
    assert flexget_lock.holder(config) == flexget_lock.Holder(os.getpid(), 4567)


@pytest.mark.parametrize(
    ("arguments", "port", "daemon"),
    [
        (["daemon", "start"], 4567, True),
        (["execute", "--tasks", "daemons"], 4567, False),
        # One that takes no commands is about to run, or is a run of FlexAPI's.
        (["daemon", "start"], None, False),
    ],
)
def test_a_daemon_is_told_from_a_run(arguments: list[str], port: int | None, daemon: bool) -> None:
    command = [sys.executable, "-c", WAIT, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert flexget_lock.Holder(process.pid, port).is_daemon is daemon
        process.communicate(b"", timeout=30)

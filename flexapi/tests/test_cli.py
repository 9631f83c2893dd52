"""The command `flexapi`: its commands, help, hints and completion."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from flexapi import cli
from flexapi.testing.process import ROOT
from flexapi.version import VERSION


def flexapi(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "flexapi", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_each_command_is_there_and_says_what_it_does() -> None:
    known = get_commands()
    for name, command in cli.COMMANDS.items():
        assert command.help
        assert (command.management in known) != (command.run is not None), name
    # What people need of ours has a name here.
    ours = {name for name, app in known.items() if app == "flexapi"}
    assert ours <= {command.management for command in cli.COMMANDS.values()}


def test_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
        printed = capsys.readouterr().out
        assert all(f"    {name}" in printed for name in cli.COMMANDS)
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"FlexAPI {VERSION}\n"


def test_the_overview_needs_no_django() -> None:
    code = "import sys; from flexapi import cli; cli.overview(); print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("create_token", "There is no command create_token. Do you mean create-token?"),
        ("bakup", "Do you mean backup?"),
        ("frobnicate", "There is no command frobnicate. `flexapi --help` lists them."),
    ],
)
def test_a_name_that_is_none(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([name])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_help_of_a_command_has_its_own_options_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    done = flexapi("create-token", "--help", HOME=str(tmp_path), FLEXAPI_DATA_DIR="")
    assert "usage: flexapi create-token [-h] [--name NAME]" in done.stdout
    assert "--pythonpath" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_worker_takes_celery_s_options() -> None:
    done = flexapi("worker", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: flexapi worker [OPTIONS]")
    assert "--queues" in done.stdout


def test_settings_that_cannot_be_are_said_in_a_line() -> None:
    done = flexapi("check", FLEXAPI_PORT="many")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: FLEXAPI_PORT")
    assert "Traceback" not in done.stderr


@pytest.fixture
def completion(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Path:
    # Kept as it is, for the command gives it another value.
    monkeypatch.setenv("FLEXAPI_DATA_DIR", os.environ["FLEXAPI_DATA_DIR"])
    assert cli.main(["completion", "bash"]) == 0
    script = tmp_path / "flexapi.bash"
    script.write_text(capsys.readouterr().out)
    return script


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["mo"], {"move-database", "move-flexget-database"}),
        (["create-token", "--r"], {"--read", "--run"}),
        (["serve", "--no"], {"--no-worker"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
    ],
)
def test_bash_completes(completion: Path, words: list[str], offered: set[str]) -> None:
    line = f"""
        source {completion}
        COMP_WORDS=(flexapi {" ".join(word or "''" for word in words)}); COMP_CWORD={len(words)}
        _shtab_flexapi; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEXAPI_DATA_DIR", os.environ["FLEXAPI_DATA_DIR"])
    assert cli.main(["completion", shell]) == 0
    assert "move-flexget-database" in capsys.readouterr().out

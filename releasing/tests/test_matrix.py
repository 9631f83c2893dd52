"""`make test-matrix`: what is tested is what is promised, and what this machine lacks is said and isn't a success."""

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from releasing import ROOT, matrix
from releasing.installs import Failed, Lacking
from releasing.matrix import FLEXGETS, PAIRS, PYTHONS, Pair

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("--on", "3.13", "--", "args")`, as if every environment were this one, but for Python 3.14."""

    def prepare(pair: Pair) -> Path:
        if pair.python == "3.14":
            raise Lacking("no Python 3.14 here")
        if pair == Pair("3.12", "3.21"):
            raise Failed("no such FlexGet")
        return Path(sys.executable)

    def main(*args: str) -> int:
        monkeypatch.setattr(sys, "argv", ["matrix", *args])
        return matrix.main()

    monkeypatch.setattr(matrix, "prepare", prepare)
    return main


@pytest.fixture
def passing(tmp_path: Path) -> list[str]:
    """What pytest is given for one test that passes."""
    test = tmp_path / "test_it.py"
    test.write_text("def test_it(): pass\ndef test_that(): assert False\n")
    return [
        "--",
        "-p",
        "no:randomly",
        "-p",
        "no:schemathesis",
        "-c",
        "/dev/null",
        f"{test}::test_it",
    ]


def test_each_pair_of_a_python_has_a_row(
    run: Run, passing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--on", "3.13", "--on", "3.11/3.21", *passing) == 0
    printed = capsys.readouterr().out
    assert len(re.findall(r"(?m)^\| [\d.]+ \| [\d.]+ \| passed: 1 passed in .* \|$", printed)) == 3
    assert "not run" not in printed


def test_a_failure_is_said_and_fails(
    run: Run, passing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    failing = [passing[-1].replace("test_it.py::test_it", "test_it.py"), *passing]
    assert run("--on", "3.13/3.22", "--", failing[0], *failing[2:-1]) == 1
    printed = capsys.readouterr().out
    assert "**failed**: 1 failed, 1 passed in" in printed
    assert "assert False" in printed


def test_what_cannot_be_installed_fails(
    run: Run, passing: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--on", "3.12", *passing) == 1
    assert "| 3.12 | 3.21 | **can't be installed**: no such FlexGet |" in capsys.readouterr().out


def test_what_the_machine_lacks_is_said_and_is_not_a_success(
    run: Run,
    passing: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matrix, "PAIRS", (Pair("3.13", "3.22"), Pair("3.14", "3.22")))
    assert run(*passing) == 0
    printed = capsys.readouterr().out
    assert "| 3.14 | 3.22 | not run: no Python 3.14 here |" in printed
    assert "1 of 2 were not run." in printed
    # Who asked for it by name is not told that all is well, nor where nothing was run.
    assert run("--on", "3.13", "--on", "3.14", *passing) == 1
    monkeypatch.setattr(matrix, "PAIRS", (Pair("3.14", "3.22"),))
    assert run(*passing) == 1


def test_a_pair_that_there_is_not_is_refused(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("--on", "3.9")
    assert "3.9 is none of 3.11, 3.12, " in capsys.readouterr().err


def test_a_python_of_pyenv_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    major, minor = sys.version_info[:2]
    program = tmp_path / "versions" / f"{major}.{minor}.0" / "bin" / f"python{major}.{minor}"
    program.parent.mkdir(parents=True)
    program.symlink_to(sys.executable)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    assert matrix.interpreter(f"{major}.{minor}")
    with pytest.raises(Lacking, match=r"no Python 3\.99 here; `uv python install 3\.99` gets it"):
        matrix.interpreter("3.99")


def test_what_is_tested_is_what_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={PYTHONS[0]}"
    promised = [
        line.rsplit(" ", 1)[1]
        for line in project["classifiers"]
        if re.match(r"Programming Language :: Python :: 3\.", line)
    ]
    assert promised == list(PYTHONS[: len(promised)])
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert f"flexget~={FLEXGETS[0]}." in requirements
    assert len(PAIRS) == len(PYTHONS) * len(FLEXGETS)

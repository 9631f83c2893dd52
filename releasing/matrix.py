"""`make test-matrix [ON="3.13 3.12/3.21"] [ARGS=…]`: the tests on each Python and each FlexGet that FlexAPI works with.

Every pair of them has an environment in `.venv/matrix/`, which uv makes and keeps current. A pair that this machine has no Python
for is listed as not run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import ROOT
from .installs import Failed, Lacking

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The newest two minor releases; requirements.txt names the first.
FLEXGETS = ("3.22", "3.21")
FOLDER = ROOT / ".venv" / "matrix"
UV = (sys.executable, "-m", "uv")


@dataclass(frozen=True)
class Pair:
    """A Python and a FlexGet, as minor releases: `3.13/3.22`."""

    python: str
    flexget: str

    def __str__(self) -> str:
        return f"{self.python}/{self.flexget}"

    @property
    def folder(self) -> Path:
        """Where its environment is."""
        return FOLDER / f"{self.python}-flexget-{self.flexget}"


PAIRS = tuple(Pair(python, flexget) for flexget in FLEXGETS for python in PYTHONS)


def chosen(names: Sequence[str]) -> list[Pair]:
    """Return the pairs of `3.13` (with each FlexGet) and `3.13/3.22`; all, if none is named. Raises ValueError."""
    for name in names:
        if not any(name in (pair.python, str(pair)) for pair in PAIRS):
            raise ValueError(f"{name} is none of {', '.join([*PYTHONS, *map(str, PAIRS)])}")
    return [pair for pair in PAIRS if not names or pair.python in names or str(pair) in names]


def _output(*command: str | Path, **environment: str) -> str:
    """Run a command; return what it prints. Raises Failed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failed(done.stderr.strip()[-600:])
    return done.stdout.strip()


def interpreter(python: str) -> str:
    """Return the path of a Python of this minor release: uv's, one on the PATH, or one of pyenv's. Raises Lacking."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    # pyenv's own commands on the PATH are for the versions that it has switched on.
    folders = [str(folder) for folder in root.glob(f"versions/{python}.*/bin")]
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    find = ["python", "find", "--system", "--no-python-downloads", "--no-project", python]
    try:
        return _output(*UV, *find, PATH=path)
    except Failed as failed:
        if "No interpreter found" not in str(failed):
            raise
        raise Lacking(f"no Python {python} here; `uv python install {python}` gets it") from failed


def prepare(pair: Pair) -> Path:
    """Make its environment, or bring it up to date; return the Python in it. Raises Lacking, Failed."""
    base, python = interpreter(pair.python), pair.folder / "bin" / "python"
    if not python.exists():  # Nor does it where the Python that it was made of is gone.
        shutil.rmtree(pair.folder, ignore_errors=True)
        _output(*UV, "venv", "--quiet", "--python", base, pair.folder)
    install: list[str | Path] = [
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        python,
    ]
    install += ["-r", "requirements-dev.txt"]
    if pair.flexget != FLEXGETS[0]:
        other = pair.folder / "overrides.txt"
        other.write_text(f"flexget~={pair.flexget}.0\n", encoding="utf-8")
        install += ["--override", other]
    _output(*UV, *install)
    return python


def tested(python: Path, args: Sequence[str]) -> tuple[bool, str]:
    """Run the tests, whose output is seen as it comes; return whether they passed, and pytest's last line."""
    # What failed last is another environment's.
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", *args]
    last = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip("= \n") or last
    return process.returncode == 0, last


def row(pair: Pair, args: Sequence[str]) -> tuple[str, str]:
    """Test a pair; return its row of the table, and what came of it: passed, failed or `not run`."""
    print(f"\nPython {pair.python}, FlexGet {pair.flexget}", flush=True)
    began = time.monotonic()
    try:
        python = prepare(pair)
        versions = (
            "import importlib.metadata, platform;"
            "print(platform.python_version(), '|', importlib.metadata.version('flexget'))"
        )
        head = f"| {_output(python, '-c', versions)} |"
    except Lacking as lacking:
        return f"| {pair.python} | {pair.flexget} | not run: {lacking} |", "not run"
    except Failed as failed:
        return f"| {pair.python} | {pair.flexget} | **can't be installed**: {failed} |", "failed"
    print(f"Its environment took {time.monotonic() - began:.0f} s", flush=True)
    passed, last = tested(python, args)
    return f"{head} {'passed' if passed else '**failed**'}: {last} |", (
        "passed" if passed else "failed"
    )


def main() -> int:
    """Test the pairs that are named, or all; 1 where one failed, one that was named wasn't run, or none was."""
    parser = argparse.ArgumentParser(prog="python -m releasing.matrix", description=__doc__)
    parser.add_argument("--on", action="append", default=[], metavar="PYTHON[/FLEXGET]")
    parser.add_argument("args", nargs="*", help="what pytest is given, after --")
    options = parser.parse_args()
    try:
        pairs = chosen(options.on)
    except ValueError as error:
        parser.error(str(error))
    rows, outcomes = zip(*(row(pair, options.args) for pair in pairs), strict=True)
    print("\n| Python | FlexGet | result |\n|---|---|---|", *rows, sep="\n")
    left_out = outcomes.count("not run")
    if left_out:
        print(f"\n{left_out} of {len(rows)} were not run.")
    return int("failed" in outcomes or left_out == len(rows) or (left_out > 0 and options.on != []))


if __name__ == "__main__":
    sys.exit(main())

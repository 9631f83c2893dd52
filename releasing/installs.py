"""`make installs [WAYS=…]`: each way to install, tried in a bare place and timed; prints the table of docs/installing.md.

A bare place is a folder with a home of its own and no variable but those that package managers need. What this machine lacks is said.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import ROOT

# Variables that say where packages come from, and through what.
KEPT = re.compile(r"PATH|LANG|TZ|(PIP|UV|SSL|XDG_CONFIG)_\w+|(https?|no)_proxy", re.IGNORECASE)
PASSWORD = "correct horse battery"  # noqa: S105  of servers that live for seconds
UNIT = ROOT / "deploy" / "flexapi.service"


class Lacking(Exception):
    """This machine can't try it; the text says what is missing."""


class Failed(Exception):
    """It was tried, and didn't work; the text says how."""


@dataclass
class Tried:
    """What came of it: seconds from nothing to installed, and from there to the first answer."""

    install: float
    answer: float
    note: str = ""


class Place:
    """A folder where somebody installs it who has nothing yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
        self.environment = kept | {
            "HOME": str(folder),
            "FLEXAPI_PORT": "0",
            "FLEXAPI_ADMIN_PASSWORD": PASSWORD,
        }

    def run(self, *command: str | Path, cwd: Path | None = None, **environment: str) -> float:
        """Run a command to its end; return its seconds. Raises Failed."""
        began = time.monotonic()
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(
                f"`{Path(command[0]).name} …` ends with {done.returncode}: {done.stderr[-600:]}"
            )
        return time.monotonic() - began

    def served(
        self, *command: str | Path, cwd: Path | None = None, **environment: str
    ) -> tuple[float, float]:
        """Start a server and ask it; return the seconds until it listened, and until it had answered. Raises Failed."""
        began = time.monotonic()
        with self._running(command, cwd or self.folder, environment) as printed:
            url = _url(printed)
            listened = time.monotonic() - began
            for path in ("/healthz", "/accounts/login/", "/static/web/css/frame.css"):
                # S310: an address of this machine.
                with urllib.request.urlopen(f"{url}{path}", timeout=60) as answer:  # noqa: S310
                    answer.read()
            return listened, time.monotonic() - began

    @contextmanager
    def _running(
        self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str]
    ) -> Iterator[Iterator[str]]:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=self.environment | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # `make` and the like stand between: all of them end.
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            with process.stdout as printed:
                yield iter(printed)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def _url(printed: Iterator[str]) -> str:
    lines = []
    for line in printed:
        lines.append(line)
        if match := re.match(r"Serving on (http://\S+)/", line):
            return match[1]
    raise Failed(f"It never served: {''.join(lines)[-600:]}")


def needed(program: str) -> str:
    """Return the path of a program. Raises Lacking."""
    path = shutil.which(program)
    if path is None:
        raise Lacking(f"{program} is not installed")
    return path


def make_run(place: Place) -> Tried:
    """A checkout, and `make run`."""
    checkout = place.folder / "flexapi"
    place.run(needed("git"), "clone", "--quiet", ROOT, checkout)
    listened, answered = place.served(needed("make"), "--silent", "run", cwd=checkout)
    again, _ = place.served(needed("make"), "--silent", "run", cwd=checkout)
    return Tried(listened - again, again + answered - listened, f"started again in {again:.1f} s")


def _wheel(place: Place) -> Path:
    """Build the wheel from what is committed."""
    source = place.folder / "source"
    place.run(needed("git"), "clone", "--quiet", ROOT, source)
    dist = place.folder / "dist"
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(dist)]
    place.run(sys.executable, *build, source)
    (wheel,) = dist.iterdir()
    return wheel


def in_venv(place: Place) -> Tried:
    """The wheel, by pip into a virtual environment."""
    wheel = _wheel(place)
    venv = place.folder / "venv"
    seconds = place.run(sys.executable, "-m", "venv", venv)
    seconds += place.run(venv / "bin" / "pip", "install", "--quiet", wheel)
    _, answered = place.served(venv / "bin" / "flexapi", "serve")
    return Tried(seconds, answered)


def by_pipx(place: Place) -> Tried:
    """The wheel, by pipx."""
    pipx, wheel = needed("pipx"), _wheel(place)
    seconds = place.run(pipx, "install", wheel)
    _, answered = place.served(place.folder / ".local" / "bin" / "flexapi", "serve")
    return Tried(seconds, answered)


def by_uv(place: Place) -> Tried:
    """The wheel, by uv."""
    uv, wheel = needed("uv"), _wheel(place)
    seconds = place.run(uv, "tool", "install", "--quiet", "--python", sys.executable, wheel)
    _, answered = place.served(place.folder / ".local" / "bin" / "flexapi", "serve")
    return Tried(seconds, answered)


def verify(unit: Path) -> None:
    """Have systemd read a unit. Raises Lacking, Failed."""
    command = [needed("systemd-analyze"), "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # What it doesn't know it says, and ends with 0.
    if done.returncode or done.stderr:
        raise Failed(f"systemd doesn't take {unit.name}: {done.stderr[-600:]}")


def by_systemd(place: Place) -> Tried:
    """A checkout in /opt/flexapi and the unit: as systemd reads it, and its command as its user's."""
    needed("systemd-analyze")
    checkout = place.folder / "flexapi"
    place.run(needed("git"), "clone", "--quiet", ROOT, checkout)
    seconds = place.run(sys.executable, "-m", "venv", ".venv", cwd=checkout)
    pip = checkout / ".venv" / "bin" / "pip"
    seconds += place.run(pip, "install", "--quiet", "-r", "requirements.txt", cwd=checkout)
    unit = place.folder / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace("/opt/flexapi", str(checkout))
    # The user is there on the machine that it is made for.
    unit.write_text(re.sub(r"(?m)^(User|Group)=.*\n", "", text), encoding="utf-8")
    verify(unit)
    started = re.search(r"(?m)^ExecStart=(.+)$", text)
    assert started is not None
    command = ["setpriv", "--no-new-privs", *started[1].split()]
    _, answered = place.served(*command, cwd=checkout)
    return Tried(seconds, answered, "the unit is read by systemd-analyze; its command is run")


def by_image(place: Place) -> Tried:
    """The image: built, and started with a volume for each folder."""
    docker = needed("docker")
    if subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        raise Lacking("docker has no engine here; docs/installing.md tells of a build without one")
    seconds = place.run(docker, "build", "-f", "deploy/Dockerfile", "-t", "flexapi", ".", cwd=ROOT)
    serve = ["run", "--rm", "--network=host", "-e", "FLEXAPI_PORT=0", "flexapi"]
    _, answered = place.served(docker, *serve)
    return Tried(seconds, answered)


WAYS: dict[str, Callable[[Place], Tried]] = {
    "make": make_run,
    "venv": in_venv,
    "pipx": by_pipx,
    "uv": by_uv,
    "systemd": by_systemd,
    "image": by_image,
}


def row(name: str, way: Callable[[Place], Tried]) -> tuple[str, bool]:
    """Try a way; return its row of the table, and whether it failed."""
    what = (way.__doc__ or "").rstrip(".")
    with tempfile.TemporaryDirectory(prefix=f"flexapi-{name}-") as folder:
        try:
            tried = way(Place(Path(folder)))
        except Lacking as lacking:
            return f"| `{name}` | {what} | not tried: {lacking} | | |", False
        except Failed as failed:
            return f"| `{name}` | {what} | **failed**: {failed} | | |", True
    times = f"{tried.install:.0f} s | {tried.answer:.1f} s"
    return f"| `{name}` | {what} | works{tried.note and '; '}{tried.note} | {times} |", False


def main() -> int:
    """Try the ways that are named, or all; 1 where one failed."""
    parser = argparse.ArgumentParser(prog="python -m releasing.installs", description=__doc__)
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"{', '.join(WAYS)}; default: all")
    chosen = parser.parse_args().ways or list(WAYS)
    if unknown := sorted(set(chosen) - set(WAYS)):
        parser.error(f"there is no way {', '.join(unknown)}")
    print(
        "| | way | result | to install | to the first answer |\n|---|---|---|---|---|", flush=True
    )
    failures = 0
    for name in chosen:
        line, failed = row(name, WAYS[name])
        failures += failed
        print(line, flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())

"""`deploy/entrypoint`, as process 1 of a container: in namespaces of its own, with a root of its own.

There is no engine for containers in the tests: `unshare` makes what one would make, of this machine's system and of these
files. It takes root; without, the tests are skipped by name.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from flexapi.testing.process import ROOT

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("setpriv"),
    reason="needs root, unshare and setpriv",
)

USER, GROUP = 4321, 4322
# What the image has from its base, and what stands in it for Python.
SYSTEM = ["/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr", "/dev"]
PYTHON = Path(sys.base_prefix)
ENVIRONMENT = {
    "PATH": "/opt/flexapi/.venv/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "PUID": str(USER),
    "PGID": str(GROUP),
    "PYTHONUNBUFFERED": "1",
    "FLEXAPI_CONFIG": "/config/config.yml",
    "FLEXAPI_DATA_DIR": "/data",
    "FLEXAPI_HOST": "::1",
}
PACKAGE = """
from setuptools import setup
setup(name="more-of-it", version="1", py_modules=["more_of_it"])
"""


class Container:
    """A root folder, and commands that run in it as process 1."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.entry = "deploy/entrypoint"
        self.config = self.root / "config"
        self.data = self.root / "data"
        for inside in ("config", "data", "home/flexapi", "opt/flexapi", "proc", "tmp"):
            (self.root / inside).mkdir(parents=True)
        for inside in ("home/flexapi", "tmp"):
            (self.root / inside).chmod(0o777)
        program = self.root / "opt" / "flexapi"
        for path in ROOT.iterdir():
            if not path.name.startswith("."):
                (program / path.name).symlink_to(f"/opt/source/{path.name}")
        (program / ".venv").symlink_to("/opt/venv")
        (program / "constraints.txt").touch()

    def command(self, *arguments: str, **variables: str) -> tuple[list[str], dict[str, str]]:
        """Return the command, and its environment, that runs the entry point with these arguments."""
        seen = {path: path for path in [*SYSTEM, str(PYTHON)] if Path(path).exists()}
        seen |= {"/opt/source": str(ROOT), "/opt/venv": str(Path(sys.prefix).resolve())}
        lines = ["set -e"]
        for inside, path in seen.items():
            there = f"{self.root}{inside}"
            lines += [f"mkdir -p {there}", f"mount --rbind {path} {there}"]
        lines += [
            f"mount -t proc proc {self.root}/proc",
            f"cd {self.root}",
            f'exec chroot . /bin/sh -c \'cd /opt/flexapi && exec {self.entry} "$@"\' sh "$@"',
        ]
        isolate = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        command = [*isolate, "sh", "-c", "\n".join(lines), "sh", *arguments]
        return command, ENVIRONMENT | variables

    def run(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        command, environment = self.command(*arguments, **variables)
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def container(tmp_path: Path) -> Container:
    """A container with empty folders for the config and the data."""
    return Container(tmp_path)


def test_it_goes_on_as_the_user_that_owns_the_folders(container: Container) -> None:
    (container.config / "config.yml").write_text("tasks: {}\n")
    done = container.run(
        "sh", "-c", "id -u; id -g; id -G; echo $$; umask; echo $HOME; >/data/new", UMASK="027"
    )
    assert done.stderr == ""
    assert done.stdout.split() == [str(USER), str(GROUP), str(GROUP), "1", "0027", "/home/flexapi"]
    for path in (container.config / "config.yml", container.config, container.data):
        assert (path.stat().st_uid, path.stat().st_gid) == (USER, GROUP)
    new = (container.data / "new").stat()
    assert (new.st_uid, new.st_mode & 0o777) == (USER, 0o640)


@pytest.mark.parametrize(
    ("inside", "owner"), [(None, USER), ("film.mkv", 0)], ids=["empty", "used"]
)
def test_downloads_are_given_where_docker_has_just_made_the_folder(
    container: Container, inside: str | None, owner: int
) -> None:
    downloads = container.root / "downloads"
    downloads.mkdir()
    if inside:
        (downloads / inside).touch()
    assert container.run("true").returncode == 0
    assert downloads.stat().st_uid == owner


def test_the_command_runs_as_that_user(container: Container) -> None:
    # As `docker exec` starts it: as root, and not by the entry point.
    container.entry = "deploy/flexapi"
    done = container.run("manage", "shell", "-v0", "-c", "open('/data/new', 'w').close()")
    assert done.returncode == 0, done.stderr
    new = (container.data / "new").stat()
    assert (new.st_uid, new.st_gid) == (USER, GROUP)
    assert (container.data / "secret_key").stat().st_uid == USER


def test_numbers_that_are_none_are_refused(container: Container) -> None:
    done = container.run("id", PUID="media")
    assert (done.returncode, done.stdout) == (64, "")
    assert "PUID and PGID are numbers, not media:4322" in done.stderr


def test_root_may_stay_root(container: Container) -> None:
    assert container.run("id", "-u", PUID="0", PGID="0").stdout == "0\n"


class TestRequirements:
    """`/config/requirements.txt`."""

    IMPORT = ("python", "-c", "import more_of_it; print(more_of_it.__file__)")

    @pytest.fixture
    def container(self, container: Container) -> Container:
        source = container.config / "source"
        source.mkdir()
        (source / "setup.py").write_text(PACKAGE)
        (source / "more_of_it.py").write_text("")
        return container

    def run(
        self, container: Container, requirements: str | None
    ) -> "subprocess.CompletedProcess[str]":
        file = container.config / "requirements.txt"
        if requirements is None:
            file.unlink()
        else:
            file.write_text(requirements)
        return container.run(
            *self.IMPORT, PYTHONPATH="/data/python", PIP_NO_BUILD_ISOLATION="0", PIP_NO_INDEX="1"
        )

    def test_they_are_installed_once(self, container: Container) -> None:
        first = self.run(container, "/config/source\n")
        assert first.stdout == "/data/python/more_of_it.py\n", first.stderr
        assert "installing /config/requirements.txt" in first.stderr
        assert (container.data / "python").stat().st_uid == USER
        again = self.run(container, "/config/source\n")
        assert (again.stdout, again.stderr) == (first.stdout, "")

        # One that can't be: it is named, what was there stays, and the start goes on.
        failed = self.run(container, "/config/source\nno-such-package-at-all\n")
        assert failed.stdout == first.stdout
        assert "no-such-package-at-all" in failed.stderr
        assert "/config/requirements.txt can't be installed" in failed.stderr

        gone = self.run(container, None)
        assert "ModuleNotFoundError" in gone.stderr
        assert not (container.data / "python").exists()


@pytest.mark.parametrize(
    "init",
    [[], ["sh", "-c", 'trap : TERM; "$@" & kid=$!; wait; kill $kid; wait $kid', "sh"]],
    ids=["process-1", "init"],
)
def test_it_serves_and_ends_on_sigterm(container: Container, init: list[str]) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        port = taken.getsockname()[1]
    served = ["python", "manage.py", "serve"]
    command, environment = container.command(*init, *served, FLEXAPI_PORT=str(port))
    log = container.root / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process,
    ):
        try:
            deadline = time.monotonic() + 120
            while not answers(port):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.2)
            # FlexGet is being loaded now, which takes longer than a container is given to end.
            inside = first_process_in(process.pid)
            os.kill(inside, signal.SIGTERM)
            process.wait(60)
            assert "is ready" not in log.read_text()
        finally:
            process.kill()
    assert (container.config / "config.yml").stat().st_uid == USER


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://[::1]:{port}/healthz", timeout=5):
            return True
    except OSError:
        return False


def first_process_in(parent: int) -> int:
    """Return the process that is number 1 in the namespace that `unshare` made."""
    (child,) = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(child)

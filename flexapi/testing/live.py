"""A real server process with real FlexGet, for tests that a test client can't stand in for."""

import atexit
import functools
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.apps import apps
from websockets.sync.client import ClientConnection, connect

from flexapi.testing.flexget_home import FlexGetHome
from flexapi.testing.process import ROOT, OwnProcess

PASSWORD = "correct horse battery"
START_TIMEOUT = 60.0
# `tokens(users)` in another process: a new token of each by the user's name, as JSON.
TOKENS = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from flexapi.api.models import ApiToken
def tokens(users):
    make = lambda user: ApiToken.objects.create(user=user, name="tests", expiry=timedelta(days=1))[1]
    return json.dumps({user.username: str(make(user)) for user in users})
"""


STATUS = "/api/server"
# What it says of a part that it came to too late.
LATE = "Not known: the others took too long."


class PatientClient(httpx.Client):
    """A client that asks for the server's status again, as people do, where a busy machine left it no time for all of it."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send it; again while it asks for a status that isn't whole, for START_TIMEOUT at most."""
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            answer = super().send(request, **options)
            asks = request.method == "GET" and request.url.path == STATUS
            if not asks or not _is_late(answer) or time.monotonic() > deadline:
                return answer


def _is_late(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE or LATE in answer.text


class LiveServer(OwnProcess):
    """`manage.py serve` on a folder of its own; may be stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "server.log")
        # Set, it makes its database and its admin by itself; else it has a copy of those that were made before.
        self.first_start = False
        self.home = FlexGetHome(folder / "flexget")
        self.folder = folder
        self.environment = os.environ | {
            "HOME": str(folder),
            "FLEXAPI_DATA_DIR": str(folder / "data"),
            "FLEXAPI_CONFIG": str(self.home.config),
            "FLEXAPI_ADMIN_PASSWORD": PASSWORD,
        }
        # Else it would be the tests' own.
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.port = 0
        # Seconds that it may take to start.
        self.patience = START_TIMEOUT
        # What starts it, as `unshare` does.
        self.prefix: list[str] = []
        self._tokens: dict[str, str] = {}

    # -- the process

    def start(self, *arguments: str) -> list[str]:
        """Start and wait until it listens; return what it printed until then."""
        if not self.first_start and "FLEXAPI_DATABASE_URL" not in self.environment:
            self._copy_data(Path(self.environment["FLEXAPI_DATA_DIR"]))
        serve = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        command = [*self.prefix, *serve, *arguments]
        self.launch(command, self.environment, stdout=subprocess.PIPE)
        printed: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read_stdout, args=(printed,), daemon=True).start()
        lines: list[str] = []
        while True:
            line = printed.get(timeout=self.patience)
            assert line, f"the server ended: {self.log()}"
            lines.append(line.rstrip("\n"))
            listening = re.match(r"Serving on http://\S+:(\d+)/", line)
            if listening:
                # Kept, so that clients find a server that is started again.
                self.port = int(listening[1])
                return lines

    def _copy_data(self, folder: Path) -> None:
        if not folder.exists():
            made, token = after_a_first_start()
            shutil.copytree(made, folder)
            self._tokens["admin"] = token

    def _read_stdout(self, printed: "queue.Queue[str]") -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            for line in stdout:
                printed.put(line)
        printed.put("")

    def manage(self, *arguments: str) -> str:
        """Run another management command on the same data; return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def python(self, code: str) -> str:
        """Run code in another process that has Django and the same data; return what it prints."""
        return self.manage("shell", "--verbosity=0", "-c", code)

    def add_users(self, roles: Mapping[str, str | None]) -> None:
        """Make users with PASSWORD, by name, and their tokens; none of them is staff: their roles decide."""
        if file := self._own_database():
            from flexapi.testing import accounts  # Which needs Django's models.

            self._tokens |= accounts.make_users(file, roles)
            return
        printed = self.python(
            f"{TOKENS}"
            "from django.contrib.auth.models import Group\n"
            f"for name, role in {dict(roles)!r}.items():\n"
            f"    user = User.objects.create_user(name, password={PASSWORD!r})\n"
            "    user.groups.set(Group.objects.filter(name=role))\n"
            f"print(tokens(User.objects.filter(username__in={list(roles)!r})))"
        )
        self._tokens |= json.loads(printed)

    def _own_database(self) -> Path | None:
        """The database that this process may write to: a file, where Django is set up here. Another process takes seconds."""
        if not apps.ready or "FLEXAPI_DATABASE_URL" in self.environment:
            return None
        return Path(self.environment["FLEXAPI_DATA_DIR"]) / "flexapi.sqlite3"

    def add_user(self, name: str, role: str | None = None) -> None:
        """Make a user, as `add_users` does."""
        self.add_users({name: role})

    # -- clients

    @property
    def url(self) -> str:
        """The root URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def token(self, user: str = "admin") -> str:
        """Return an API token of a user."""
        if user in self._tokens:
            return self._tokens[user]
        if file := self._own_database():
            from flexapi.testing import accounts

            self._tokens[user] = accounts.make_token(file, user)
        else:
            # Those of all users that there are: others are asked for next.
            printed = self.python(
                f"{TOKENS}print(tokens(User.objects.exclude(username__in={list(self._tokens)!r})))"
            )
            self._tokens |= json.loads(printed)
        return self._tokens[user]

    def headers(self, user: str = "admin") -> dict[str, str]:
        """Return the headers that authenticate a user."""
        return {"Authorization": f"Token {self.token(user)}"}

    def client(self, user: str = "admin") -> httpx.Client:
        """Return an HTTP client of a user."""
        return PatientClient(base_url=self.url, headers=self.headers(user), timeout=60)

    def websocket(self, path: str, user: str | None = "admin", **options: Any) -> ClientConnection:
        """Open a websocket as a user, or as nobody."""
        headers = self.headers(user) if user else {}
        connection: ClientConnection = connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers=headers,
            max_size=None,
            proxy=None,
            open_timeout=START_TIMEOUT,
            **options,
        )
        return connection

    def write_config(self, text: str) -> None:
        """Write the config file by hand, and wait until the server works with it; it has to be one that can be read.

        A server on a busy machine answers with what it knew for as long as the file doesn't rest, so one request isn't enough.
        """
        self.home.config.write_text(text)
        deadline = time.monotonic() + START_TIMEOUT
        with self.client() as client:
            while client.get("/api/config", headers={"Accept": "application/yaml"}).text != text:
                assert time.monotonic() < deadline, "the server works with another config"

    def run(self, **request: Any) -> dict[str, Any]:
        """Run tasks to their end; return the execution."""
        with self.client() as client:
            created = client.post("/api/execution", json=request)
            created.raise_for_status()
            location = created.headers["Location"]
            client.get(f"{location}/log").raise_for_status()
            execution: dict[str, Any] = client.get(location).json()["object"]
            return execution


@functools.cache
def after_a_first_start() -> tuple[Path, str]:
    """Return a data folder as a first start makes it, and its admin's token; made once a process, since it takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="flexapi-first-start-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = LiveServer(folder)
    token = server.python(
        f"{TOKENS}"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        f"print(tokens([User.objects.create_superuser('admin', password={PASSWORD!r})]))"
    )
    return folder / "data", json.loads(token)["admin"]


def received(websocket: ClientConnection) -> Iterator[dict[str, Any]]:
    """Yield the messages of a websocket until the server closes it."""
    for message in websocket:
        yield json.loads(message)


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A running server, shared; tests write their own config and leave the process alone."""
    server = LiveServer(tmp_path_factory.mktemp("live"))
    server.start()
    yield server
    server.end()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server that is not running yet, for tests that start, stop and kill it."""
    server = LiveServer(tmp_path)
    yield server
    server.end()

"""A server for the tests of each file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from flexapi.testing.live import LiveServer

from .calls import SCHEDULES, TASKS

API = "/flexget/api"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A running server with the tasks and schedules of `calls`, and a user of each role."""
    started = LiveServer(tmp_path_factory.mktemp("flexget-api"))
    started.home.write(TASKS, schedules=SCHEDULES)
    started.start()
    started.add_users({role: role for role in ("viewer", "operator", "editor")})
    yield started
    started.end()


@pytest.fixture(scope="module")
def client_of(server: LiveServer) -> Iterator[Callable[[str], httpx.Client]]:
    """`client_of(role)`: a client of the user with this name, closed behind the tests."""
    with ExitStack() as stack:
        clients: dict[str, httpx.Client] = {}

        def find(user: str) -> httpx.Client:
            if user not in clients:
                clients[user] = stack.enter_context(server.client(user))
            return clients[user]

        yield find

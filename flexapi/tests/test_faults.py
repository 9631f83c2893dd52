"""What happens to a server from outside: a disk that is full, a thousand idle viewers, garbage. Nothing accepted is lost."""

import os
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import PASSWORD, LiveServer, received

IDLE = 1000
# Seconds.
PROMPT = 5.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that these tests maltreat."""
    server = LiveServer(tmp_path_factory.mktemp("faults"))
    server.home.write({"quick": accepting("one")})
    server.start()
    server.run(tasks=["quick"])
    yield server
    server.end()


def process(server: LiveServer) -> psutil.Process:
    assert server.process is not None
    return psutil.Process(server.process.pid)


@contextmanager
def disk_is_full(server: LiveServer) -> Iterator[None]:
    """No file of the server's grows: what a full disk is to a database that needs one more page."""
    pid = process(server).pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "an execution": ("/api/execution", {"tasks": ["quick"]}),
    "a movie": ("/api/movie_queue", {"title": "Dune", "year": 2021}),
    "a login": ("/api/auth/login", {"username": "admin", "password": PASSWORD, "name": "phone"}),
    "a task": ("/api/tasks", {"name": "more", "config": {"mock": [{"title": "x"}]}}),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_full_disk_is_said_and_changes_nothing(server: LiveServer, what: str) -> None:
    path, body = WRITES[what]
    lists = ("/api/execution?status=all", "/api/movie_queue", "/api/auth/tokens", "/api/tasks")
    with server.client() as client:
        before = [client.get(one).json()["count"] for one in lists]
        with disk_is_full(server):
            answer = client.post(path, json=body)
            reads = [client.get(one) for one in lists]
        assert answer.status_code == 507, answer.text
        (error,) = answer.json()["errors"]
        assert error["code"] == "storage_failed"
        assert [one.json()["count"] for one in reads] == before
        again = client.post(path, json=body)
        assert again.status_code in (200, 201), again.text
    assert server.run(tasks=["quick"])["status"] == "complete"


def test_a_thousand_idle_viewers(server: LiveServer) -> None:
    watched = process(server)
    files, threads = watched.num_fds(), watched.num_threads()
    with ExitStack() as stack:
        viewers = [
            stack.enter_context(server.websocket("/ws/execution/", compression=None))
            for _ in range(IDLE)
        ]
        with server.client() as client:
            began = time.monotonic()
            assert client.get("/healthz").status_code == 200
            assert time.monotonic() - began < PROMPT
            execution = server.run(tasks=["quick"])["id"]
        # Each hears of it, the last one too.
        for viewer in (viewers[0], viewers[-1]):
            heard = next(message for message in received(viewer) if message["object"]["finished"])
            assert heard["object"]["id"] == execution
        for viewer in viewers:
            # Not one after the other by a handshake of its own: a thousand people close their laptops.
            viewer.socket.shutdown(socket.SHUT_RDWR)
    deadline = time.monotonic() + 60
    while watched.num_fds() > files + 20:
        assert time.monotonic() < deadline, f"{watched.num_fds()} descriptors, {files} before"
        time.sleep(0.2)
    assert watched.num_threads() < threads + 20


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 5000,
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000,
        b"POST /api/execution HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/execution HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        os.urandom(20_000),
    ],
    ids=range(6),
)
def test_garbage_in_place_of_http(server: LiveServer, garbage: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", server.port))) as connection:
        connection.settimeout(PROMPT)
        answer = b""
        # It may have hung up already, or says nothing.
        with suppress(OSError):
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(1 << 16)
    assert not answer.startswith(b"HTTP/1.1 5")
    with server.client() as client:
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "frames",
    [b"\xff" * 200, b"\x81\xff" + b"\xff" * 8, b"\x83\x80\x00\x00\x00\x00", os.urandom(5000)],
    ids=range(4),
)
def test_garbage_in_place_of_frames(server: LiveServer, frames: bytes) -> None:
    before = threading.active_count()
    with server.websocket("/ws/execution/") as websocket:
        websocket.socket.sendall(frames)
        with pytest.raises((ConnectionClosed, TimeoutError)):
            websocket.recv(PROMPT)
    with server.client() as client:
        assert client.get("/healthz").status_code == 200
    assert threading.active_count() <= before + 2

"""Who asks for a long log and does not read it: the server keeps little of it in memory, and loses nothing."""

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPResponse

import psutil
import pytest
from websockets.sync.client import connect

from flexapi.testing.live import LiveServer

LINES = 1500
MESSAGE = "x" * 50_000
# Bytes; the log is 75 MB.
MOST = 40 << 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with an execution whose log is long: number 1."""
    server = LiveServer(tmp_path_factory.mktemp("slow"))
    server.home.write({"quick": {"mock": [{"title": "one"}]}})
    server.start()
    server.run(tasks=["quick"])
    # It keeps a run's last lines for those who follow; started again it has to read these.
    server.stop()
    with closing(sqlite3.connect(server.folder / "data" / "flexapi.sqlite3")) as database, database:
        database.execute("DELETE FROM executions_logline")
        database.executemany(
            "INSERT INTO executions_logline (execution_id, seq, time, level, plugin, task, message) "
            "VALUES (1, ?, '2026-01-01 00:00:00', 'INFO', 'task', 'quick', ?)",
            ((number, MESSAGE) for number in range(1, LINES + 1)),
        )
        database.execute("UPDATE executions_execution SET log_lines = ?", (LINES,))
    server.start()
    yield server
    server.end()


def memory(server: LiveServer) -> int:
    assert server.process is not None
    return int(psutil.Process(server.process.pid).memory_info().rss)


def settled(server: LiveServer) -> int:
    """The server's memory once it grows no more."""
    last = 0
    for _ in range(60):
        now = memory(server)
        if now <= last:
            return now
        last = now
        time.sleep(0.5)
    raise AssertionError("it grows and grows")


def request(server: LiveServer, path: str) -> socket.socket:
    """Ask for something and read nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
    connection.connect(("127.0.0.1", server.port))
    token = server.token()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {token}\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    return connection


def read_all(connection: socket.socket) -> bytes:
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.read()


def test_a_log_over_http(server: LiveServer) -> None:
    before = memory(server)
    with request(server, "/api/execution/1/log") as connection:
        assert settled(server) - before < MOST
        assert read_all(connection).count(MESSAGE.encode()) == LINES


def test_several_that_hang_up_leave_nothing(server: LiveServer) -> None:
    before = memory(server)
    readers = [request(server, "/api/execution/1/log") for _ in range(5)]
    settled(server)
    for reader in readers:
        reader.close()
    assert settled(server) - before < 3 * MOST
    with server.client() as client:
        assert client.get("/api/execution/1").status_code == 200


def test_a_log_over_a_websocket(server: LiveServer) -> None:
    before = memory(server)
    with closing(socket.socket()) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        raw.connect(("127.0.0.1", server.port))
        with connect(
            f"ws://127.0.0.1:{server.port}/ws/execution/1/log/",
            sock=raw,
            additional_headers=server.headers(),
            max_size=None,
            max_queue=1,
            proxy=None,
        ) as websocket:
            assert settled(server) - before < MOST
            seen = 0
            for message in websocket:
                seen += len(json.loads(message).get("lines", []))
            assert seen == LINES

"""A secret in a URL reaches no log of a real server, whatever becomes of the request."""

import contextlib
import socket

import httpx
import pytest
from websockets.exceptions import InvalidHandshake
from websockets.sync.client import connect

from flexapi.testing.live import LiveServer, shared_server

__all__ = ["shared_server"]

SECRET = "secret-in-a-url-0123456789"
PATHS = (
    *("/api/tasks", "/api/nothing", "/api/hooks/door", "/metrics", "/flexget/api/tasks/"),
    *("/", "/nothing", "/tasks/%00", "/api/tasks/%00", "/api/tasks/%zz", "/static/nothing.js"),
)


@pytest.mark.parametrize("name", ["apikey", "ApiKey", "api%6Bey"])
def test_it_is_in_no_line(shared_server: LiveServer, name: str) -> None:
    asked = f"{name}={SECRET}"
    with httpx.Client(base_url=shared_server.url, timeout=60) as client:
        for path in PATHS:
            for method in ("GET", "POST", "OPTIONS", "BREW"):
                client.request(method, f"{path}?limit=x&{asked}&q=%ff", content=b"{")
        client.get(f"/api/tasks?{asked}", headers={"Host": "evil.example"})
        client.post(f"/api/hooks/door?{asked}", content=b"x" * 6_000_000)
        with contextlib.suppress(httpx.RemoteProtocolError):  # Longer than a request line may be.
            client.get(f"/api/tasks?{asked}&search={'x' * 60_000}")
    with (
        contextlib.suppress(InvalidHandshake),
        connect(f"ws://127.0.0.1:{shared_server.port}/ws/execution/?{asked}", proxy=None),
    ):
        pass
    with socket.create_connection(("127.0.0.1", shared_server.port)) as raw:
        raw.sendall(f"GET /api/tasks?{asked} HTTP/1.1 and more\r\nHost: x\r\n\r\n".encode())
        raw.recv(100)
    # It has lines about some of these.
    log = shared_server.log()
    assert "evil.example" in log or "FlexGet" in log
    assert SECRET not in log

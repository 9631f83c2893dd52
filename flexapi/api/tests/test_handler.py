"""The HTTP handler behind a real daphne: streams, disconnects, bodies, connections."""

import http.client
import socket
import time
from collections.abc import Callable

import httpx
from django.test import RequestFactory

from flexapi.api.http.handler import Handler, _resolved
from flexapi.api.http.threads import WORKING
from flexapi.api.tests.conftest import Probe


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether the condition came true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def stream_state(probe: Probe) -> dict[str, int]:
    state: dict[str, int] = httpx.get(f"{probe.url}/api/stream-state", timeout=20).json()
    return state


def test_a_stream_arrives_while_it_is_made(probe: Probe) -> None:
    with httpx.stream("GET", f"{probe.url}/api/stream?count=1000", timeout=20) as response:
        chunks = response.iter_text()
        assert next(chunks).startswith("0\n")
        assert stream_state(probe)["open"] == 1


def test_a_stream_ends_complete(probe: Probe) -> None:
    assert httpx.get(f"{probe.url}/api/stream?count=3", timeout=20).text == "0\n1\n2\n"


def test_a_client_that_leaves_cancels_its_stream(probe: Probe) -> None:
    before = stream_state(probe)["cancelled"]
    with httpx.stream("GET", f"{probe.url}/api/stream?count=100000", timeout=20) as response:
        next(response.iter_text())
    assert wait_until(lambda: stream_state(probe)["cancelled"] > before)
    assert wait_until(lambda: stream_state(probe)["open"] == 0)


def test_many_open_streams_leave_room_for_requests(probe: Probe) -> None:
    sockets = []
    for _ in range(WORKING * 3):
        client = socket.create_connection(("127.0.0.1", probe.port))
        client.sendall(b"GET /api/stream?count=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sockets.append(client)
    assert wait_until(lambda: stream_state(probe)["open"] == len(sockets))
    for client in sockets:
        client.close()
    assert wait_until(lambda: stream_state(probe)["open"] == 0)


def test_connections_to_the_database_are_kept(probe: Probe) -> None:
    with httpx.Client(timeout=20) as client:
        answers = [client.get(f"{probe.url}/api/thread").json()["object"] for _ in range(50)]
    by_thread: dict[int, set[int]] = {}
    for answer in answers:
        by_thread.setdefault(answer["thread"], set()).add(answer["connection"])
    assert len(by_thread) <= WORKING
    assert all(len(connections) == 1 for connections in by_thread.values())


def test_a_chunked_body_over_the_limit_is_413(probe: Probe) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=60)
    chunk = b" " * 1024 * 1024
    connection.request(
        "POST",
        "/api/echo",
        iter([chunk] * 6),
        {"Content-Type": "application/json"},
        encode_chunked=True,
    )
    response = connection.getresponse()
    assert response.status == 413
    assert b"body_too_large" in response.read()
    connection.close()
    assert httpx.get(f"{probe.url}/healthz", timeout=20).status_code == 200


def test_a_body_of_several_messages_is_read_whole(probe: Probe) -> None:
    text = "x" * 3_000_000
    response = httpx.post(f"{probe.url}/api/echo", json={"text": text}, timeout=60)
    assert response.json()["object"]["text"] == text


def test_static_files_are_served(probe: Probe) -> None:
    for path in (
        "admin/css/base.css",
        "rest_framework/css/default.css",
        "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
    ):
        response = httpx.get(f"{probe.url}/static/{path}", timeout=20)
        assert response.status_code == 200
        assert len(response.content) == int(response.headers["Content-Length"])
    assert httpx.get(f"{probe.url}/static/nothing.css", timeout=20).status_code == 404


def test_head_has_no_body(probe: Probe) -> None:
    response = httpx.head(f"{probe.url}/api/named", timeout=20)
    assert (response.status_code, response.content) == (200, b"")


def test_a_path_is_looked_up_once_and_each_request_has_its_own_match() -> None:
    handler, factory = Handler(), RequestFactory()
    before = _resolved.cache_info()
    first = handler.resolve_request(factory.get("/api/tasks/once"))
    first.kwargs["name"] = "another"
    second = handler.resolve_request(factory.get("/api/tasks/once"))
    after = _resolved.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 1)
    assert "once" in second.kwargs.values()
    assert second.func is first.func
    assert handler.resolve_request(factory.get("/api/tasks/other")).kwargs != second.kwargs

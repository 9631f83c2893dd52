"""What goes on while much else waits: FlexGet's host stopped, the database locked, fifty clients."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from flexapi.testing.live import LiveServer, received
from flexapi.testing.postgres import postgres_database
from flexapi.testing.sqlite import locked

__all__ = ["postgres_database"]

CLIENTS = 50
# Seconds within which what needs nobody else answers: less by far than anybody waits here, on a machine that runs other tests.
PROMPT = 5.0
CONFIG = """\
tasks:
  quick:
    mock: [{title: one}]
    accept_all: yes
  slow:
    mock: [{title: one}]
    accept_all: yes
    misbehave: {lines: 600, seconds: 0.1}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with a task that logs ten lines a second for a minute."""
    server = LiveServer(tmp_path_factory.mktemp("overload"))
    server.home.config.write_text(CONFIG)
    server.start()
    yield server
    server.end()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Keep a process from doing anything."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def crowd(server: LiveServer) -> Iterator[list[httpx.Response]]:
    """Fifty clients that ask for what can't be had now, twice a second each; yields what they were answered."""
    answers: list[httpx.Response] = []
    over = threading.Event()
    asked = (
        ("GET", "/api/series", None),
        ("POST", "/api/execution", {"tasks": ["quick"]}),
        ("PUT", "/api/tasks/quick", {"config": {"mock": [{"title": "two"}], "accept_all": True}}),
        ("GET", "/api/seen", None),
        ("GET", "/api/variables", None),
    )

    def ask(number: int) -> None:
        method, path, body = asked[number % len(asked)]
        with server.client() as client:
            while not over.is_set():
                answers.append(client.request(method, path, json=body))
                over.wait(0.5)

    with ThreadPoolExecutor(CLIENTS) as threads:
        asking = [threads.submit(ask, number) for number in range(CLIENTS)]
        try:
            yield answers
        finally:
            over.set()
    for one in asking:
        one.result()


def impatient(server: LiveServer) -> httpx.Client:
    """Return a client that takes the first answer for good."""
    return httpx.Client(base_url=server.url, headers=server.headers(), timeout=60)


def engine_pid(server: LiveServer) -> int:
    """The process id of FlexGet's host, once it is ready."""
    with server.client() as client:
        for _ in range(300):
            engine = client.get("/api/server").json()["object"]["engine"]
            if engine["state"] == "ready":
                return int(engine["pid"])
            time.sleep(0.1)
    raise AssertionError("the engine is not ready")


def test_a_stopped_flexget_and_a_locked_database_hold_up_only_who_needs_them(
    server: LiveServer,
) -> None:
    pid = engine_pid(server)
    database = server.folder / "data" / "flexapi.sqlite3"
    slowest: dict[str, float] = {}
    late = 0
    with impatient(server) as client, server.client() as asking:
        created = asking.post("/api/execution", json={"tasks": ["slow"]})
        execution = created.json()["object"]["id"]
        paths = (
            "/healthz",
            "/api/server",
            "/api/server/summary",
            "/metrics",
            "/static/web/css/app.css",
            "/api/execution?status=all",
            "/api/tasks",
            "/api/config",
            f"/api/execution/{execution}/log?follow=false",
            "/accounts/login/",
        )
        with server.websocket(f"/ws/execution/{execution}/log/") as socket:
            with crowd(server) as answers, stopped(pid), locked(database):
                for _ in range(15):
                    for path in paths:
                        begun = time.monotonic()
                        response = client.get(path)
                        # It says so in time where one of its many parts takes too long.
                        if path == "/api/server" and response.status_code == 503:
                            late += 1
                        else:
                            assert response.status_code == 200, (path, response.text)
                        slowest[path] = max(slowest.get(path, 0), time.monotonic() - begun)
                state = asking.get("/api/server").json()["object"]["engine"]
            # What was held back goes on.
            asking.post(f"/api/execution/{execution}/abort")
            kinds = [message["type"] for message in received(socket)]
    print({path: round(seconds, 2) for path, seconds in slowest.items()})
    assert max(slowest.values()) < PROMPT, slowest
    assert late < 5
    print(server.log()[-6000:], socket.close_code, socket.close_reason, kinds)
    assert kinds[-1] == "end"
    assert state["unanswered"] > 1
    refused = [answer for answer in answers if answer.status_code not in (200, 201)]
    assert {answer.status_code for answer in refused} == {503}
    for answer in refused:
        assert answer.json()["errors"][0]["code"] == "unavailable"
        assert int(answer.headers["Retry-After"]) > 0


def answers_at_once(client: httpx.Client, path: str) -> httpx.Response:
    begun = time.monotonic()
    response = client.get(path)
    assert time.monotonic() - begun < PROMPT, path
    return response


def test_an_engine_that_starts_or_is_gone_is_said_at_once(own_server: LiveServer) -> None:
    own_server.home.config.write_text(CONFIG)
    own_server.start()
    with impatient(own_server) as client:
        assert answers_at_once(client, "/healthz").status_code == 200
        told = answers_at_once(client, "/api/server").json()["object"]
        assert told["engine"]["state"] == "starting"
        assert (told["config"]["errors"], told["config"]["checked"]) == (None, False)
        os.kill(engine_pid(own_server), signal.SIGKILL)
        told = answers_at_once(client, "/api/server").json()["object"]
        assert told["engine"]["state"] in ("failed", "starting", "ready")
        assert answers_at_once(client, "/healthz").status_code == 200


def test_tables_that_are_locked_in_postgresql_are_said_at_once(
    own_server: LiveServer, postgres_database: str
) -> None:
    import psycopg

    own_server.home.config.write_text(CONFIG)
    own_server.environment["FLEXAPI_DATABASE_URL"] = postgres_database
    own_server.start()
    with impatient(own_server) as client, psycopg.connect(postgres_database) as other:
        other.execute("LOCK TABLE api_apitoken, django_migrations IN ACCESS EXCLUSIVE MODE")
        for _ in range(3):  # More than there are threads for both.
            health = answers_at_once(client, "/healthz")
            assert (health.status_code, int(health.headers["Retry-After"])) == (503, 5)
            told = answers_at_once(client, "/api/server")
            assert (told.status_code, told.json()["errors"][0]["code"]) == (503, "unavailable")
        assert answers_at_once(client, "/static/web/css/app.css").status_code == 200
        other.rollback()
        # Those that nobody waits for any more end as well.
        for _ in range(100):
            if client.get("/healthz").status_code == 200:
                break
            time.sleep(0.1)
        assert answers_at_once(client, "/api/server").status_code == 200

"""GET /api/execution/<id>/log, and POST that answers the log: over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer

from .factories import make_execution


@pytest.fixture
def client(shared_server: LiveServer) -> Iterator[httpx.Client]:
    with shared_server.client() as client:
        yield client


@pytest.fixture(scope="module")
def finished(shared_server: LiveServer) -> dict[str, Any]:
    """An execution that logged 1,500 lines of its own."""
    shared_server.home.write({"chatty": accepting("x", misbehave={"lines": 1500})})
    return shared_server.run(tasks=["chatty"], loglevel="verbose")


def ndjson(response: httpx.Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the lines and the end marker."""
    *lines, end = [json.loads(line) for line in response.text.splitlines()]
    return lines, end


def path(execution: dict[str, Any], query: str = "") -> str:
    return f"/api/execution/{execution['id']}/log{query}"


def test_ndjson_is_the_default(client: httpx.Client, finished: dict[str, Any]) -> None:
    response = client.get(path(finished))
    assert response.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert response.headers["X-Accel-Buffering"] == "no"
    lines, end = ndjson(response)
    assert [line["seq"] for line in lines] == list(range(1, finished["log_lines"] + 1))
    assert set(lines[0]) == {"seq", "time", "level", "plugin", "task", "message"}
    own = [line for line in lines if line["plugin"] == "misbehave"]
    assert [line["message"] for line in own] == [f"line {number}" for number in range(1, 1501)]
    assert own[0]["task"] == "chatty"
    assert own[0]["level"] == "INFO"
    assert end == {"type": "end", "seq": finished["log_lines"], "status": "complete"}


def test_after_starts_behind_a_line(client: httpx.Client, finished: dict[str, Any]) -> None:
    lines, end = ndjson(client.get(path(finished, "?after=1400")))
    assert lines[0]["seq"] == 1401
    assert lines[-1]["seq"] == end["seq"] == finished["log_lines"]
    lines, end = ndjson(client.get(path(finished, f"?after={finished['log_lines']}")))
    assert lines == []


def test_level_leaves_out_what_is_below(client: httpx.Client, finished: dict[str, Any]) -> None:
    lines, end = ndjson(client.get(path(finished, "?level=info")))
    assert {line["level"] for line in lines} == {"INFO"}
    assert 1500 <= len(lines) < finished["log_lines"]
    assert end["seq"] == finished["log_lines"]


def test_server_sent_events(client: httpx.Client, finished: dict[str, Any]) -> None:
    after = finished["log_lines"] - 1
    response = client.get(
        path(finished), headers={"Accept": "text/event-stream", "Last-Event-ID": str(after)}
    )
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    events = response.text.strip().split("\n\n")
    kinds = [event.split("event: ")[1].split("\n")[0] for event in events]
    assert kinds == ["status", "log", "end"]
    assert events[1].startswith(f"id: {finished['log_lines']}\n")
    line = json.loads(events[1].split("data: ")[1])
    assert line["seq"] == finished["log_lines"]


def test_plain_text(client: httpx.Client, finished: dict[str, Any]) -> None:
    response = client.get(path(finished), headers={"Accept": "text/plain"})
    lines = response.text.splitlines()
    assert any(line.endswith(" chatty          line 1500") for line in lines)
    assert lines[-1] == f"# {finished['log_lines']} lines, complete"


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("?after=-1", "after"),
        ("?after=x", "after"),
        ("?level=loud", "level"),
        ("?follow=x", "follow"),
    ],
)
def test_bad_parameters_are_named(
    client: httpx.Client, finished: dict[str, Any], query: str, attr: str
) -> None:
    response = client.get(path(finished, query), headers={"Accept": "text/event-stream"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/json"
    assert response.json()["errors"][0]["attr"] == attr


@pytest.mark.parametrize("accept", ["*/*", "text/plain", "text/event-stream"])
def test_an_unknown_execution_is_404(client: httpx.Client, accept: str) -> None:
    response = client.get("/api/execution/999999/log", headers={"Accept": accept})
    assert response.status_code == 404
    assert response.json()["errors"][0]["code"] == "not_found"


def test_lines_arrive_while_it_runs(shared_server: LiveServer, client: httpx.Client) -> None:
    shared_server.home.write({"slow": accepting("x", misbehave="sleep")})
    execution = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    messages = []
    with client.stream("GET", path(execution)) as response:
        for text in response.iter_lines():
            line = json.loads(text)
            messages.append(line.get("message", line.get("type")))
            if line.get("message") == "sleeping":
                running = client.get(f"/api/execution/{execution['id']}").json()["object"]
                assert running["status"] == "running"
                assert running["current_task"] == "slow"
                assert running["current_phase"]
                assert running["current_plugin"]
                assert 0 <= running["percent"] < 100
                stored, end = ndjson(client.get(path(execution, "?follow=false")))
                assert end["status"] == "running"
                assert stored[-1]["seq"] == end["seq"]
                client.post(f"/api/execution/{execution['id']}/abort").raise_for_status()
    assert any("the abort phase ran" in message for message in messages)
    assert messages[-1] == "end"


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("?stream=true", "*/*", "application/x-ndjson"),
        ("", "application/x-ndjson", "application/x-ndjson"),
        ("", "text/event-stream", "text/event-stream"),
        ("", "text/plain", "text/plain"),
    ],
)
def test_post_answers_the_log_where_asked(
    shared_server: LiveServer, client: httpx.Client, query: str, accept: str, content_type: str
) -> None:
    shared_server.home.write({"quick": accepting("x")})
    response = client.post(
        f"/api/execution{query}", json={"tasks": ["quick"]}, headers={"Accept": accept}
    )
    assert response.status_code == 201
    assert response.headers["Content-Type"].startswith(content_type)
    assert "ACCEPTED" in response.text
    execution = client.get(response.headers["Location"]).json()["object"]
    assert execution["status"] == "complete"


def test_a_refused_post_is_json_whatever_was_asked_for(
    shared_server: LiveServer, client: httpx.Client
) -> None:
    response = client.post(
        "/api/execution", json={"tasks": ["nope"]}, headers={"Accept": "text/event-stream"}
    )
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "tasks.0"


def test_a_client_that_leaves_is_not_waited_for(
    shared_server: LiveServer, client: httpx.Client
) -> None:
    shared_server.home.write({"slow": accepting("x", misbehave="sleep")})
    execution = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    # More than the server has threads: if a stream held one, nothing would be answered after.
    for _ in range(12):
        with client.stream("GET", path(execution)) as response:
            next(response.iter_lines())
    done = threading.Event()
    threading.Timer(0, done.set).start()
    assert client.get("/healthz").status_code == 200
    client.post(f"/api/execution/{execution['id']}/abort").raise_for_status()
    _, end = ndjson(client.get(path(execution)))
    assert end["status"] == "aborted"


@pytest.mark.django_db
def test_it_needs_the_permission_to_see_executions(
    api: Callable[..., APIClient], make_user: Callable[..., User]
) -> None:
    log = f"/api/execution/{make_execution().pk}/log"
    assert api().get(log).status_code == 401
    assert api(make_user("stranger")).get(log).status_code == 403


@pytest.fixture(scope="module")
def two_tasks(shared_server: LiveServer) -> dict[str, Any]:
    """An execution of two tasks, one of which logs a secret in a URL and a word beyond ASCII."""
    shared_server.home.write(
        {"hay": accepting("Straw"), "stack": accepting("Übernadel https://user:hunter2@a.test/x")}
    )
    return shared_server.run(tasks=["hay", "stack"])


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("search=STRAW", lambda line: "straw" in line["message"].lower()),
        ("search=%C3%BCBERNADEL", lambda line: "übernadel" in line["message"].lower()),
        ("search=100%25", lambda line: "100%" in line["message"]),
        ("task=hay", lambda line: line["task"] == "hay"),
        ("plugin=task", lambda line: line["plugin"] == "task"),
        (
            "task=stack&search=accepted&level=verbose",
            lambda line: line["task"] == "stack" and "accepted" in line["message"].lower(),
        ),
    ],
)
def test_lines_are_selected(
    client: httpx.Client, two_tasks: dict[str, Any], query: str, wanted: Callable[[Any], bool]
) -> None:
    every, end = ndjson(client.get(path(two_tasks)))
    selected, same_end = ndjson(client.get(path(two_tasks, f"?{query}")))
    assert selected == [line for line in every if wanted(line)]
    assert bool(selected) != ("100" in query)
    assert end == same_end


def test_a_rare_line_is_found_far_down(client: httpx.Client, finished: dict[str, Any]) -> None:
    selected, end = ndjson(client.get(path(finished, "?search=LINE+1499")))
    assert [line["message"] for line in selected] == ["line 1499"]
    assert end["seq"] == finished["log_lines"]


def test_what_is_masked_can_t_be_searched_for(
    shared_server: LiveServer, client: httpx.Client, two_tasks: dict[str, Any]
) -> None:
    assert len(ndjson(client.get(path(two_tasks, "?search=hunter")))[0]) > 0
    shared_server.add_user("reader", "viewer")
    with shared_server.client("reader") as reader:
        assert ndjson(reader.get(path(two_tasks, "?search=hunter")))[0] == []
        assert ndjson(reader.get(path(two_tasks, "?search=bernadel")))[0] != []


@pytest.mark.parametrize("query", ["search=%00", f"task={'x' * 501}"])
def test_a_search_that_can_t_match_is_refused(
    client: httpx.Client, finished: dict[str, Any], query: str
) -> None:
    response = client.get(path(finished, f"?{query}"))
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == query.partition("=")[0]

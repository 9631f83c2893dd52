"""`tasks/execute/`, `inject/` and `server/log/`: runs, and their streams."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer

from .calls import SCHEDULES, TASKS
from .conftest import API

EXECUTE = f"{API}/tasks/execute/"


@pytest.fixture(scope="module", autouse=True)
def slow(server: LiveServer) -> None:
    """A task more, which runs until it is aborted."""
    server.home.write({**TASKS, "slow": {"misbehave": "sleep"}}, schedules=SCHEDULES)


@pytest.fixture
def client(client_of: Callable[[str], httpx.Client]) -> httpx.Client:
    return client_of("operator")


def stream(client: httpx.Client, **body: Any) -> list[dict[str, Any]]:
    """The parts of a stream; its end is the end of one JSON document."""
    answer = client.post(EXECUTE, json=body)
    assert answer.headers["Content-Type"] == "text/event-stream"
    *parts, last = json.loads(answer.text)["stream"]
    assert last == {}
    return parts


def of_kind(parts: list[dict[str, Any]], kind: str) -> list[Any]:
    return [part[kind] for part in parts if kind in part]


def test_tasks_are_queued(client: httpx.Client) -> None:
    answer = client.post(EXECUTE, json={"tasks": ["TV", "manual one"]})
    queued = answer.json()["tasks"]
    assert [task["name"] for task in queued] == ["tv", "manual one"]
    assert len({task["id"] for task in queued}) == 2
    for task in queued:
        execution = client.get(f"/api/execution/{task['id']}").json()["object"]
        assert execution["tasks"] == [task["name"]]
        assert execution["requested_by"] == "operator"


def test_a_stream_tells_all_that_is_asked_for(client: httpx.Client) -> None:
    parts = stream(
        client,
        tasks=["films", "asks"],
        progress=True,
        summary=True,
        entry_dump=True,
        loglevel="verbose",
        now=True,
    )
    tasks = parts[0]["tasks"]
    assert [task["name"] for task in tasks] == ["films", "asks"]
    for task in tasks:
        own = [part for part in parts if part.get("task_id") == task["id"]]
        states = [progress["status"] for progress in of_kind(own, "progress")]
        assert states[-1] == "complete"
        assert "running" in states
        (summary,) = of_kind(own, "summary")
        assert summary.keys() == {
            *("accepted", "rejected", "failed", "undecided", "aborted", "abort_reason")
        }
        (dumped,) = of_kind(own, "entry_dump")
        assert len(dumped) == 2
        assert own[-1] == {"summary": summary, "task_id": task["id"]}
    assert any("Summary" in line and line.endswith("\n") for line in of_kind(parts, "log"))


def test_a_stream_tells_nothing_else(client: httpx.Client) -> None:
    parts = stream(client, tasks=["films"], summary=True)
    assert [set(part) for part in parts] == [{"tasks"}, {"summary", "task_id"}]


def test_an_aborted_run_says_why(client: httpx.Client) -> None:
    with client.stream("POST", EXECUTE, json={"tasks": ["slow"], "summary": True}) as answer:
        lines = answer.iter_lines()
        task = json.loads(next(lines).removeprefix('{"stream": [').removesuffix(","))["tasks"][0]
        assert client.post(f"/api/execution/{task['id']}/abort").is_success
        (line,) = [line for line in lines if "summary" in line]
    summary = json.loads(line.removesuffix(","))["summary"]
    assert summary["aborted"]
    assert "operator" in summary["abort_reason"]


def test_entries_are_injected(client_of: Callable[[str], httpx.Client]) -> None:
    entry = {"title": "Mine", "url": "http://localhost/mine", "accept": True, "tasks": ["x"]}
    editor = client_of("editor")
    for path in ("tasks/execute/", "inject/"):
        body = {"tasks": ["manual one"], "inject": [entry], "summary": True, "entry_dump": True}
        parts = json.loads(editor.post(f"{API}/{path}", json=body).text)["stream"]
        (dumped,) = of_kind(parts, "entry_dump")
        assert [one["title"] for one in dumped] == ["Mine"]
    without = editor.post(EXECUTE, json={"tasks": ["tv"], "inject": [{"url": "http://x/"}]})
    assert (without.status_code, without.json()["status"]) == (400, "Error")


def test_what_only_editors_may_is_refused(client: httpx.Client) -> None:
    body = {"tasks": ["tv"], "inject": [{"title": "x", "url": "http://localhost/"}]}
    assert client.post(EXECUTE, json=body).status_code == 403
    assert client.post(EXECUTE, json={"tasks": ["tv"], "loglevel": "debug"}).status_code == 403
    unknown = client.post(EXECUTE, json={"tasks": ["tv"], "colour": "red"})
    assert unknown.status_code == 422
    assert unknown.json()["validation_errors"][0]["path"] == ["colour"]


def test_a_token_for_one_task_runs_that_one(client: httpx.Client) -> None:
    body = {"name": "films", "scope": "run", "tasks": ["films"]}
    token = client.post("/api/auth/tokens", json=body).json()["object"]["token"]
    headers = {"Authorization": f"Token {token}"}
    run = {"tasks": ["films"], "summary": True}
    answer = client.post(EXECUTE, json=run, headers=headers)
    assert of_kind(json.loads(answer.text)["stream"], "summary")
    refused = client.post(EXECUTE, json={"tasks": ["tv"]}, headers=headers)
    assert (refused.status_code, refused.json()["status"]) == (403, "Error")
    for path in ("tasks/", "history/", "server/config/", "server/log/", "user/token/"):
        method = "PUT" if path == "user/token/" else "GET"
        assert client.request(method, f"{API}/{path}", headers=headers).status_code == 403, path


def test_the_queue_names_what_waits_and_runs(client: httpx.Client) -> None:
    with client.stream("POST", EXECUTE, json={"tasks": ["slow"], "progress": True}) as answer:
        lines = answer.iter_lines()
        task = json.loads(next(lines).removeprefix('{"stream": [').removesuffix(","))["tasks"][0]
        next(line for line in lines if '"running"' in line and "slow" not in line)
        waiting = client.post(EXECUTE, json={"tasks": ["tv"]}).json()["tasks"][0]
        queue = client.get(f"{API}/tasks/queue/").json()
        assert [one["id"] for one in queue] == [task["id"], waiting["id"]]
        assert queue[1] == {**waiting, "current_phase": None, "current_plugin": None}
        client.post(f"/api/execution/{task['id']}/abort")


def test_the_log_is_read_and_followed(client: httpx.Client) -> None:
    stream(client, tasks=["films"], summary=True)
    with client.stream("GET", f"{API}/server/log/?lines=2") as answer:
        lines = answer.iter_lines()
        first = json.loads(next(lines).removeprefix('{"stream": [').removesuffix(","))
        assert first.keys() == {"timestamp", "log_level", "plugin", "task", "message"}
        assert json.loads(next(lines).removesuffix(",")).keys() == first.keys()
        assert next(lines) == "{},"
        client.post(EXECUTE, json={"tasks": ["rejects"], "now": True})
        new = next(line for line in lines if line != "{},")
        assert json.loads(new.removesuffix(","))["task"] == "rejects"


def test_the_log_is_searched(client: httpx.Client) -> None:
    stream(client, tasks=["films"], summary=True)
    stream(client, tasks=["asks"], summary=True)
    with client.stream("GET", f"{API}/server/log/?lines=500&search=pending_approval") as answer:
        lines = answer.iter_lines()
        found = [next(lines).removeprefix('{"stream": [')]
        while found[-1] != "{},":
            found.append(next(lines))
    assert len(found) > 1
    for line in found[:-1]:
        assert "pending_approval" in line

"""/ws/execution/<id>/log/, against a real server process."""

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, received


@pytest.fixture(scope="module")
def finished(shared_server: LiveServer) -> dict[str, Any]:
    """An execution that logged 2,500 lines of its own."""
    shared_server.home.write({"chatty": accepting("x", misbehave={"lines": 2500})})
    return shared_server.run(tasks=["chatty"])


def log(server: LiveServer, execution: dict[str, Any], query: str = "", **options: Any) -> Any:
    return server.websocket(f"/ws/execution/{execution['id']}/log/{query}", **options)


def seqs(messages: list[dict[str, Any]]) -> list[int]:
    return [line["seq"] for message in messages for line in message.get("lines", [])]


def test_a_log_that_is_complete(shared_server: LiveServer, finished: dict[str, Any]) -> None:
    with log(shared_server, finished) as websocket:
        messages = list(received(websocket))
        assert websocket.close_code == 1000
    assert messages[0] == {"type": "status", "status": "complete"}
    assert seqs(messages) == list(range(1, finished["log_lines"] + 1))
    assert messages[-1] == {"type": "end", "seq": finished["log_lines"], "status": "complete"}


def test_it_resumes_behind_a_line(shared_server: LiveServer, finished: dict[str, Any]) -> None:
    with log(shared_server, finished, "?after=2490") as websocket:
        messages = list(received(websocket))
    # Who has just read the same place of the log shares its batch, which may be a shorter one.
    first, *between, last = [message["type"] for message in messages]
    assert (first, set(between), last) == ("status", {"log"}, "end")
    assert seqs(messages) == list(range(2491, finished["log_lines"] + 1))


def test_a_run_watched_live_by_several(shared_server: LiveServer) -> None:
    shared_server.home.write({"slow": accepting("x", misbehave={"lines": 400, "seconds": 0.002})})
    with shared_server.client() as client:
        execution = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    with log(shared_server, execution) as first, log(shared_server, execution) as second:
        watched = [list(received(first)), list(received(second))]
    with log(shared_server, execution) as late:
        watched.append(list(received(late)))
    ends = {json.dumps(messages[-1]) for messages in watched}
    assert len(ends) == 1
    last = watched[0][-1]["seq"]
    assert last > 400
    for messages in watched:
        assert seqs(messages) == list(range(1, last + 1))
    kinds = [message["type"] for message in watched[0]]
    assert kinds.count("log") > 2, "the lines came all at once"
    statuses = [m["status"] for m in watched[0] if m["type"] == "status"]
    assert statuses[-1] == "complete"
    progress = [message for message in watched[0] if message["type"] == "progress"]
    assert any(message["current_task"] == "slow" for message in progress)
    assert all(
        set(message) == {"type", "current_phase", "current_plugin", "current_task", "percent"}
        for message in progress
    )


def test_a_client_that_reconnects_has_every_line_once(shared_server: LiveServer) -> None:
    shared_server.home.write({"slow": accepting("x", misbehave={"lines": 300, "seconds": 0.003})})
    with shared_server.client() as client:
        execution = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    have: list[int] = []
    ended = False
    while not ended:
        with log(shared_server, execution, f"?after={have[-1] if have else 0}") as websocket:
            for message in received(websocket):
                have += seqs([message])
                ended = message["type"] == "end"
                if message["type"] == "log":
                    break  # Hang up after each batch.
    assert have == list(range(1, len(have) + 1))
    assert len(have) > 300


def test_an_unknown_execution_closes_with_4404(shared_server: LiveServer) -> None:
    with shared_server.websocket("/ws/execution/999999/log/") as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv()
        assert websocket.close_code == 4404


def test_a_bad_after_closes_with_4400(shared_server: LiveServer, finished: dict[str, Any]) -> None:
    with log(shared_server, finished, "?after=x") as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv()
        assert websocket.close_code == 4400


def test_nobody_closes_with_4403(shared_server: LiveServer, finished: dict[str, Any]) -> None:
    with log(shared_server, finished, user=None) as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv()
        assert websocket.close_code == 4403


def test_a_foreign_origin_is_refused(shared_server: LiveServer, finished: dict[str, Any]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        log(shared_server, finished, origin="http://evil.example")
    assert refused.value.response.status_code == 403
    own = f"http://127.0.0.1:{shared_server.port}"
    with log(shared_server, finished, origin=own) as websocket:
        assert json.loads(websocket.recv())["type"] == "status"

"""/ws/execution/, against a real server process."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, received


@pytest.fixture
def client(shared_server: LiveServer) -> Iterator[httpx.Client]:
    with shared_server.client() as client:
        yield client


def test_it_tells_of_what_appears_and_changes(
    shared_server: LiveServer, client: httpx.Client
) -> None:
    shared_server.home.write({"quick": accepting("x")})
    with shared_server.websocket("/ws/execution/") as websocket:
        created = client.post("/api/execution", json={"tasks": ["quick"]}).json()["object"]
        seen = []
        for message in received(websocket):
            assert message["type"] == "execution"
            if message["object"]["id"] == created["id"]:
                seen.append(message["object"])
                if message["object"]["finished"]:
                    break
    statuses = [execution["status"] for execution in seen]
    assert statuses[-1] == "complete"
    assert "running" in statuses
    # In the very JSON that the API gives.
    assert seen[-1] == client.get(f"/api/execution/{created['id']}").json()["object"]


def test_it_begins_with_what_is_not_over(shared_server: LiveServer, client: httpx.Client) -> None:
    shared_server.home.write({"slow": accepting("x", misbehave="sleep")})
    running = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    waiting = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]
    with shared_server.websocket("/ws/execution/") as websocket:
        messages = received(websocket)
        assert {next(messages)["object"]["id"] for _ in range(2)} == {running["id"], waiting["id"]}
        # Aborting the one that waits is told as well, though no worker has it.
        client.post(f"/api/execution/{waiting['id']}/abort").raise_for_status()
        for message in messages:
            if message["object"]["id"] == waiting["id"]:
                assert message["object"]["status"] == "aborted"
                break
        client.post(f"/api/execution/{running['id']}/abort").raise_for_status()
        for message in messages:
            if message["object"]["id"] == running["id"] and message["object"]["finished"]:
                assert message["object"]["abort_reason"] == "Aborted by admin."
                break


def test_nobody_closes_with_4403(shared_server: LiveServer) -> None:
    with shared_server.websocket("/ws/execution/", user=None) as websocket:
        with pytest.raises(ConnectionClosed):
            websocket.recv()
        assert websocket.close_code == 4403

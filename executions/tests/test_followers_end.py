"""Who follows a log is sent away when the token they came with is revoked, against a real server process."""

import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, received


@pytest.mark.parametrize("accept", ["application/x-ndjson", "text/event-stream", "text/plain"])
def test_a_stream_ends_without_its_end_marker(shared_server: LiveServer, accept: str) -> None:
    shared_server.home.write({"long": accepting("x", misbehave={"lines": 6000, "seconds": 0.01})})
    with shared_server.client() as client:
        execution = client.post("/api/execution", json={"tasks": ["long"]}).json()["object"]
        made = client.post("/api/auth/tokens", json={"name": "watcher"}).json()["object"]
        url = f"{shared_server.url}/api/execution/{execution['id']}/log"
        headers = {"X-Api-Key": made["token"], "Accept": accept}
        text = ""
        with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
            assert answer.status_code == 200
            for part in answer.iter_text():
                if not text:
                    revoked = client.delete(f"/api/auth/tokens/{made['id']}")
                    assert revoked.status_code == 204
                text += part
        assert text
        assert '"end"' not in text
        assert "event: end" not in text
        assert httpx.get(url, headers=headers, timeout=60).status_code == 401
        status = client.get(f"/api/execution/{execution['id']}").json()["object"]["status"]
        assert status in ("pending", "running")
        client.post(f"/api/execution/{execution['id']}/abort").raise_for_status()


@pytest.mark.parametrize("path", ["/ws/execution/", "/ws/execution/{id}/log/"])
def test_a_websocket_ends_with_4401(shared_server: LiveServer, path: str) -> None:
    shared_server.home.write({"long": accepting("x", misbehave={"lines": 6000, "seconds": 0.01})})
    with shared_server.client() as client:
        execution = client.post("/api/execution", json={"tasks": ["long"]}).json()["object"]
        made = client.post("/api/auth/tokens", json={"name": "watcher"}).json()["object"]
        address = path.format(id=execution["id"])
        headers = {"X-Api-Key": made["token"]}
        with (
            connect(
                f"ws://127.0.0.1:{shared_server.port}{address}",
                additional_headers=headers,
                proxy=None,
            ) as watcher,
            shared_server.websocket(address) as other,
        ):
            assert json.loads(watcher.recv(timeout=10))
            assert json.loads(other.recv(timeout=10))
            assert client.delete(f"/api/auth/tokens/{made['id']}").status_code == 204
            with pytest.raises(ConnectionClosedError):
                for _ in received(watcher):
                    pass
            assert watcher.close_code == 4401
            # The other one came with a token that is still good.
            client.post(f"/api/execution/{execution['id']}/abort").raise_for_status()
            assert any("aborted" in json.dumps(message) for message in received(other))

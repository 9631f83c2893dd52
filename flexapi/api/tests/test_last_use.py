"""A token's last use is noted, and no read waits for that."""

import time

import httpx

from flexapi.testing.live import LiveServer, own_server
from flexapi.testing.sqlite import locked

__all__ = ["own_server"]

# Seconds; whoever waited for the locked database would take more.
PROMPT = 5.0


def test_a_token_s_first_use_waits_for_no_writer(own_server: LiveServer) -> None:
    own_server.start()
    token = own_server.manage("create_token", "admin", "--name", "first").strip()
    with httpx.Client(
        base_url=own_server.url, headers={"Authorization": f"Token {token}"}, timeout=60
    ) as client:
        with locked(own_server.folder / "data" / "flexapi.sqlite3"):
            began = time.monotonic()
            assert client.get("/api/tasks").status_code == 200
            assert time.monotonic() - began < PROMPT
        deadline = time.monotonic() + 30
        while client.get("/api/auth/tokens?ordering=-id").json()["items"][0]["last_used"] is None:
            assert time.monotonic() < deadline, "the last use was never noted"
            time.sleep(0.2)

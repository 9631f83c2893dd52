"""PostgreSQL that ends all its connections under a running server, as a restart does."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer
from flexapi.testing.postgres import new_database

LINES = 400
# Seconds.
PATIENCE = 30


@pytest.fixture
def database(require: Callable[[str, bool, str], None]) -> Iterator[str]:
    """The address of an empty database."""
    with new_database(require) as url:
        yield url


def end_connections(url: str) -> int:
    """End all connections to the database but this one; return how many there were."""
    with psycopg.connect(url, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return len(ended)


def test_a_run_loses_no_line_and_requests_go_on(own_server: LiveServer, database: str) -> None:
    own_server.environment |= {"FLEXAPI_DATABASE_URL": database, "FLEXAPI_SECRET_KEY": "secret"}
    own_server.home.write({"slow": accepting("x", misbehave={"lines": LINES, "seconds": 0.01})})
    own_server.start()
    ended = 0
    with own_server.client() as client:
        execution = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]["id"]
        # It is closed where the database is asked in that moment, and the client comes again.
        after = 0
        while ended < 3:
            path = f"/ws/execution/{execution}/log/?after={after}"
            with suppress(ConnectionClosed), own_server.websocket(path) as websocket:
                while ended < 3:
                    message = json.loads(websocket.recv(PATIENCE))
                    if message["type"] == "log":
                        after = message["lines"][-1]["seq"]
                        ended += bool(end_connections(database))
        client.get(f"/api/execution/{execution}/log").raise_for_status()
        over = client.get(f"/api/execution/{execution}").json()["object"]
        lines = client.get(f"/api/execution/{execution}/log?search=line+").text.splitlines()
    assert over["status"] == "complete", over
    assert len(lines) == LINES + 1

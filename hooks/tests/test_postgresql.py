"""Senders that call at the same time, where FlexAPI's database is PostgreSQL."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer
from flexapi.testing.postgres import postgres_database

from .conftest import TASK, URL

__all__ = ["postgres_database"]

KEPT, SENDERS = 20, 8


@pytest.fixture
def server(own_server: LiveServer, postgres_database: str) -> LiveServer:
    """A server that keeps few calls, on PostgreSQL."""
    own_server.home.write({"tv": TASK})
    own_server.environment |= {
        "FLEXAPI_DATABASE_URL": postgres_database,
        "FLEXAPI_HOOK_CALLS": str(KEPT),
    }
    own_server.start()
    return own_server


def call(server: LiveServer, hook: dict[str, Any], bodies: list[Any]) -> Counter[str]:
    """Post bodies from several senders; return how often each outcome was told."""
    headers = {"X-Api-Key": hook["secret"]}

    def post(body: Any) -> str:
        answer = httpx.post(
            f"{server.url}{URL}/{hook['name']}", json=body, headers=headers, timeout=60
        )
        assert answer.status_code < 300, answer.text
        return str(answer.json()["object"]["outcome"])

    with ThreadPoolExecutor(SENDERS) as senders:
        return Counter(senders.map(post, bodies))


def test_each_call_is_done_once_and_the_latest_are_kept(server: LiveServer) -> None:
    with server.client() as client:

        def make(**fields: Any) -> dict[str, Any]:
            answer = client.post(URL, json={"rate": 1000, "title": "$.title", **fields})
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()["object"]
            return made

        door = make(name="door", task="tv", url="$.url")
        bodies = [
            {"title": f"Show {number} 1080p", "url": f"https://site.example/{number}"}
            for number in range(60)
        ]
        assert call(server, door, bodies) == {"accepted": 60}
        asked = client.get("/api/execution?status=all&hook=door&limit=100").json()["items"]
        injected = [one["options"]["inject"][0]["title"] for one in asked]
        assert sorted(injected) == sorted(body["title"] for body in bodies)

        # One movie that all of them want at once is queued once.
        films = make(name="films", target="movie_queue")
        sintel = {"title": "Sintel", "year": 2010}
        assert call(server, films, [sintel] * 24) == {"accepted": 1, "ignored": 23}
        assert len(client.get("/api/movie_queue").json()["items"]) == 1

        # As many of each hook as are wanted, however many came at once.
        kept = client.get("/api/hooks/calls?limit=100").json()["items"]
        assert Counter(one["hook"] for one in kept) == {"door": KEPT, "films": KEPT}

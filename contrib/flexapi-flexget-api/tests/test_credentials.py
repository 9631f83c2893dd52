"""Roles and what is hidden hold here as everywhere."""

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from flexapi.testing.live import LiveServer

from .conftest import API

Clients = Callable[[str], httpx.Client]
SECRET = "s3cretpasskey99"
URL = f"http://tracker.example/get?passkey={SECRET}"
TASK: dict[str, Any] = {
    "mock": [{"title": "Dune 2021", "url": URL}],
    "accept_all": True,
    "list_add": [{"entry_list": "things"}, {"pending_list": "maybe"}],
}
OTHER = {**TASK, "mock": [{"title": "Heat 1995", "url": f"{URL}&id=2"}]}
PATHS = (
    "tasks/",
    "tasks/films/",
    "server/config/",
    "history/",
    "seen/",
    "failed/",
    "entry_list/1/entries/",
    "pending_list/1/entries/",
    "entry_list/1/entries/1/",
)


@pytest.fixture(scope="module", autouse=True)
def ran(server: LiveServer) -> None:
    server.home.write({"films": {**TASK, "download": {"path": "/nowhere/at/all"}}, "tv": OTHER})
    server.run(tasks=["films", "tv"])


@pytest.fixture(params=["viewer", "operator"])
def unseeing(request: pytest.FixtureRequest, client_of: Clients) -> httpx.Client:
    """A client of a user who sees no credentials."""
    return client_of(request.param)


@pytest.mark.parametrize("path", PATHS)
def test_credentials_are_hidden(unseeing: httpx.Client, client_of: Clients, path: str) -> None:
    answer = unseeing.get(f"{API}/{path}")
    assert answer.status_code == 200
    assert SECRET not in answer.text
    # To whoever may see them they are there.
    assert SECRET in client_of("editor").get(f"{API}/{path}").text


def test_the_text_of_the_config_is_hidden(
    unseeing: httpx.Client, client_of: Clients, server: LiveServer
) -> None:
    shown = base64.b64decode(unseeing.get(f"{API}/server/raw_config/").json()["raw_config"])
    assert SECRET.encode() not in shown
    assert b"********" in shown
    whole = client_of("editor").get(f"{API}/server/raw_config/").json()["raw_config"]
    assert base64.b64decode(whole) == server.home.config.read_bytes()


def test_streams_hide_them(client_of: Clients) -> None:
    body = {"tasks": ["films"], "entry_dump": True, "summary": True, "loglevel": "verbose"}
    shown = client_of("operator").post(f"{API}/tasks/execute/", json=body).text
    assert "entry_dump" in shown
    assert SECRET not in shown


def test_no_search_or_order_tells_of_them(unseeing: httpx.Client) -> None:
    for path in ("seen/?value=s3cret", "failed/?sort_by=url", "history/?sort_by=url"):
        assert unseeing.get(f"{API}/{path}").status_code == 403
    assert unseeing.get(f"{API}/history/?sort_by=title").status_code == 200


# What the least role may do; those before it are refused.
WRITES = {
    "operator": (
        ("POST", "tasks/execute/", {"tasks": ["tv"]}),
        ("DELETE", "seen/99/", None),
        ("DELETE", "failed/99/", None),
        ("PUT", "pending/99/", {"operation": "approve"}),
        ("POST", "series/", {"name": "New"}),
        ("PUT", "pending_list/1/entries/99/", {"operation": "approve"}),
    ),
    "editor": (
        ("POST", "tasks/", {"name": "new", "config": {"mock": []}}),
        ("PUT", "tasks/tv/", {"name": "tv", "config": TASK}),
        ("DELETE", "tasks/nothing/", None),
        ("POST", "server/raw_config/", {"raw_config": "dGFza3M6IFs="}),
        ("PUT", "variables/", {"colour": "red"}),
        ("POST", "entry_list/", {"name": "new"}),
        ("POST", "entry_list/1/entries/", {"title": "x", "original_url": "http://x/"}),
        ("DELETE", "movie_list/99/", None),
        ("POST", "pending_list/1/entries/", {"title": "x", "original_url": "http://x/"}),
        ("DELETE", "series/99/", None),
        ("POST", "schedules/", {"tasks": ["tv"], "interval": {"hours": 1}}),
    ),
    "admin": (
        ("POST", "database/", {"operation": "vacuum"}),
        ("GET", "database/plugins/", None),
        ("GET", "server/crash_logs/", None),
    ),
}
ROLES = ("viewer", "operator", "editor", "admin")


@pytest.mark.parametrize("least", WRITES)
def test_roles_may_what_they_may(client_of: Clients, least: str) -> None:
    for method, path, body in WRITES[least]:
        for role in ROLES:
            answer = client_of(role).request(method, f"{API}/{path}", json=body)
            allowed = ROLES.index(role) >= ROLES.index(least)
            assert (answer.status_code != 403) is allowed, (role, method, path, answer.text)
            assert answer.status_code != 401
            assert answer.status_code < 500


def test_what_is_left_out_says_why(client_of: Clients) -> None:
    client = client_of("viewer")
    for path in (
        "cached/?url=http://x/",
        "tmdb/movies/?title=x",
        "trakt/series/x/",
        "server/dump_threads/",
    ):
        for method in ("GET", "POST"):
            answer = client.request(method, f"{API}/{path}")
            assert (answer.status_code, answer.json()["status_code"]) == (501, 501)
            assert len(answer.json()["message"]) > 20
    shutdown = client.post(f"{API}/server/manage/", json={"operation": "shutdown"})
    assert shutdown.status_code == 501


def test_errors_before_a_view_have_the_shape(client_of: Clients) -> None:
    client = client_of("admin")
    for answer in (
        client.post(f"{API}/tasks/", content=b"x" * 6_000_000),
        client.post(f"{API}/tasks/", content=b"{"),
        client.post(f"{API}/tasks/", content=b"{}", headers={"Content-Type": "text/plain"}),
        client.get(f"{API}/series/?page=0"),
        client.get(f"{API}/series/?per_page=-1"),
        client.get(f"{API}/seen/?page=999999999999999999999"),
        client.get(f"{API}/tasks/", headers={"Host": "evil.example"}),
        client.patch(f"{API}/tasks/"),
    ):
        assert 400 <= answer.status_code < 500
        assert answer.json()["status"] == "Error"
        assert answer.json()["status_code"] == answer.status_code

"""Users whom a proxy in front names, at a real server: from its address alone, at endpoints, pages and websockets."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from flexapi.testing.live import LiveServer, received

# Where the proxy is; all others come from 127.0.0.1.
PROXY = "127.0.0.2"
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that trusts one address."""
    server = LiveServer(tmp_path_factory.mktemp("proxy"))
    server.environment |= {
        "FLEXAPI_SSO_PROXIES": PROXY,
        "FLEXAPI_SSO_ROLES": "media=editor, family=viewer, bosses=admin",
    }
    server.start()
    yield server
    server.end()


def client(server: LiveServer, address: str = PROXY, **headers: str) -> httpx.Client:
    """A browser behind the proxy, or elsewhere."""
    return httpx.Client(
        base_url=server.url,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        transport=httpx.HTTPTransport(local_address=address),
        timeout=60,
    )


def test_who_is_named_is_there_with_the_roles_of_the_groups(server: LiveServer) -> None:
    with client(server, Remote_User="anna", Remote_Groups="media,others") as anna:
        me = anna.get("/api/auth/me").json()["object"]
        assert (me["username"], me["groups"], me["is_superuser"]) == ("anna", ["editor"], False)
        # A program that keeps no cookies leaves no session behind.
        assert not anna.cookies
        assert anna.get("/").status_code == 200
        token = anna.cookies["csrftoken"]
        sent = {"title": "Sintel"}
        assert anna.post("/api/movie_queue", json=sent).status_code == 403
        headers = {"X-CSRFToken": token}
        assert anna.post("/api/movie_queue", json=sent, headers=headers).status_code == 201
    with client(server, Remote_User="anna", Remote_Groups="family") as anna:
        assert anna.get("/api/auth/me").json()["object"]["groups"] == ["viewer"]
    # As Authentik writes groups.
    with client(server, Remote_User="anna", Remote_Groups="family|bosses") as anna:
        assert anna.get("/api/auth/me").json()["object"]["is_superuser"] is True
    with client(server, Remote_User="anna") as anna:
        me = anna.get("/api/auth/me").json()["object"]
        assert (me["groups"], me["is_superuser"]) == ([], False)


def test_a_session_follows_whom_the_proxy_names(server: LiveServer) -> None:
    with client(server) as browser:
        named = {"Remote-User": "ben", "Remote-Groups": "family"}
        assert browser.get("/", headers=named).status_code == 200
        assert browser.get("/api/auth/me").json()["object"]["username"] == "ben"
        other = {"Remote-User": "cleo", "Remote-Groups": "family"}
        assert browser.get("/", headers=other).status_code == 200
        assert browser.get("/api/auth/me").json()["object"]["username"] == "cleo"


def test_from_anybody_else_the_header_is_nothing(server: LiveServer) -> None:
    with client(server, "127.0.0.1", Remote_User="anna", X_Forwarded_For=PROXY) as stranger:
        assert stranger.get("/api/auth/me").status_code == 401
        assert stranger.get("/").headers["Location"].startswith("/accounts/login/")
    # Proxies strip `Remote-User` from what clients send, and may pass on what looks like it.
    with socket.create_connection(("127.0.0.1", server.port), source_address=(PROXY, 0)) as raw:
        asked = "GET /api/auth/me HTTP/1.1\r\nHost: localhost\r\nRemote_User: anna\r\n"
        raw.sendall(f"{asked}Connection: close\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 401")


def test_who_has_a_password_or_is_disabled_is_not_handed_over(server: LiveServer) -> None:
    with client(server, Remote_User="admin", Remote_Groups="bosses") as stranger:
        answer = stranger.get("/api/auth/me")
        assert answer.status_code == 403
        assert "admin has a password here" in answer.json()["errors"][0]["detail"]
        assert "admin has a password here" in stranger.get("/").text
    with client(server, Remote_User="dora", Remote_Groups="family") as dora:
        assert dora.get("/").status_code == 200
        server.python(
            "from django.contrib.auth.models import User\n"
            "User.objects.filter(username='dora').update(is_active=False)"
        )
        assert "dora is disabled" in dora.get("/api/auth/me").json()["errors"][0]["detail"]
    with client(server, Remote_User="no such name!") as stranger:
        assert "can't be a user name" in stranger.get("/").text


def test_a_token_is_its_users_whoever_is_named(server: LiveServer) -> None:
    with client(server, Remote_User="anna", **server.headers()) as program:
        assert program.get("/api/auth/me").json()["object"]["username"] == "admin"
    # What Authelia passes on of Basic is no token.
    with client(server, Remote_User="anna", Authorization="Basic YW5uYTp4") as browser:
        assert browser.get("/api/auth/me").json()["object"]["username"] == "anna"


def test_a_websocket_is_open_to_who_is_named(server: LiveServer) -> None:
    def board(address: str) -> ClientConnection:
        headers = {"Remote-User": "emil", "Remote-Groups": "family"}
        url = f"ws://127.0.0.1:{server.port}/ws/execution/"
        options: Any = {"source_address": (address, 0), "proxy": None}
        return connect(url, additional_headers=headers, **options)

    with board("127.0.0.1") as websocket, pytest.raises(ConnectionClosed) as closed:
        websocket.recv(timeout=20)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403
    with board(PROXY) as websocket:
        server.python(
            "from django.contrib.auth.models import User\n"
            "User.objects.filter(username='emil').update(is_active=False)"
        )
        with pytest.raises(ConnectionClosed) as closed:
            list(received(websocket))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401

"""Who asks: a token, a name with its password, the session of a login; and what FlexGet calls the token."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from flexapi.testing.live import PASSWORD, LiveServer

from .conftest import API

LOGIN = f"{API}/auth/login/"


@pytest.fixture
def nobody(server: LiveServer) -> Iterator[httpx.Client]:
    """A client that shows nothing of its own."""
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def basic(name: str, password: str) -> dict[str, str]:
    shown = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {shown}"}


def session_cookie(answer: httpx.Response) -> str:
    (cookie,) = [one for one in answer.headers.get_list("Set-Cookie") if "sessionid" in one]
    return cookie


def test_nobody_is_let_in(nobody: httpx.Client) -> None:
    for path in ("tasks/", "series/", "server/version/", "server/log/", "user/token/", "cached/"):
        answer = nobody.get(f"{API}/{path}")
        assert answer.status_code == 401
        assert answer.json()["status"] == "Error"
        assert answer.json()["status_code"] == 401


def test_a_name_and_its_password_are_taken(nobody: httpx.Client) -> None:
    assert nobody.get(f"{API}/tasks/", headers=basic("viewer", PASSWORD)).status_code == 200
    assert nobody.get(f"{API}/tasks/", headers=basic("viewer", "wrong")).status_code == 401
    # And nowhere else.
    assert nobody.get("/api/tasks", headers=basic("viewer", PASSWORD)).status_code == 401


def test_who_shows_it_with_each_request_is_not_stopped(nobody: httpx.Client) -> None:
    headers = basic("operator", PASSWORD)
    answers = {nobody.get(f"{API}/tasks/queue/", headers=headers).status_code for _ in range(20)}
    assert answers == {200}


def test_guessing_is_stopped_as_at_a_login(nobody: httpx.Client) -> None:
    tried = [
        nobody.get(f"{API}/tasks/", headers=basic("guessed", f"wrong {number}")).status_code
        for number in range(11)
    ]
    assert tried == [401] * 10 + [429]
    # The two doors have one brake.
    body = {"username": "guessed", "password": "wrong"}
    assert nobody.post("/api/auth/login", json=body).status_code == 429
    refused = nobody.post(LOGIN, json=body)
    assert (refused.status_code, refused.json()["status_code"]) == (429, 429)


def test_a_login_opens_a_session(nobody: httpx.Client) -> None:
    body = {"username": "editor", "password": PASSWORD}
    answer = nobody.post(LOGIN, json=body)
    assert answer.json() == {"message": "user logged in", "status_code": 200, "status": "success"}
    # For as long as the browser is open, unless it is asked to remember.
    assert "Max-Age" not in session_cookie(answer)
    assert nobody.get(f"{API}/tasks/").status_code == 200
    assert nobody.post(f"{API}/auth/logout/").json()["message"] == "User logged out"
    assert nobody.get(f"{API}/tasks/").status_code == 401
    assert "Max-Age" in session_cookie(nobody.post(f"{LOGIN}?remember=true", json=body))


def test_no_page_of_another_site_uses_a_session(nobody: httpx.Client, server: LiveServer) -> None:
    nobody.post(LOGIN, json={"username": "editor", "password": PASSWORD})
    queue = {"tasks": ["manual one"]}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for method, path, body in (
            ("POST", "tasks/execute/", queue),
            ("DELETE", "seen/1/", None),
            ("GET", "irc/restart/", None),
            ("POST", "auth/logout/", None),
        ):
            answer = nobody.request(method, f"{API}/{path}", json=body, headers=headers)
            assert answer.status_code == 403, (path, headers)
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    assert nobody.post(f"{API}/tasks/execute/", json=queue, headers=own).status_code == 200


def test_the_token_is_shown_again_and_replaced(nobody: httpx.Client) -> None:
    nobody.post(LOGIN, json={"username": "operator", "password": PASSWORD})
    token = nobody.get(f"{API}/user/token/").json()["token"]
    assert nobody.get(f"{API}/user/token/").json()["token"] == token
    nobody.cookies.clear()
    headers = {"Authorization": f"Token {token}"}
    assert nobody.get(f"{API}/user/token/", headers=headers).json()["token"] == token
    assert nobody.get("/api/auth/me", headers=headers).json()["object"]["username"] == "operator"
    listed = nobody.get("/api/auth/tokens", headers=headers).json()["items"]
    assert "FlexGet's API" in [one["name"] for one in listed]
    other = nobody.put(f"{API}/user/token/", headers=headers).json()["token"]
    assert other != token
    assert nobody.get(f"{API}/tasks/", headers=headers).status_code == 401
    headers = {"Authorization": f"Token {other}"}
    assert nobody.get(f"{API}/tasks/", headers=headers).status_code == 200


def test_a_new_password_takes_the_old_one(nobody: httpx.Client, server: LiveServer) -> None:
    # Of one's own: who changes the password has no token any more.
    server.add_user("changer", "editor")
    path, better = f"{API}/user/", {"password": "another correct horse"}
    assert nobody.put(path, json=better, headers=server.headers("changer")).status_code == 403
    weak = nobody.put(path, json={"password": "weak"}, headers=basic("changer", PASSWORD))
    assert (weak.status_code, weak.json()["status"]) == (400, "Error")
    done = nobody.put(path, json=better, headers=basic("changer", PASSWORD))
    assert done.json()["message"] == "Successfully changed user password"
    # What was remembered of the old one counts no more.
    assert nobody.get(f"{API}/tasks/", headers=basic("changer", PASSWORD)).status_code == 401
    assert nobody.get(f"{API}/tasks/", headers=basic("changer", better["password"])).is_success

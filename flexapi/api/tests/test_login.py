"""`/api/auth/login`, `/logout` and `/me`."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from flexapi.api.models import ApiToken

LOGIN = "/api/auth/login"
VIEWER = {"username": "viewer", "password": "viewer"}


@pytest.fixture
def browser() -> APIClient:
    """A client that keeps cookies and has to prove that a write is its own."""
    return APIClient(enforce_csrf_checks=True)


def test_it_opens_a_session(browser: APIClient, viewer: Any) -> None:
    response = browser.post(LOGIN, VIEWER)
    assert response.status_code == 200
    answer = response.json()["object"]
    assert answer["user"]["username"] == "viewer"
    assert answer["user"]["groups"] == ["viewer"]
    assert (answer["token"], answer["name"], answer["expiry"]) == (None, None, None)
    assert browser.get("/api/auth/me").json()["object"]["id"] == viewer.pk
    cookie = response.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("wish", [{"token": True}, {"name": "script"}])
def test_it_makes_a_token_on_request(api: Any, viewer: Any, wish: dict[str, Any]) -> None:
    answer = api().post(LOGIN, VIEWER | wish | {"expires_in": 60}).json()["object"]
    assert answer["name"] == wish.get("name", "")
    assert answer["expiry"] is not None
    client = APIClient(HTTP_AUTHORIZATION=f"Token {answer['token']}")
    assert client.get("/api/auth/me").json()["object"]["username"] == "viewer"


@pytest.mark.parametrize(
    "body",
    [
        {"username": "viewer", "password": "wrong"},
        {"username": "nobody", "password": "viewer"},
        {"username": "VIEWER ", "password": "wrong"},
    ],
)
def test_it_rejects_wrong_credentials_alike(api: Any, viewer: Any, body: Any) -> None:
    response = api().post(LOGIN, body)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["errors"] == [
        {
            "code": "authentication_failed",
            "detail": "The user name or the password is wrong.",
            "attr": None,
        }
    ]


def test_it_rejects_an_inactive_user(api: Any, viewer: Any) -> None:
    viewer.is_active = False
    viewer.save()
    assert api().post(LOGIN, VIEWER).status_code == 401


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"password": "x"}, "username"),
        ({"username": "x"}, "password"),
        ({"username": ["x"], "password": "x"}, "username"),
        ({"username": "x" * 151, "password": "x"}, "username"),
        ({"username": "x", "password": "x" * 5000}, "password"),
        ({"username": "x", "password": "x", "expires_in": -1}, "expires_in"),
    ],
)
def test_it_rejects_bad_fields(api: Any, db: None, body: Any, attr: str) -> None:
    response = api().post(LOGIN, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "1"])
def test_it_rejects_what_is_no_object(api: Any, db: None, body: str) -> None:
    response = api().generic("POST", LOGIN, body, content_type="application/json")
    assert response.status_code == 400


def test_it_slows_down_guessing_by_name(api: Any, viewer: Any) -> None:
    wrong = {"username": "viewer", "password": "wrong"}
    statuses = [api().post(LOGIN, wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    response = api().post(LOGIN, VIEWER, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 60
    assert response.json()["errors"][0]["code"] == "throttled"
    # Another name from the same address is still heard.
    assert api().post(LOGIN, wrong | {"username": "other"}).status_code == 401


def guess(number: int, **fields: Any) -> int:
    """Log in from an address of one's own."""
    address = f"198.51.100.{number}"
    client = APIClient(raise_request_exception=False, REMOTE_ADDR=address)
    return client.post(LOGIN, {"username": "viewer", "password": "wrong"} | fields).status_code


def test_it_slows_down_guessing_from_many_addresses(viewer: Any) -> None:
    assert {guess(number) for number in range(50)} == {401}
    assert guess(100) == 429
    # Not by the right password either, else it would be found all the same; nor by another spelling.
    assert guess(101, password="viewer") == 429
    assert guess(102, username="VIEWER") == 429
    assert guess(103, username="other") == 401


def test_logging_in_forgets_what_was_tried_before(viewer: Any) -> None:
    assert {guess(number) for number in range(49)} == {401}
    assert guess(100, password="viewer") == 200
    assert {guess(number) for number in range(50)} == {401}
    assert guess(101) == 429


def test_the_login_page_counts_the_same_attempts(viewer: Any) -> None:
    assert {guess(number) for number in range(25)} == {401}
    for number in range(25):
        page = Client(REMOTE_ADDR=f"203.0.113.{number}")
        assert page.post("/accounts/login/", VIEWER | {"password": "x"}).status_code == 200
    assert guess(100) == 429
    assert Client(REMOTE_ADDR="203.0.113.99").post("/accounts/login/", VIEWER).status_code == 429


def test_a_locked_account_goes_on_by_session_and_token(api: Any, viewer: Any) -> None:
    client, page = api(viewer), Client()
    page.force_login(viewer)
    assert {guess(number) for number in range(51)} == {401, 429}
    assert client.get("/api/auth/me").status_code == 200
    assert page.get("/api/auth/me").status_code == 200


def test_writing_in_a_session_needs_the_csrf_token(browser: APIClient, viewer: Any) -> None:
    browser.post(LOGIN, VIEWER)
    refused = browser.post("/api/auth/tokens", {"name": "x"})
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["errors"][0]["detail"]
    proof: Any = {"HTTP_X_CSRFTOKEN": browser.cookies["csrftoken"].value}
    assert browser.post("/api/auth/tokens", {"name": "x"}, **proof).status_code == 201


def test_logout_ends_the_session(browser: APIClient, viewer: Any) -> None:
    browser.post(LOGIN, VIEWER)
    proof: Any = {"HTTP_X_CSRFTOKEN": browser.cookies["csrftoken"].value}
    assert browser.post("/api/auth/logout", **proof).status_code == 204
    assert browser.get("/api/auth/me").status_code == 401


def test_logout_revokes_the_token_and_no_other(api: Any, viewer: Any) -> None:
    one, other = api(viewer), api(viewer)
    assert one.post("/api/auth/logout").status_code == 204
    assert one.get("/api/auth/me").status_code == 401
    assert other.get("/api/auth/me").status_code == 200


def test_me_tells_permissions(api: Any, viewer: Any) -> None:
    me = api(viewer).get("/api/auth/me").json()["object"]
    assert "tasks.view_task" in me["permissions"]
    assert "tasks.change_task" not in me["permissions"]

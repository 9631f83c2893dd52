"""The ways to show a token: `Token`, `Bearer`, `X-Api-Key`, and `Basic` as the password."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from flexapi.api.models import ApiToken

ME = "/api/auth/me"
FOREIGN = "Basic " + base64.b64encode(b"proxy:its own password").decode()


def basic(password: str, name: str = "anything") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


WAYS: dict[str, Callable[[str], dict[str, str]]] = {
    "Token": lambda secret: {"HTTP_AUTHORIZATION": f"Token {secret}"},
    "token": lambda secret: {"HTTP_AUTHORIZATION": f"token  {secret}"},
    "Bearer": lambda secret: {"HTTP_AUTHORIZATION": f"Bearer {secret}"},
    "X-Api-Key": lambda secret: {"HTTP_X_API_KEY": secret},
    "Basic": lambda secret: {"HTTP_AUTHORIZATION": basic(secret)},
    "Basic without a name": lambda secret: {"HTTP_AUTHORIZATION": basic(secret, "")},
    "X-Api-Key next to a foreign Basic": lambda secret: {
        "HTTP_X_API_KEY": secret,
        "HTTP_AUTHORIZATION": FOREIGN,
    },
    "X-Api-Key next to a foreign Bearer": lambda secret: {
        "HTTP_X_API_KEY": secret,
        "HTTP_AUTHORIZATION": "Bearer of.somebody.else",
    },
    "Token next to a foreign X-Api-Key": lambda secret: {
        "HTTP_X_API_KEY": "the gateway's",
        "HTTP_AUTHORIZATION": f"Token {secret}",
    },
}


@pytest.fixture
def secret(viewer: Any) -> str:
    made: str = ApiToken.objects.create(user=viewer, name="shown")[1]
    return made


@pytest.mark.parametrize("way", WAYS)
def test_a_token_gets_in_by(api: Any, secret: str, way: str) -> None:
    response = api().get(ME, **WAYS[way](secret))
    assert response.json()["object"]["username"] == "viewer"


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_token_is_refused_by(api: Any, secret: str, way: str) -> None:
    response = api().get(ME, **WAYS[way](secret[:-1] + "x"))
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert "oken" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("way", WAYS)
def test_an_expired_token_says_so_by(api: Any, secret: str, way: str) -> None:
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    response = api().get(ME, **WAYS[way](secret))
    assert response.status_code == 401
    assert response.json()["errors"][0]["detail"] == "The token has expired."


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_X_API_KEY": ""},
        {"HTTP_X_API_KEY": "é\xff"},
        {"HTTP_X_API_KEY": "日本"},
        {"HTTP_X_API_KEY": "a" * 5000},
        {"HTTP_AUTHORIZATION": "Basic"},
        {"HTTP_AUTHORIZATION": "Basic !!!"},
        {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"no colon").decode()},
        {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(b"\xff:\xfe\x00").decode()},
        {"HTTP_AUTHORIZATION": "Bearer"},
        {"HTTP_AUTHORIZATION": "Bearer a b"},
        {"HTTP_AUTHORIZATION": "Digest x"},
    ],
)
def test_it_refuses_nonsense(api: Any, db: None, headers: dict[str, str]) -> None:
    response = api().get(ME, **headers)
    assert response.status_code == 401
    assert response.json()["type"] == "client_error"


def test_an_accounts_own_password_is_not_taken(api: Any, viewer: Any) -> None:
    response = api().get(ME, HTTP_AUTHORIZATION=basic("viewer", "viewer"))
    assert response.status_code == 401


@pytest.mark.parametrize("foreign", [FOREIGN, "Bearer of.somebody.else"])
def test_a_session_goes_on_behind_a_proxy_with_a_password(viewer: Any, foreign: str) -> None:
    client = Client()
    client.force_login(viewer)
    assert client.get(ME, HTTP_AUTHORIZATION=foreign).status_code == 200
    assert client.get(ME, HTTP_X_API_KEY="wrong").status_code == 401


def test_a_page_elsewhere_gains_nothing_from_a_remembered_password(api: Any, secret: str) -> None:
    way: dict[str, Any] = WAYS["Basic"](secret)
    assert api().post("/api/auth/tokens", {"name": "x"}, **way).status_code == 201
    way |= {"HTTP_HOST": "localhost:8000"}
    own = api().post("/api/auth/tokens", {"name": "x"}, HTTP_ORIGIN="http://localhost:8000", **way)
    assert own.status_code == 201
    for origin in ("http://evil.example", "null"):
        elsewhere = api().post("/api/auth/tokens", {"name": "x"}, HTTP_ORIGIN=origin, **way)
        assert elsewhere.status_code == 401


def test_logging_out_revokes_it_whatever_the_way(api: Any, secret: str) -> None:
    way: dict[str, Any] = WAYS["X-Api-Key"](secret)
    assert api().post("/api/auth/logout", **way).status_code == 204
    assert not ApiToken.objects.exists()


def test_what_is_kept_of_an_answer_is_kept_for_one_key(api: Any, secret: str) -> None:
    response = api().get(ME, **WAYS["X-Api-Key"](secret))
    assert "X-Api-Key" in response["Vary"]

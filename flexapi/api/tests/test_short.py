"""Requests with a token go past what only browsers need, and past nothing that checks or protects."""

import base64
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from flexapi.api.http.short import is_short

pytestmark = pytest.mark.django_db

URL = "/api/tasks"
PROTECTING = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Cache-Control",
    "Allow",
    "Content-Type",
    "Content-Length",
)


def words(response: Any, header: str) -> set[str]:
    return set(response.get(header, "").split())


def has_session(response: Any) -> bool:
    """Whether the request had a session."""
    return hasattr(response.wsgi_request, "session")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", [URL, "/api/nothing", "/api/tasks/none", "/api/schema"])
def test_the_answer_is_that_of_a_session(api: Any, viewer: User, path: str) -> None:
    by_token = api(viewer).get(path)
    by_session = logged_in(viewer).get(path)

    assert not has_session(by_token)
    assert has_session(by_session)
    assert by_token.status_code == by_session.status_code
    assert by_token.content == by_session.content
    for name in PROTECTING:
        assert words(by_token, name) == words(by_session, name), name
    assert set(by_token["Vary"].split(", ")) == set(by_session["Vary"].split(", "))
    assert not by_token.cookies


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (URL, {"HTTP_HOST": "evil.example"}, 400),
        ("/api/tasks/a\x00b", {}, 400),
        (URL, {"CONTENT_LENGTH": "many"}, 400),
        (URL, {"CONTENT_LENGTH": str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, 413),
    ],
)
def test_what_is_refused_is_refused_all_the_same(
    api: Any, viewer: User, path: str, headers: dict[str, str], status: int
) -> None:
    assert api(viewer).get(path, **headers).status_code == status


def test_a_cookie_counts_where_the_token_does_not(viewer: User) -> None:
    client = logged_in(viewer)
    password = base64.b64encode(b"proxy:its own").decode()
    response = client.get(URL, HTTP_AUTHORIZATION=f"Basic {password}")
    assert response.status_code == 200
    assert has_session(response)


def test_a_session_needs_its_form_token_whatever_else_is_shown(viewer: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer)
    response = client.post(URL, {}, HTTP_AUTHORIZATION="Bearer of-a-proxy")
    assert response.status_code == 403
    assert "CSRF" in response.json()["errors"][0]["detail"]


def test_logging_in_makes_a_session_whatever_else_is_shown(api: Any, viewer: User) -> None:
    response = api(viewer).post("/api/auth/login", {"username": "viewer", "password": "viewer"})
    assert response.status_code == 200
    assert settings.SESSION_COOKIE_NAME in response.cookies


@pytest.mark.parametrize(
    ("path", "headers", "short"),
    [
        (URL, {"HTTP_AUTHORIZATION": "Token x"}, True),
        (URL, {"HTTP_X_API_KEY": "x"}, True),
        (URL, {}, False),
        (URL, {"HTTP_AUTHORIZATION": "Negotiate x"}, False),
        (URL, {"HTTP_X_API_KEY": "x", "HTTP_COOKIE": "sessionid=x"}, False),
        (URL, {"HTTP_X_API_KEY": "x", "HTTP_ACCEPT": "text/html"}, False),
        ("/admin/", {"HTTP_X_API_KEY": "x"}, False),
        ("/apixyz", {"HTTP_X_API_KEY": "x"}, False),
    ],
)
def test_it_is_for_programs_alone(rf: Any, path: str, headers: dict[str, str], short: bool) -> None:
    assert is_short(rf.get(path, **headers)) is short

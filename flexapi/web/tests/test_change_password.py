"""A changed password ends the user's other sessions, and the tokens unless they are kept."""

import io
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import Client

from flexapi.api.models import ApiToken

URL = "/accounts/password/"
NEW = "a much better one"


@pytest.fixture
def page(viewer: Any) -> Client:
    """The viewer's browser."""
    client = Client()
    client.force_login(viewer)
    return client


def change(page: Client, **fields: str) -> Any:
    form = {"old_password": "viewer", "new_password1": NEW, "new_password2": NEW}
    return page.post(URL, form | fields)


def test_it_ends_other_sessions_and_all_tokens(
    page: Client, api: Any, viewer: Any, editor: Any
) -> None:
    elsewhere, token, others = Client(), api(viewer), api(editor)
    elsewhere.force_login(viewer)
    answer = change(page)
    assert "API tokens are revoked" in answer.content.decode()
    assert elsewhere.get("/api/auth/me").status_code == 401
    assert token.get("/api/auth/me").status_code == 401
    assert page.get("/api/auth/me").status_code == 200
    assert others.get("/api/auth/me").status_code == 200


def test_tokens_may_be_kept_on_purpose(page: Client, api: Any, viewer: Any) -> None:
    elsewhere, token = Client(), api(viewer)
    elsewhere.force_login(viewer)
    assert "API tokens stay" in change(page, keep_tokens="on").content.decode()
    assert token.get("/api/auth/me").status_code == 200
    assert elsewhere.get("/api/auth/me").status_code == 401


def test_a_refused_change_ends_nothing(page: Client, api: Any, viewer: Any) -> None:
    token = api(viewer)
    assert "is changed" not in change(page, old_password="wrong").content.decode()
    assert "is changed" not in change(page, new_password2="other").content.decode()
    assert token.get("/api/auth/me").status_code == 200


def test_an_administrator_ends_them_as_well(admin_client: Client, api: Any, viewer: Any) -> None:
    token = api(viewer)
    form = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert admin_client.post(f"/admin/auth/user/{viewer.pk}/password/", form).status_code == 302
    assert token.get("/api/auth/me").status_code == 401


def test_the_command_line_ends_them_as_well(
    api: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = api(viewer)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)
    call_command("changepassword", "viewer", stdout=io.StringIO())
    assert token.get("/api/auth/me").status_code == 401


def test_a_new_hash_of_the_same_password_ends_nothing(api: Any, viewer: Any, settings: Any) -> None:
    token = api(viewer)
    before = viewer.password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert authenticate(username="viewer", password="viewer") == viewer
    viewer.refresh_from_db()
    assert viewer.password != before
    assert ApiToken.objects.count() == 1
    assert token.get("/api/auth/me").status_code == 200

"""The admin pages of tokens."""

from typing import Any

import pytest
from django.test import Client

from flexapi.api.models import ApiToken

LIST = "/admin/api/apitoken/"


@pytest.fixture
def page(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_tokens_are_listed_without_secrets(page: Client, viewer: Any) -> None:
    token, secret = ApiToken.objects.create(user=viewer, name="phone")
    for url in (LIST, f"{LIST}{token.pk}/change/"):
        content = page.get(url).content.decode()
        assert "phone" in content
        assert secret not in content
        assert token.digest not in content


def test_deleting_one_revokes_it(page: Client, api: Any, viewer: Any) -> None:
    client = api(viewer)
    (token,) = ApiToken.objects.all()
    page.post(f"{LIST}{token.pk}/delete/", {"post": "yes"})
    assert client.get("/api/auth/me").status_code == 401


def test_none_is_made_here(page: Client) -> None:
    assert page.get(f"{LIST}add/").status_code == 403

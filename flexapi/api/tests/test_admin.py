"""The admin pages of tokens."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
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


def test_a_new_one_is_shown_once(page: Client, api: Any, viewer: Any) -> None:
    answer = page.post(f"{LIST}add/", {"user": viewer.pk, "name": "phone", "lifetime": "30"})
    assert "no-store" in answer.headers["Cache-Control"]
    found = re.search(r'id="secret">([^<]+)<', answer.content.decode())
    assert found is not None
    secret = found.group(1)
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
    assert client.get("/api/auth/me").json()["object"]["username"] == "viewer"
    token = ApiToken.objects.get(name="phone")
    assert token.expiry is not None
    assert (token.expiry - token.created).days in (29, 30)
    for url in (LIST, f"{LIST}{token.pk}/change/"):
        assert secret not in page.get(url).content.decode()


def test_one_for_ever(page: Client, viewer: Any) -> None:
    page.post(f"{LIST}add/", {"user": viewer.pk, "name": "door", "lifetime": ""})
    assert ApiToken.objects.get(name="door").expiry is None


def test_who_is_no_superuser_makes_and_sees_only_own(make_user: Any, viewer: Any) -> None:
    clerk = make_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="api"))
    ApiToken.objects.create(user=viewer, name="not yours")
    client = Client()
    client.force_login(clerk)
    assert "not yours" not in client.get(LIST).content.decode()
    client.post(f"{LIST}add/", {"user": viewer.pk, "name": "stolen", "lifetime": "30"})
    assert not ApiToken.objects.filter(name="stolen").exists()
    client.post(f"{LIST}add/", {"user": clerk.pk, "name": "own", "lifetime": "30"})
    assert ApiToken.objects.get(name="own").user == clerk

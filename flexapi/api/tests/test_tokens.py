"""`/api/auth/tokens` and the `Authorization: Token` header."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from flexapi.api.accounts.last_use import last_use
from flexapi.api.models import ApiToken

URL = "/api/auth/tokens"


def test_it_needs_a_user(api: Any) -> None:
    response = api().get(URL)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["errors"][0]["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token nonsense",
        "Token two words",
        "Token \xff\xfe",
        "Token é",
        "Token " + "a" * 5000,
        "Token a\x00b",
        "token 0123456789abcdef",
    ],
)
def test_it_rejects_bad_tokens(api: Any, db: None, header: str) -> None:
    response = api().get(URL, HTTP_AUTHORIZATION=header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.json()["errors"][0]["code"] == "authentication_failed"


def test_it_lists_ones_own(api: Any, viewer: Any, editor: Any) -> None:
    api(editor)
    (item,) = api(viewer).get(URL).json()["items"]
    assert item["name"] == "test"
    assert item["current"] is True
    assert not {"token", "digest", "token_key"} & set(item)


def test_it_makes_a_token_that_is_shown_once(api: Any, viewer: Any) -> None:
    client = api(viewer)
    response = client.post(URL, {"name": "phone", "expires_in": 3600})
    assert response.status_code == 201
    made = response.json()["object"]
    row = ApiToken.objects.get(pk=made["id"])
    assert made["token"] not in (row.digest, row.token_key)
    assert row.expiry - timezone.now() < timedelta(hours=1)
    assert response["Location"].endswith(f"/api/auth/tokens/{row.pk}")
    assert "token" not in client.get(response["Location"]).json()["object"]
    used = api().get("/api/auth/me", HTTP_AUTHORIZATION=f"Token {made['token']}")
    assert used.json()["object"]["username"] == "viewer"


def test_it_expires_after_a_year_by_default_and_never_on_request(api: Any, viewer: Any) -> None:
    client = api(viewer)
    client.post(URL, {"name": "usual"})
    client.post(URL, {"name": "eternal", "expires_in": None})
    lifetime = ApiToken.objects.get(name="usual").expiry - timezone.now()
    assert timedelta(days=364) < lifetime <= timedelta(days=365)
    assert ApiToken.objects.get(name="eternal").expiry is None


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "expires_in": 0}, "expires_in"),
        ({"name": "x", "expires_in": 10**30}, "expires_in"),
        ({"name": "x", "expires_in": "soon"}, "expires_in"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_it_rejects_bad_fields(api: Any, viewer: Any, body: Any, attr: str) -> None:
    response = api(viewer).post(URL, body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr


def test_an_expired_token_is_refused_and_swept_by_the_next_one(api: Any, viewer: Any) -> None:
    client = api(viewer)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get(URL).json()["errors"][0]["detail"] == "The token has expired."
    api(viewer).post(URL, {"name": "new"})
    assert set(ApiToken.objects.values_list("name", flat=True)) == {"test", "new"}


def test_a_revoked_token_stops_working_at_once(api: Any, viewer: Any) -> None:
    client = api(viewer)
    assert client.delete(f"{URL}/{ApiToken.objects.get().pk}").status_code == 204
    assert client.get(URL).status_code == 401


def test_a_token_of_someone_else_is_not_there(api: Any, viewer: Any, admin: Any) -> None:
    api(viewer)
    url = f"{URL}/{ApiToken.objects.get().pk}"
    assert api(admin).delete(url).status_code == 404
    assert api(admin).get(url).status_code == 404


def test_an_inactive_user_is_refused(api: Any, viewer: Any) -> None:
    client = api(viewer)
    viewer.is_active = False
    viewer.save()
    assert client.get(URL).status_code == 401


def test_the_last_use_is_noted_once_a_minute(
    api: Any, viewer: Any, django_assert_num_queries: Any
) -> None:
    client = api(viewer)

    def used() -> datetime | None:
        client.get("/api/auth/me")
        last_use.write()
        return ApiToken.objects.get().last_used

    first = used()
    assert first is not None
    assert used() == first
    ApiToken.objects.update(last_used=first - timedelta(seconds=61))
    assert (used() or first) > first


def test_a_request_costs_one_query_for_the_token_and_one_for_the_page(
    api: Any, viewer: Any, django_assert_num_queries: Any
) -> None:
    client = api(viewer)
    client.get(URL)
    for _ in range(5):
        api(viewer)
    with django_assert_num_queries(2):
        assert client.get(URL).json()["count"] == 6

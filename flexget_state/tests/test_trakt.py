"""`/api/trakt`: FlexGet is allowed an account by its own functions; Trakt is a server here on loopback."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from flexapi.testing.trakt import TOKEN, Trakt, serving

from .conftest import State

pytestmark = pytest.mark.django_db

PATH = "/api/trakt/me"


@pytest.fixture
def trakt(state: State) -> Iterator[type[Trakt]]:
    """FlexGet's Trakt, which waits for the code."""
    state.sql("DELETE FROM trakt_user_auth")
    cache.clear()
    with serving() as url:
        state.engine.call("own.trakt_at", {"url": url})
        yield Trakt


def when(client: Any, state: str) -> dict[str, Any]:
    """Return the account when its authorization has that state."""
    deadline = time.monotonic() + 20
    while True:
        found: dict[str, Any] = client.get(PATH).json()["object"]
        if found["authorization"]["state"] == state:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_an_account_is_allowed_by_its_owner(
    client: Any, reader: Any, state: State, trakt: type[Trakt]
) -> None:
    response = client.post(f"{PATH}/authorize")
    assert response.status_code == 202
    begun = response.json()["object"]
    assert begun["state"] == "waiting"
    assert (begun["url"], begun["code"]) == ("https://trakt.example/activate", "5055CC52")
    assert "Your user code is 5055CC52" in begun["detail"]
    # Nobody has it yet, and whoever may not change it doesn't see the code.
    assert client.get("/api/trakt").json()["count"] == 0
    looked = reader.get(PATH).json()["object"]
    assert (looked["created"], looked["authorization"]["state"]) == (None, "waiting")
    assert "5055CC52" not in json.dumps(looked)
    # FlexGet's host is not held up.
    assert client.get("/api/seen").status_code == 200

    trakt.status = 200
    found = when(client, "done")
    assert found["created"].startswith("2026-09-2")
    assert found["authorization"]["code"] == ""
    page = client.get("/api/trakt").json()
    assert [account["name"] for account in page["items"]] == ["me"]
    assert TOKEN not in json.dumps([found, page])
    assert state.sql("SELECT account, access_token FROM trakt_user_auth") == [("me", TOKEN)]

    assert client.delete(PATH).status_code == 204
    assert state.sql("SELECT * FROM trakt_user_auth") == []
    assert client.delete(PATH).status_code == 404


def test_one_that_is_denied_says_so_and_may_be_tried_again(client: Any, trakt: type[Trakt]) -> None:
    trakt.status = 418
    client.post(f"{PATH}/authorize")
    assert "denied" in when(client, "failed")["authorization"]["detail"]
    trakt.status = 200
    assert client.post(f"{PATH}/authorize").status_code == 202
    when(client, "done")


def test_there_is_one_at_a_time(client: Any, trakt: type[Trakt]) -> None:
    assert client.post(f"{PATH}/authorize").status_code == 202
    refused = client.post("/api/trakt/other/authorize")
    assert refused.status_code == 409
    assert "for the account me already" in refused.json()["errors"][0]["detail"]
    trakt.status = 410
    assert "expired" in when(client, "failed")["authorization"]["detail"]


def test_an_answer_without_a_code_is_told(client: Any, trakt: type[Trakt]) -> None:
    trakt.code = {"error": "maintenance"}
    begun = client.post(f"{PATH}/authorize").json()["object"]
    assert begun["state"] == "failed"
    assert begun["detail"] == "Trakt's answer isn't what FlexGet expects: 'device_code'."


def test_an_unknown_account_is_none(client: Any, trakt: type[Trakt]) -> None:
    response = client.get(PATH)
    assert response.status_code == 404
    assert "no access to an account me" in response.json()["errors"][0]["detail"]


def test_only_editors_may(reader: Any, runner: Any, trakt: type[Trakt]) -> None:
    for other in (reader, runner):
        assert other.get("/api/trakt").status_code == 200
        assert other.post(f"{PATH}/authorize").status_code == 403
        assert other.delete(PATH).status_code == 403

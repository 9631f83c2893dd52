"""`/api/hooks`: hooks are made, read, changed and deleted; a secret is shown once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flexapi.testing.flexget_home import FlexGetHome
from hooks.models import Hook, HookCall

from .conftest import URL, Api, errors

pytestmark = pytest.mark.django_db

Make = Callable[..., dict[str, Any]]


def test_it_is_made_read_changed_and_deleted(api: Api, editor: User, make: Make) -> None:
    client = api(editor)
    made = make(name="sonarr", fields={"tvdb_id": "$.series.tvdbId"})
    assert made["address"] == "http://testserver/api/hooks/sonarr"
    assert (made["proof"], made["target"], made["rate"]) == ("secret", "task", 60)
    answer = client.get(f"{URL}/sonarr")
    assert answer.json()["object"] == {**made, "secret": None}

    changed = client.patch(f"{URL}/sonarr", {"rate": 5}, HTTP_IF_MATCH=answer["ETag"])
    assert changed.json()["object"]["rate"] == 5
    stale = client.patch(f"{URL}/sonarr", {"rate": 6}, HTTP_IF_MATCH=answer["ETag"])
    assert stale.status_code == 412
    assert client.delete(f"{URL}/sonarr").status_code == 204
    assert client.get(URL).json()["items"] == []


def test_a_secret_is_shown_once_and_not_stored(api: Api, editor: User, make: Make) -> None:
    client, made = api(editor), make()
    hook = Hook.objects.get()
    stored = [str(getattr(hook, field.attname)) for field in Hook._meta.concrete_fields]
    assert len(made["secret"]) > 40
    assert not any(made["secret"] in text for text in stored)

    renewed = client.post(f"{URL}/door/secret").json()["object"]["secret"]
    assert renewed not in (None, made["secret"])
    hook.refresh_from_db()
    assert hook.has_secret(renewed.encode())
    assert not hook.has_secret(made["secret"].encode())
    # Another proof takes another secret; a token is the user's.
    signing = client.patch(f"{URL}/door", {"proof": "signature"}).json()["object"]["secret"]
    hook.refresh_from_db()
    assert signing
    assert not hook.has_secret(renewed.encode())
    assert client.patch(f"{URL}/door", {"rate": 7}).json()["object"]["secret"] is None
    assert client.patch(f"{URL}/door", {"proof": "token"}).json()["object"]["secret"] is None
    hook.refresh_from_db()
    assert not hook.has_signed("sha256=", b"")


def test_a_viewer_reads_and_changes_nothing(api: Api, viewer: User, make: Make) -> None:
    make()
    client = api(viewer)
    assert client.get(f"{URL}/door").json()["object"]["secret"] is None
    for method, path in (("post", URL), ("patch", f"{URL}/door"), ("post", f"{URL}/door/secret")):
        assert getattr(client, method)(path, {}).status_code == 403
    assert client.post(f"{URL}/try", {"title": "$.t", "body": {}}).status_code == 403


@pytest.mark.parametrize(
    ("fields", "attr", "told"),
    [
        ({"name": "Has Spaces"}, "name", "small letters"),
        ({"name": "calls"}, "name", "are no names"),
        ({"task": ""}, "task", "Which task"),
        ({"title": "$.a..["}, "title", "isn't a JSON path"),
        ({"title": "{$.a[} 1"}, "title", "isn't a JSON path"),
        ({"url": "@"}, None, ""),
        ({"entries": "@.x"}, "entries", "doesn't begin with `$`"),
        ({"fields": {"a": 5}}, "fields", "names with paths"),
        ({"fields": ["a"]}, "fields", "names with paths"),
        ({"fields": {"a": "$.["}}, "fields", "isn't a JSON path"),
        ({"target": "movie_queue", "fields": {"size": "$.s"}}, "fields", "not 'size'"),
        ({"conditions": [{"path": "x"}]}, "conditions", "doesn't begin with `$`"),
        ({"conditions": [{"is": [1]}]}, "conditions", "Give paths and values"),
        ({"conditions": [{"path": "$.a", "is": "b"}]}, "conditions", "Give paths and values"),
        ({"rate": 0}, "rate", "greater than or equal to 1"),
        ({"max_bytes": 10**9}, "max_bytes", "less than or equal to 5000000"),
        ({"proof": "smile"}, "proof", "not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused(
    api: Api, editor: User, fields: dict[str, Any], attr: str | None, told: str
) -> None:
    given = {"name": "door", "task": "tv", "title": "$.title", **fields}
    response = api(editor).post(URL, given)
    if attr is None:
        assert response.status_code == 201
        return
    assert response.status_code == 400
    assert told in errors(response)[attr]


def test_it_goes_with_its_task(api: Api, editor: User, make: Make, tv: FlexGetHome) -> None:
    make()
    client = api(editor)
    assert client.get("/api/tasks").json()["count"] == 1
    assert client.patch("/api/tasks/tv", {"name": "shows"}).status_code == 200
    assert client.get(f"{URL}/door").json()["object"]["task"] == "shows"
    # By hand as well, in the file.
    tv.config.write_text(tv.config.read_text().replace("shows:", "series:"))
    assert client.get("/api/tasks").json()["count"] == 1
    assert client.get(f"{URL}/door").json()["object"]["task"] == "series"


def test_a_name_is_taken_once(api: Api, editor: User, make: Make) -> None:
    make()
    response = api(editor).post(URL, {"name": "door", "task": "tv", "title": "$.title"})
    assert "already exists" in errors(response)["name"]


def test_a_list_takes_as_many_queries_however_long_it_is(api: Api, viewer: User) -> None:
    client, counts = api(viewer), []
    for number in range(2):
        hook = Hook.objects.create(name=f"hook{number}", task="tv", title="$.t")
        HookCall.objects.create(hook=hook, outcome="accepted", status=201)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            items = client.get(URL).json()["items"]
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [item["last_outcome"] for item in items] == ["accepted"] * 2

"""`/api/hooks/calls` and `/api/hooks/try`: what was kept, repeated and tried."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from executions.models import Execution
from flexapi.testing.flexget_home import FlexGetHome
from hooks.keeper import CallKeeper
from hooks.models import Hook, HookCall

from .conftest import URL, Api, errors

pytestmark = pytest.mark.django_db

BODY = {"title": "Sintel 1080p", "url": "https://site.example/1?passkey=0123456789abcdef"}


@pytest.fixture
def call(tv: FlexGetHome) -> HookCall:
    """A call whose task was missing."""
    hook = Hook.objects.create(name="door", task="tv", title="$.title", url="$.url")
    body = json.dumps({**BODY, "password": "hunter2-hunter2"})
    return HookCall.objects.create(hook=hook, outcome="refused", status=409, body=body)


def test_a_kept_call_is_repeated(api: Api, editor: User, operator: User, call: HookCall) -> None:
    answer = api(editor).post(f"{URL}/calls/{call.pk}/repeat")
    assert answer.status_code == 201, answer.content
    again = answer.json()["object"]
    execution = Execution.objects.get()
    assert (again["repeat_of"], again["execution"]) == (call.pk, execution.pk)
    assert execution.requested_by == editor
    assert answer["Location"].endswith(f"{URL}/calls/{again['id']}")
    assert api(operator).post(f"{URL}/calls/{call.pk}/repeat").status_code == 403


def test_what_is_not_json_is_not_repeated(api: Api, editor: User, call: HookCall) -> None:
    HookCall.objects.update(body="{")
    answer = api(editor).post(f"{URL}/calls/{call.pk}/repeat")
    assert answer.status_code == 409
    assert "isn't JSON" in errors(answer)[None]


def test_a_repeat_that_fails_is_kept_as_well(api: Api, editor: User, call: HookCall) -> None:
    Hook.objects.update(task="gone")
    assert api(editor).post(f"{URL}/calls/{call.pk}/repeat").status_code == 409
    assert HookCall.objects.first().repeat_of == call.pk  # type: ignore[union-attr]


def test_credentials_are_hidden_from_who_may_not_see_them(
    api: Api, editor: User, viewer: User, call: HookCall
) -> None:
    path = f"{URL}/calls/{call.pk}"
    assert (
        json.loads(api(editor).get(path).json()["object"]["body"])["password"] == "hunter2-hunter2"
    )
    seen = json.loads(api(viewer).get(path).json()["object"]["body"])
    assert (seen["title"], seen["password"]) == ("Sintel 1080p", "********")
    assert "0123456789abcdef" not in seen["url"]
    HookCall.objects.update(body="no json, password: hunter2-hunter2")
    assert "hunter2" not in api(viewer).get(path).content.decode()


def test_a_list_has_no_bodies_and_is_filtered(api: Api, viewer: User, call: HookCall) -> None:
    client, counts = api(viewer), []
    other = Hook.objects.create(name="other", task="tv", title="$.t")
    client.get(f"{URL}/calls")  # What is asked once is asked.
    for _ in range(2):
        HookCall.objects.create(hook=other, outcome="accepted", status=201)
        with CaptureQueriesContext(connection) as queries:
            items = client.get(f"{URL}/calls").json()["items"]
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [item["hook"] for item in items] == ["other", "other", "door"]
    assert "body" not in items[0]
    assert client.get(f"{URL}/calls?hook=door").json()["count"] == 1
    assert client.get(f"{URL}/calls?outcome=accepted").json()["count"] == 2


def test_a_mapping_is_tried_and_nothing_runs(api: Api, editor: User) -> None:
    def attempt(**given: Any) -> Any:
        return api(editor).post(f"{URL}/try", {"title": "$.title", "body": BODY, **given})

    found = attempt(url="$.url", fields={"n": "1"}).json()["object"]
    assert found["unmet"] is None
    assert found["entries"] == [{**BODY, "fields": {"n": "1"}}]
    made_up = attempt(title="{$.title} x").json()["object"]["entries"][0]
    assert made_up["url"] == "http://localhost/Sintel%201080p%20x"
    movies = attempt(target="movie_queue").json()["object"]["movies"]
    assert movies == [{"title": "Sintel 1080p"}]
    unmet = attempt(conditions=[{"path": "$.eventType", "is": ["Grab"]}]).json()["object"]
    assert (unmet["unmet"], unmet["entries"]) == ("The body has no `$.eventType`.", [])
    assert "title" in errors(attempt(title="$.none"))
    assert "title" in errors(attempt(title="$.["))
    assert not Execution.objects.exists()
    assert not HookCall.objects.exists()


def test_old_calls_of_a_hook_that_nobody_calls_are_forgotten(call: HookCall, settings: Any) -> None:
    settings.HOOK_CALL_DAYS = 5
    CallKeeper().look()
    assert HookCall.objects.count() == 1
    HookCall.objects.update(time=timezone.now() - timedelta(days=6))
    CallKeeper().look()
    assert HookCall.objects.count() == 0

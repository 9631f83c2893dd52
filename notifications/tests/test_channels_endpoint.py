"""`/api/notifications`: channels, who sees their addresses, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from flexapi import events
from flexapi.events import Event
from flexapi.testing.receivers import Receiver
from notifications import outbox
from notifications.models import Channel
from schedules.models import Schedule

pytestmark = pytest.mark.django_db

URL = "/api/notifications"
WEBHOOK = {"name": "Program", "type": "webhook", "address": "https://hooks.example/x"}

Api = Callable[..., APIClient]


@pytest.fixture
def blind(make_user: Callable[..., User]) -> User:
    """A user who may change channels and may not see credentials."""
    user = make_user("blind", role="viewer")
    user.user_permissions.add(*Permission.objects.filter(content_type__app_label="notifications"))
    return user


def errors(response: Any) -> dict[str, str]:
    return {error["attr"]: error["detail"] for error in response.json()["errors"]}


def test_it_is_made_read_changed_and_deleted(api: Api, editor: User) -> None:
    client = api(editor)
    made = client.post(URL, WEBHOOK)
    assert made.status_code == 201, made.content
    channel = made.json()["object"]
    assert channel["secret"].startswith("whsec_")
    assert "failed" in channel["events"]
    assert "taken" not in channel["events"]
    path = f"{URL}/{channel['id']}"
    assert made["Location"].endswith(path)
    read = client.get(path)
    assert read.json()["object"] == channel
    changed = client.patch(path, {"events": ["taken"], "digest": "daily", "digest_at": "08:00"})
    assert changed.json()["object"]["digest_at"] == "08:00:00"
    assert client.patch(path, {"enabled": False}, HTTP_IF_MATCH=read["ETag"]).status_code == 412
    assert client.delete(path).status_code == 204
    assert client.get(URL).json()["count"] == 0


@pytest.mark.parametrize(
    ("body", "attr", "part"),
    [
        ({"address": "http://127.0.0.1/x"}, "address", "FLEXAPI_NOTIFY_PRIVATE=1"),
        ({"address": "http://localhost/x"}, "address", "this machine"),
        ({"address": "http://[::1]/x"}, "address", "this machine"),
        ({"address": "http://[::ffff:10.0.0.1]/x"}, "address", "private network"),
        ({"address": "http://169.254.169.254/x"}, "address", "local link"),
        ({"address": "http://192.168.1.2/x"}, "address", "private network"),
        ({"address": "ftp://example.org/x"}, "address", "https://"),
        ({"address": "https://exa mple.org/"}, "address", "spaces"),
        ({"address": "https://example.org:99999/"}, "address", "URL"),
        ({"address": "********"}, "address", "real one"),
        ({"type": "apprise", "address": "syslog://"}, "address", "stays on this machine"),
        ({"type": "apprise", "address": "nosuch://x"}, "address", "not a service"),
        ({"type": "apprise", "address": "hello"}, "address", "begins with a service"),
        ({"secret": "short"}, "secret", "16 characters"),
        ({"secret": "whsec_not Base64!"}, "secret", "Base64"),
        ({"events": ["nosuch"]}, "events", "'nosuch' is not one of"),
        ({"events": []}, "events", "empty"),
        ({"quiet_from": "23:00"}, "quiet_until", "beginning and an end"),
        ({"digest": "daily"}, "digest_at", "When"),
        ({"type": "monitor"}, "schedule", "A monitor has a schedule"),
        ({"schedule": 99999}, "schedule", "99999"),
        ({"template": "{% load static %}"}, "template", "load"),
        ({"template": "{% include 'x' %}"}, "template", "include"),
        ({"template": "{{ title|center:'9999999999' }}"}, "template", "center"),
        ({"template": "{{ title.__class__ }}"}, "template", "underscores"),
    ],
)
def test_it_says_what_is_wrong(
    api: Api, editor: User, body: dict[str, Any], attr: str, part: str
) -> None:
    response = api(editor).post(URL, WEBHOOK | body)
    assert response.status_code == 400, response.content
    assert part in errors(response)[attr]


def test_addresses_of_home_networks_are_taken_where_that_is_allowed(
    api: Api, editor: User, private: None
) -> None:
    made = api(editor).post(URL, WEBHOOK | {"address": "http://192.168.1.2/x"})
    assert made.status_code == 201


def test_credentials_are_hidden_and_kept(api: Api, blind: User, viewer: User) -> None:
    channel = Channel.objects.create(**WEBHOOK)
    for user in (blind, viewer):
        shown = api(user).get(f"{URL}/{channel.pk}").json()["object"]
        assert (shown["address"], shown["secret"]) == ("********", "********")
    shown["name"] = "Other"
    assert api(blind).put(f"{URL}/{channel.pk}", shown).status_code == 200
    before = channel.address, channel.secret
    channel.refresh_from_db()
    assert (channel.name, channel.address, channel.secret) == ("Other", *before)


def test_a_name_is_taken_once(api: Api, editor: User) -> None:
    Channel.objects.create(**WEBHOOK)
    assert api(editor).post(URL, WEBHOOK).status_code == 400


def test_a_test_is_sent_at_once_and_says_what_came_of_it(
    api: Api, editor: User, viewer: User, channel: Channel, receiver: Receiver
) -> None:
    assert api(viewer).post(f"{URL}/{channel.pk}/test").status_code == 403
    receiver.answer = lambda heard: (503, b"come back later")
    first = api(editor).post(f"{URL}/{channel.pk}/test")
    assert first.status_code == 200
    delivery = first.json()["object"]
    assert (delivery["state"], delivery["status"]) == ("given_up", 503)
    assert delivery["answer"] == "come back later"
    receiver.answer = lambda heard: (204, b"")
    second = api(editor).post(f"{URL}/{channel.pk}/test").json()["object"]
    assert (second["state"], second["test"]) == ("delivered", True)
    assert not Channel.objects.get().deliveries.filter(state="pending").exists()


def test_deliveries_are_listed_with_their_events(
    api: Api, viewer: User, channel: Channel, deliver: Callable[[], int]
) -> None:
    event = Event(kind="failed", title="Task tv failed", detail="no feed", subject="tv")
    events.wrong(event, counted=True)
    listed = api(viewer).get(URL).json()["items"][0]
    assert (listed["waiting"], listed["last_state"]) == (1, None)
    deliver()
    (item,) = (
        api(viewer).get(f"{URL}/deliveries?state=delivered&channel={channel.pk}").json()["items"]
    )
    assert item["channel_name"] == "Program"
    assert item["events"][0]["title"] == "Task tv failed"
    assert api(viewer).get(f"{URL}/deliveries?state=pending").json()["count"] == 0
    listed = api(viewer).get(URL).json()["items"][0]
    assert (listed["waiting"], listed["last_state"], listed["last_answer"]) == (
        0,
        "delivered",
        "ok",
    )


def test_a_list_takes_the_same_number_of_queries(
    api: Api, viewer: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        channel = Channel.objects.create(**WEBHOOK | {"name": f"channel {number}"})
        for _ in range(3):
            outbox.test_of(channel)
    with django_assert_max_num_queries(7):
        assert len(api(viewer).get(URL).json()["items"]) == 20
    with django_assert_max_num_queries(7):
        assert len(api(viewer).get(f"{URL}/deliveries").json()["items"]) == 50


def test_a_monitor_goes_with_its_schedule(api: Api, editor: User) -> None:
    schedule = Schedule(position=0, tasks=["tv"], interval={"hours": 1}, fingerprint="x")
    Schedule.rows.bulk_create([schedule])
    schedule = Schedule.rows.get()
    monitor = {**WEBHOOK, "type": "monitor", "schedule": schedule.pk}
    assert api(editor).post(URL, monitor).status_code == 201
    Schedule.rows.filter(pk=schedule.pk).delete()
    assert not Channel.objects.exists()


def test_the_schema_says_what_a_webhook_is_sent(api: Api, editor: User) -> None:
    schema = api(editor).get("/api/schema?format=json").json()
    callbacks = schema["paths"]["/api/notifications"]["post"]["callbacks"]
    sent = callbacks["events"]["{$request.body#/address}"]["post"]
    assert {header["name"] for header in sent["parameters"]} == {
        "Webhook-Id",
        "Webhook-Timestamp",
        "Webhook-Signature",
    }
    body = sent["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert body.endswith("/WebhookBody")


def test_problems_are_told_by_the_server(api: Api, viewer: User) -> None:
    events.wrong(Event(kind="disk", title="The disk of / is nearly full", subject="/"))
    (problem,) = api(viewer).get("/api/server").json()["object"]["problems"]
    assert (problem["kind"], problem["title"]) == ("disk", "The disk of / is nearly full")

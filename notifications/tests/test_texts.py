"""What people are told, and when."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from flexapi import time_zone
from notifications import hours, texts
from notifications.hours import Digest
from notifications.models import Channel, Delivery, Notice
from notifications.texts import BadTemplate

BERLIN = ZoneInfo("Europe/Berlin")


def notice(**values: Any) -> Notice:
    now = timezone.now()
    usual = {"kind": "failed", "title": "Task tv failed", "detail": "no feed", "tasks": ["tv"]}
    return Notice(**{"since": now, "time": now, "due": now, "execution": 7, **usual, **values})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def test_it_is_short_and_links_to_the_page(settings: Any) -> None:
    settings.URL = "https://home.example/flexapi"
    title, body, level = texts.message(Channel(name="Phone"), [notice()])
    assert title == "Task tv failed"
    assert body == "no feed\nhttps://home.example/flexapi/executions/7/"
    assert level == "failure"


def test_without_a_known_url_there_is_no_link(settings: Any) -> None:
    settings.URL = ""
    assert texts.message(Channel(), [notice()])[1] == "no feed"


def test_repeats_say_how_often_and_since_when(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_zone, "clock", lambda moment: "03:00")
    assert texts.heading(notice(count=12)) == "Task tv failed 12 times since 03:00"
    well = notice(kind="well", title="Task tv is healthy again", count=12)
    assert texts.heading(well) == "Task tv is healthy again, after 12 failures since 03:00"


def test_messages_are_in_the_servers_language(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_zone, "clock", lambda moment: "03:00")
    settings.MESSAGE_LANGUAGE, settings.URL = "de", ""
    disk = notice(
        title="The disk of / is nearly full",
        detail="Less than 500 MB are free. Runs fail when nothing is left.",
        count=2,
    )
    title, body, _ = texts.message(Channel(), [disk])
    assert title == "Die Platte von / ist fast voll, 2-mal seit 03:00"
    assert body == "Weniger als 500 MB sind frei. Läufe schlagen fehl, wenn nichts mehr da ist."
    assert (
        texts.message(Channel(template="{{ title }}!"), [disk])[1]
        == "Die Platte von / ist fast voll!"
    )
    title, body, _ = texts.message(Channel(), [disk, notice()])
    assert title == "FlexGet: 2 Nachrichten"
    assert body.endswith("Der Task tv ist fehlgeschlagen\nno feed")
    # Programs read English.
    assert texts.facts_of(disk)["title"] == "The disk of / is nearly full"


def test_many_are_one_message_no_longer_than_services_take() -> None:
    notices = [notice(title=f"Task {number} failed", detail="x" * 100) for number in range(100)]
    title, body, _ = texts.message(Channel(), notices)
    assert title == "FlexGet: 100 messages"
    assert len(body) < 2000
    assert body.startswith("Task 0 failed\n")
    assert "… and " in body


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ title }}: {{ detail|upper }}", "Task tv failed: NO FEED"),
        ("{% if count > 1 %}again{% else %}once{% endif %} {{ tasks|join:'+' }}", "once tv"),
        ("{{ channel }} <{{ detail }}>", "Phone <no feed>"),
        ("{{ settings.SECRET_KEY }}{{ request }}", ""),
        ("{{ title.nosuch }}", ""),
    ],
)
def test_a_template_changes_it(template: str, said: str) -> None:
    channel = Channel(name="Phone", template=template)
    assert texts.message(channel, [notice()])[1] == said


@pytest.mark.parametrize(
    "template",
    [
        "{% load admin_urls %}",
        "{% extends 'web/base.html' %}",
        "{% debug %}",
        "{% url 'dashboard' %}",
        "{% for a in title %}{% endfor %}",
        "{{ title|ljust:'1000000000' }}",
        "{{ title|pprint }}",
        "{{ tasks._meta }}",
        "{% if %}",
    ],
)
def test_a_template_reaches_nothing_else(template: str) -> None:
    with pytest.raises(BadTemplate):
        texts.compiled(template)


def test_a_template_that_fails_later_is_left_out() -> None:
    channel = Channel(name="Phone", template="{% load x %}")
    assert texts.message(channel, [notice()])[1].startswith("no feed")


def test_a_webhook_gets_plain_data(settings: Any) -> None:
    settings.URL = ""
    body = texts.body_of(Delivery(channel=Channel(name="P")), [notice(pk=3)])
    assert json.loads(json.dumps(body))["events"][0]["tasks"] == ["tv"]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-01T22:59", "2026-03-01T22:59"),
        ("2026-03-01T23:00", "2026-03-02T07:00"),
        ("2026-03-02T06:59", "2026-03-02T07:00"),
        ("2026-03-02T07:00", "2026-03-02T07:00"),
        # The clocks are put forward at night.
        ("2026-03-28T23:30", "2026-03-29T07:00"),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, until: str) -> None:
    assert hours.after_quiet(time(23), time(7), at(now), BERLIN) == at(until)


def test_digests_are_at_full_hours_or_once_a_day() -> None:
    now = at("2026-03-01T08:30")
    assert hours.next_digest(Digest.HOURLY, None, now, BERLIN) == at("2026-03-01T09:00")
    assert hours.next_digest(Digest.DAILY, time(8), now, BERLIN) == at("2026-03-02T08:00")
    assert hours.next_digest(Digest.DAILY, time(9), now, BERLIN) == at("2026-03-01T09:00")
    assert hours.next_digest(Digest(""), None, now, BERLIN) == now


@pytest.mark.django_db
def test_what_waits_comes_due_by_new_hours(channel: Channel) -> None:
    noon = datetime.now(UTC).astimezone(time_zone.zone())
    channel.digest, channel.digest_at = Digest.DAILY, noon.time().replace(microsecond=0)
    channel.save()
    Notice.objects.create(
        channel=channel,
        kind="failed",
        title="t",
        since=noon,
        time=noon,
        due=channel.due(noon, loud=False),
    )
    assert not Channel.objects.due(timezone.now()).exists()
    channel.digest = ""
    channel.save()
    assert Channel.objects.due(timezone.now()).exists()


def test_urgent_kinds_break_quiet_hours(deliver: Callable[[], int]) -> None:
    del deliver
    channel = Channel(quiet_from=time(0), quiet_until=time(23, 59, 59), quiet_except=["disk"])
    now = timezone.now()
    assert channel.due(now, loud=True) == now
    assert channel.due(now, loud=False) > now

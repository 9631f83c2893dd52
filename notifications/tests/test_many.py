"""Many events: what each costs, stored in one transaction with others and delivered one after the other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from flexapi import events
from flexapi.events import Event
from flexapi.testing.receivers import Receiver, http_receiver
from notifications.delivering import Deliverer
from notifications.models import Channel, Delivery, Notice
from notifications.outbox import stored
from notifications.sending import Answer, Senders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channels(db: None) -> list[Channel]:
    """Two who are told of what was taken."""
    return [
        Channel.objects.create(
            name=name, type="webhook", address=f"https://{name}.example/", events=["taken"]
        )
        for name in ("one", "two")
    ]


@pytest.fixture
def announced() -> Iterator[list[int]]:
    """How many notices there were, each time that it was said that some were stored."""
    counts: list[int] = []

    def note(**kwargs: Any) -> None:
        counts.append(Notice.objects.count())

    stored.connect(note)
    yield counts
    stored.disconnect(note)


def taken(*numbers: int) -> None:
    for number in numbers:
        events.happened(Event(kind="taken", title=str(number), execution=number))


def selects(queries: CaptureQueriesContext, word: str) -> int:
    return sum(word in query["sql"] for query in queries.captured_queries)


def test_a_transaction_asks_once_who_is_told_and_says_once_that_there_is_something(
    channels: list[Channel], announced: list[int]
) -> None:
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        taken(1, 2, 3)
        assert announced == [], "it may still be undone"
    assert announced == [6]
    assert selects(queries, 'FROM "notifications_channel"') == 1
    assert selects(queries, 'INSERT INTO "notifications_notice"') == 3
    assert [notice.title for notice in channels[0].notices.all()] == ["1", "2", "3"]


def test_each_transaction_asks_again(channels: list[Channel], announced: list[int]) -> None:
    for number, enabled in enumerate((True, False, True)):
        Channel.objects.filter(name="two").update(enabled=enabled)
        with transaction.atomic():
            taken(number)
    taken(3)
    assert [notice.title for notice in channels[1].notices.all()] == ["0", "2", "3"]
    assert announced == [2, 3, 5, 7]


def test_what_is_undone_is_not_remembered(channels: list[Channel], announced: list[int]) -> None:
    with transaction.atomic():
        taken(1)
        transaction.set_rollback(True)
    with transaction.atomic():
        with transaction.atomic():
            taken(2)
            transaction.set_rollback(True)
        Channel.objects.filter(name="two").update(enabled=False)
        taken(3)
    assert announced == [1]
    assert [notice.title for notice in Notice.objects.all()] == ["3"]


def test_what_came_of_one_is_stored_with_what_comes_next(channels: list[Channel]) -> None:
    channel = channels[0]
    states: list[list[str]] = []

    def ask(request: dict[str, Any]) -> Answer:
        assert not connection.in_atomic_block, "nothing is locked while somebody is waited for"
        if len(states) < 2:
            taken(len(states) + 2)
        states.append(list(Delivery.objects.order_by("pk").values_list("state", flat=True)))
        return Answer(True, 200, "ok")

    taken(1)
    claim = channel.claim(timezone.now())
    with CaptureQueriesContext(connection) as queries:
        assert Deliverer(ask=ask).deliver(channel, claim) == 3
    assert states == [["pending"], ["delivered", "pending"], ["delivered"] * 2 + ["pending"]]
    # Two of the events that happen meanwhile, one that begins the first delivery, three of results, one of what is pruned.
    assert selects(queries, "COMMIT") == 2 + 1 + 3 + 1
    channel.refresh_from_db()
    assert channel.claimed_by == ""


def test_a_channel_that_another_has_by_now_is_left_alone(channels: list[Channel]) -> None:
    channel = channels[0]

    def ask(request: dict[str, Any]) -> Answer:
        taken(2)
        Channel.objects.filter(pk=channel.pk).update(claimed_by="another")
        return Answer(True, 200, "ok")

    taken(1)
    assert Deliverer(ask=ask).deliver(channel, channel.claim(timezone.now())) == 1
    assert channel.deliveries.count() == 1
    channel.refresh_from_db()
    assert channel.claimed_by == "another"


def test_messages_that_follow_each_other_share_a_connection_and_nothing_else(
    private: None,
) -> None:
    senders = Senders()
    with http_receiver(keeps_alive=True) as receiver:
        receiver.headers = {"Set-Cookie": "a=b; Path=/"}
        for number in range(3):
            assert senders.ask(webhook(receiver, str(number))).ok
        senders.stop()
        assert [heard.headers["Webhook-Id"] for heard in receiver.heard] == ["0", "1", "2"]
        assert len({heard.client for heard in receiver.heard}) == 1
        assert not [heard for heard in receiver.heard if "Cookie" in heard.headers]


def webhook(receiver: Receiver, delivery: str) -> dict[str, Any]:
    about = {"id": delivery, "secret": "s" * 16, "body": json.dumps({"events": []})}
    return {"do": "webhook", "address": receiver.url(), **about}

"""What a channel gets, when, and what becomes of it where the other side fails."""

import base64
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from executions.models import Execution
from flexapi import events
from flexapi.events import Event
from flexapi.testing.receivers import Heard, Receiver
from notifications import monitors, sending
from notifications.delivering import Deliverer
from notifications.models import Channel, Delivery, Notice, Trouble
from notifications.sending import senders
from notifications.tests.conftest import Clock
from schedules.models import Schedule

pytestmark = pytest.mark.django_db


def failure(task: str = "tv", detail: str = "no feed") -> Event:
    return Event(
        kind="failed",
        title=f"Task {task} failed",
        detail=detail,
        subject=task,
        shown=f"Task {task}",
        tasks=(task,),
    )


def fail(task: str = "tv", detail: str = "no feed") -> None:
    events.wrong(failure(task, detail), counted=True)


def told(receiver: Receiver) -> list[str]:
    """What was said of each event, in its order."""
    bodies = [json.loads(heard.body) for heard in receiver.heard]
    return [event["title"] for body in bodies for event in body["events"]]


def test_it_is_signed_as_standard_webhooks_are(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    fail()
    assert deliver() == 1
    (heard,) = receiver.heard
    delivery = Delivery.objects.get()
    assert heard.headers["Webhook-Id"] == str(delivery.uuid) == json.loads(heard.body)["id"]
    stamp = heard.headers["Webhook-Timestamp"]
    assert abs(time.time() - int(stamp)) < 60
    signed = f"{delivery.uuid}.{stamp}.".encode() + heard.body
    key = base64.b64decode(channel.secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert heard.headers["Webhook-Signature"] == f"v1,{digest}"
    assert (delivery.state, delivery.status, delivery.answer) == ("delivered", 200, "ok")


def test_an_hour_without_the_receiver_loses_nothing_and_keeps_the_order(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    address = channel.address
    Channel.objects.update(address="http://127.0.0.1:9/")  # Nobody listens there.
    fail("tv")
    assert deliver() == 0
    first = Delivery.objects.get()
    assert first.answer == "Connection refused"
    fail("movies")
    assert deliver() == 0, "the pause is not over"
    tries = 1
    for _ in range(60):
        clock.forward(minutes=1)
        deliver()
        if Delivery.objects.get().attempts > tries:
            tries += 1
    assert 5 <= tries <= 12, "the pauses grow"
    Channel.objects.update(address=address)
    clock.forward(hours=1)
    assert deliver() == 2
    assert told(receiver) == ["Task tv failed", "Task movies failed"]
    assert receiver.heard[0].headers["Webhook-Id"] == str(first.uuid)


def test_it_is_given_up_after_a_day_and_said_so_to_others(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    other = Channel.objects.create(name="Other", type="webhook", address=receiver.url("/other"))
    receiver.answer = lambda heard: (200 if heard.path == "/other" else 500, b"broken")
    fail()
    deliver()
    clock.forward(hours=23)
    deliver()
    assert Delivery.objects.get(channel=channel).state == "pending"
    clock.forward(hours=2)
    deliver()
    given_up = Delivery.objects.get(channel=channel)
    assert (given_up.state, given_up.status) == ("given_up", 500)
    assert Trouble.objects.get(kind="channel").title.startswith("Channel Program can't be reached")
    deliver()
    assert other.deliveries.filter(state="delivered", notices__kind="channel").exists()
    # What comes next is tried again, and its arrival ends the trouble.
    receiver.answer = lambda heard: (200, b"ok")
    fail("movies")
    deliver()
    assert not Trouble.objects.filter(kind="channel").exists()


def test_a_500_and_then_a_200_have_the_same_id(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    answers = iter([(500, b"no"), (200, b"yes")])
    receiver.answer = lambda heard: next(answers)
    fail()
    assert deliver() == 0
    clock.forward(minutes=1)
    assert deliver() == 1
    ids = {heard.headers["Webhook-Id"] for heard in receiver.heard}
    assert len(receiver.heard) == 2
    assert len(ids) == 1
    assert Delivery.objects.get().attempts == 2


@pytest.mark.parametrize(
    ("body", "status"), [(b"\x00\xff<html>" * 10000, 200), (b"\x00\xff", 502)], ids=["200", "502"]
)
def test_garbage_is_an_answer(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], body: bytes, status: int
) -> None:
    receiver.answer = lambda heard: (status, body)
    fail()
    assert deliver() == (status == 200)
    delivery = Delivery.objects.get()
    assert delivery.status == status
    assert len(delivery.answer) <= 1000
    assert "\x00" not in delivery.answer


def test_one_that_hangs_is_ended_and_tried_again(
    channel: Channel,
    receiver: Receiver,
    deliver: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "TIMEOUT", 0.3)
    monkeypatch.setattr(sending, "START", 0.0)
    hang = threading.Event()

    def answer(heard: Heard) -> tuple[int, bytes]:
        hang.wait(5)
        return 200, b""

    receiver.answer = answer
    fail()
    assert deliver() == 0
    hang.set()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.answer) == ("pending", "No answer within 0.3 s.")


def test_a_redirect_is_not_followed(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    receiver.answer = lambda heard: (302, b"")
    receiver.headers = {"Location": receiver.url("/elsewhere")}
    fail()
    assert deliver() == 0
    assert [heard.path for heard in receiver.heard] == ["/"]
    assert "redirect" in Delivery.objects.get().answer


def test_repeats_are_joined_until_it_is_well_again(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    for minute in range(55):
        fail()
        if minute == 0:
            deliver()
        clock.forward(minutes=1)
    assert told(receiver) == ["Task tv failed"]
    clock.forward(minutes=10)
    deliver()
    assert told(receiver) == ["Task tv failed"] * 2
    assert json.loads(receiver.heard[1].body)["events"][0]["count"] == 55
    fail()
    assert deliver() == 0, "the next word about it is hours away"
    events.well("failed", {"tv"})
    deliver()
    assert told(receiver)[2:] == ["Task tv is healthy again"]
    last = json.loads(receiver.heard[-1].body)["events"][0]
    assert last["count"] == 56
    assert not Notice.objects.waiting().exists(), "that it went on is not told any more"
    events.well("failed", {"tv"})
    assert deliver() == 0, "well is said once"


def test_only_what_was_chosen_is_told(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    channel.events, channel.tasks = ["failed", "disk"], ["tv*"]
    channel.save()
    fail("TV shows")
    fail("movies")
    events.happened(Event(kind="aborted", title="aborted", tasks=("tv",)))
    events.wrong(Event(kind="disk", title="disk full", subject="/"))
    events.well("failed", {"TV shows"})
    deliver()
    assert told(receiver) == ["Task TV shows failed", "disk full"]


def test_a_channel_that_is_off_is_told_nothing(
    channel: Channel, deliver: Callable[[], int]
) -> None:
    Channel.objects.update(enabled=False)
    fail()
    assert not Notice.objects.exists()


def test_many_wait_for_one_delivery(
    channel: Channel,
    receiver: Receiver,
    deliver: Callable[[], int],
) -> None:
    for number in range(250):
        fail(f"task {number}")
    assert deliver() == 3
    assert told(receiver) == [f"Task task {number} failed" for number in range(250)]


def test_the_address_and_the_secret_are_not_in_the_answer(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int]
) -> None:
    Channel.objects.update(address=receiver.url("/hook/tokentokentoken?key=secretkey1"))
    receiver.answer = lambda heard: (404, f"no {heard.path} {channel.secret}".encode())
    fail()
    deliver()
    answer = Delivery.objects.get().answer
    assert "token" not in answer
    assert "secretkey" not in answer
    assert channel.secret not in answer


def test_it_is_claimed_by_one(channel: Channel, clock: Clock) -> None:
    fail()
    (due,) = Channel.objects.due(clock())
    claim = due.claim(clock())
    assert claim
    assert not due.claim(clock())
    assert not Channel.objects.due(clock()).exists()
    clock.forward(seconds=61)
    assert due.claim(clock()), "who had it gave no sign of life"
    assert not due.renew(claim, clock()), "and has lost it"


def test_old_deliveries_go(channel: Channel, deliver: Callable[[], int], monkeypatch: Any) -> None:
    monkeypatch.setattr("notifications.models.KEPT", 2)
    monkeypatch.setattr("notifications.delivering.PRUNED_EACH", 1)
    for number in range(5):
        fail(str(number))
        deliver()
    assert Delivery.objects.count() == 2


def test_a_notice_is_undone_with_its_transaction(channel: Channel) -> None:
    with transaction.atomic():
        fail()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert not Trouble.objects.exists()


def test_trouble_that_was_not_counted_is_told_once(
    channel: Channel, receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    for _ in range(3):
        events.wrong(Event(kind="disk", title="The disk of / is nearly full", subject="/"))
        clock.forward(days=1)
        deliver()
    assert told(receiver) == ["The disk of / is nearly full"]
    assert Trouble.objects.get().since < clock() - timedelta(days=2)


def test_many_that_fail_together_cost_as_many_queries_as_one(
    channel: Channel, deliver: Callable[[], int]
) -> None:
    def count(*tasks: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            events.wrong(*map(failure, tasks), counted=True)
        return len(queries)

    count("first")  # What is a credential is read once.
    many = [f"task {number}" for number in range(30)]
    assert count("one") == count(*many), "they begin"
    deliver()
    assert count("one") == count(*many), "they go on"
    assert Notice.objects.waiting().filter(count=2, repeat=1).count() == 31


def test_a_monitor_is_pinged_when_a_run_starts_and_ends(
    receiver: Receiver, deliver: Callable[[], int], clock: Clock
) -> None:
    Schedule.rows.bulk_create([Schedule(position=0, tasks=["tv"], fingerprint="x")])
    schedule = Schedule.rows.get()
    address = receiver.url("/ping/uuid?create=1")
    Channel.objects.create(name="M", type="monitor", address=address, schedule=schedule)
    for status in ("complete", "failed"):
        execution = Execution.objects.create(schedule=schedule.pk, status=status)
        monitors.on_start(execution)
        monitors.on_end(execution)
    clock.forward(minutes=1)
    assert deliver() == 4
    pings = [heard.path.partition("&rid=") for heard in receiver.heard]
    assert [path for path, _, _ in pings] == [
        "/ping/uuid/start?create=1",
        "/ping/uuid?create=1",
        "/ping/uuid/start?create=1",
        "/ping/uuid/fail?create=1",
    ]
    runs = [uuid.UUID(run) for _, _, run in pings]
    assert runs[0] == runs[1] != runs[2] == runs[3]


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_holds_up_no_other_and_nobody_s_request(
    channel: Channel, receiver: Receiver, api: Callable[..., Any], editor: User
) -> None:
    Channel.objects.create(name="Other", type="webhook", address=receiver.url("/other"))
    hang, hung = threading.Event(), threading.Event()

    def answer(heard: Heard) -> tuple[int, bytes]:
        if heard.path == "/":
            hung.set()
            hang.wait(20)
        return 200, b""

    receiver.answer = answer
    deliverer = Deliverer()
    deliverer.start()
    try:
        fail("one")
        assert hung.wait(20)
        assert api(editor).get("/api/notifications").status_code == 200
        fail("two")
        while not {"Task one failed", "Task two failed"} <= set(told(receiver)):
            receiver.wait(len(receiver.heard) + 1)
        assert all(heard.path == "/other" for heard in receiver.heard)
    finally:
        deliverer.stop()
        hang.set()
    # Whether it arrived nobody knows: it is sent again, under the same id.
    first = channel.deliveries.get()
    assert (first.state, first.attempts) == ("pending", 0)
    assert Channel.objects.get(pk=channel.pk).claimed_by == ""
    senders.start()

"""Servers that are killed between an event and its delivery, several servers, and many events: nothing is lost.

`make kills` kills 200 times and has 10,000 events.
"""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flexapi.testing.cluster import new_cluster
from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer
from flexapi.testing.receivers import Heard, Receiver, http_receiver

KILLS = int(os.environ.get("FLEXAPI_TEST_KILLS") or 1)
RUNS = 3
EVENTS = int(os.environ.get("FLEXAPI_TEST_EVENTS") or 100)
# What another process of the second server says; 20 in a transaction, as a run of many tasks may.
HAPPEN = """
from django.db import transaction
from flexapi import events
for first in range(0, {count}, 20):
    with transaction.atomic():
        for number in range(first, min(first + 20, {count})):
            events.happened(events.Event(kind="taken", title=str(number), execution=number))
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Who is told; slow enough that a kill may come in the midst of it."""
    with http_receiver() as receiver:

        def answer(heard: Heard) -> tuple[int, bytes]:
            time.sleep(random.random() / 50)
            return 200, b"ok"

        receiver.answer = answer
        yield receiver


def add_channel(client: Any, receiver: Receiver, name: str = "Program", path: str = "/") -> None:
    body = {
        "name": name,
        "type": "webhook",
        "address": receiver.url(path),
        "events": ["taken", "aborted", "failed", "well"],
    }
    client.post("/api/notifications", json=body).raise_for_status()


def executions_told(receiver: Receiver) -> set[int]:
    """The executions that the receiver heard of."""
    with receiver.arrived:
        heard = list(receiver.heard)
    return {event["execution"] for one in heard for event in json.loads(one.body)["events"]}


def ids(receiver: Receiver) -> dict[int, set[str]]:
    """By each event's id, the ids of the deliveries that carried it."""
    found: dict[int, set[str]] = {}
    for one in receiver.heard:
        for event in json.loads(one.body)["events"]:
            found.setdefault(event["id"], set()).add(one.headers["Webhook-Id"])
    return found


def wait_until(done: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def of_all(client: Any) -> dict[int, str]:
    """The status of each execution."""
    found: dict[int, str] = {}
    path = "/api/execution?status=all&limit=500"
    while path:
        page = client.get(path).json()
        found |= {item["id"]: item["status"] for item in page["items"]}
        path = page["next"]
    return found


def test_each_event_arrives_though_the_server_is_killed(
    own_server: LiveServer, receiver: Receiver
) -> None:
    server = own_server
    server.environment |= {"FLEXAPI_NOTIFY_PRIVATE": "1", "FLEXAPI_EXECUTIONS_KEPT": "100000"}
    server.home.write({"films": accepting("Sintel")})
    server.start()
    server.token()
    with server.client() as client:
        add_channel(client, receiver)
    for _ in range(KILLS):
        with server.client() as client:
            for _ in range(RUNS):
                client.post("/api/execution", json={"tasks": ["films"]}).raise_for_status()
            time.sleep(random.random() / 2)
        server.end()
        server.start()
    with server.client() as client:
        wait_until(lambda: not {"pending", "running"} & set(of_all(client).values()))
        runs = of_all(client)
        wait_until(lambda: executions_told(receiver) >= set(runs))
    assert len(runs) == KILLS * RUNS
    assert set(runs.values()) <= {"complete", "aborted"}
    assert "complete" in runs.values()
    carried = ids(receiver)
    assert {event: found for event, found in carried.items() if len(found) > 1} == {}
    times = Counter(one.headers["Webhook-Id"] for one in receiver.heard)
    doubled = sum(1 for count in times.values() if count > 1)
    print(f"\n{KILLS} kills, {len(runs)} events, 0 lost, {doubled} deliveries came twice")


def test_of_two_servers_one_delivers_each_of_many_events(
    tmp_path: Path, require: Callable[[str, bool, str], None], receiver: Receiver
) -> None:
    with new_cluster(tmp_path, require) as cluster:
        servers = [cluster.server(name) for name in ("one", "two")]
        for server in servers:
            server.environment["FLEXAPI_NOTIFY_PRIVATE"] = "1"
            server.start("--no-worker")
        with servers[0].client() as client:
            add_channel(client, receiver)
            add_channel(client, receiver, name="Other", path="/other")
        servers[1].python(HAPPEN.format(count=EVENTS))
        paths = ("/", "/other")
        wait_until(lambda: all(len(told(receiver, path)) >= EVENTS for path in paths))
    for path in paths:
        subjects = [event["execution"] for _, event in told(receiver, path)]
        assert subjects == list(range(EVENTS)), "each once, in order"
    waits = sorted(at - moment_of(event) for at, event in told(receiver, "/"))
    deliveries = len({one.headers["Webhook-Id"] for one in receiver.heard})
    print(
        f"\n{EVENTS} events for 2 channels by 2 servers in {waits_of(receiver):.1f} s: {deliveries} deliveries, 0 lost; "
        f"from event to delivery {waits[len(waits) // 2]:.2f} s (p95 {waits[len(waits) * 95 // 100]:.2f} s)"
    )


def told(receiver: Receiver, path: str) -> list[tuple[float, dict[str, Any]]]:
    """When each event came to a path, and the event."""
    with receiver.arrived:
        heard = [one for one in receiver.heard if one.path == path]
    return [(one.at, event) for one in heard for event in json.loads(one.body)["events"]]


def moment_of(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()


def waits_of(receiver: Receiver) -> float:
    """Seconds from the first event to the last delivery."""
    events = [event for _, event in told(receiver, "/")]
    return receiver.heard[-1].at - moment_of(events[0])

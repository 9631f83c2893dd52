"""Fixtures of the tests of notifications."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from flexapi import events
from flexapi.testing.live import own_server
from flexapi.testing.receivers import Receiver, http_receiver
from notifications.delivering import Deliverer
from notifications.models import Channel, default_events
from notifications.outbox import Outbox
from notifications.sending import senders

__all__ = ["own_server"]


class Clock:
    """Time that is put forward."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of events and of who delivers."""
    clock = Clock()
    events.receivers.remove("notifications")
    events.receivers.add("notifications", Outbox(clock))
    return clock


@pytest.fixture(autouse=True)
def _usual_outbox() -> Iterator[None]:
    yield
    events.receivers.remove("notifications")
    events.receivers.add("notifications", Outbox())


@pytest.fixture(scope="module", autouse=True)
def _senders() -> Iterator[None]:
    """One process for the tests of a file."""
    senders.start()
    yield
    senders.stop()


@pytest.fixture
def private(settings: Any) -> Iterator[None]:
    """Messages may go to this machine; the processes that were told otherwise end."""
    senders.retire(0)
    settings.NOTIFY_PRIVATE = True
    yield
    senders.retire(0)


@pytest.fixture
def receiver(private: None) -> Iterator[Receiver]:
    """A stand-in for whoever is told over HTTP."""
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def channel(db: None, receiver: Receiver) -> Channel:
    """A webhook of the receiver that is told of everything."""
    kinds = [*default_events(), "taken"]
    return Channel.objects.create(
        name="Program", type="webhook", address=receiver.url(), events=kinds
    )


@pytest.fixture
def deliver(clock: Clock) -> Callable[[], int]:
    """`deliver()`: deliver what is due by the clock, in this thread; return how many deliveries arrived."""
    deliverer = Deliverer(clock)

    def run() -> int:
        arrived = 0
        for channel in Channel.objects.due(clock()):
            claim = channel.claim(clock())
            arrived += deliverer.deliver(channel, claim) if claim else 0
        return arrived

    return run

"""What the reaper wakes workers for, however many servers have one."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from executions.models import Execution, Status, Worker
from executions.running.reaper import TURN, Reaper

from .factories import make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_had_a_turn() -> Iterator[None]:
    cache.delete(TURN)
    yield
    cache.delete(TURN)


def look() -> list[str]:
    """Have the reaper of another server look; return the queues that it sent messages to."""
    woken: list[str] = []
    Reaper(woken.append).look()
    return woken


def waits(*tasks: str) -> Execution:
    long_ago = timezone.now() - timedelta(minutes=1)
    return make_execution(Status.PENDING, tasks=list(tasks), created=long_ago)


def test_a_message_goes_to_each_that_is_idle_and_has_something_to_run() -> None:
    for name, slots in (("w1", 1), ("w2", 2)):
        Worker.objects.beat(name, ["default"], slots)
    make_execution(Status.RUNNING, tasks=["busy"], worker="w1")
    for number in range(10):
        waits(f"t{number}")
    assert look() == ["default"] * 2


def test_nobody_is_woken_for_what_may_not_run() -> None:
    Worker.objects.beat("w1", ["default"], 4)
    make_execution(Status.RUNNING, tasks=["busy"], worker="w1")
    for _ in range(10):
        waits("busy")
    waits("free")
    waits("free")
    assert look() == ["default"]


def test_of_several_servers_one_wakes() -> None:
    Worker.objects.beat("w1", ["default"], 1)
    waits("t")
    assert look() == ["default"]
    assert look() == []


def test_all_servers_say_what_nobody_serves() -> None:
    cache.add(TURN, "")
    execution = waits("t")
    assert look() == []
    execution.refresh_from_db()
    assert execution.waiting_for == "a worker that serves the queue default"

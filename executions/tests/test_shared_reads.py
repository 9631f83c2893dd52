"""Followers who hear of the same change read the database once, and none is told what was before it."""

import asyncio
import threading
from typing import Any

import pytest

from executions.following import follow as follow_module
from executions.following.follow import _upcoming
from executions.following.log_reader import View

_pulled: Any = follow_module._pulled
SEES_ALL, MASKED = View(), View(masked=True)


class Readings:
    """Stands in for the database: each reading has a number, and ends when it may."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, View]] = []
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Event()
        self.may_end.set()
        self.failure: Exception | None = None

    def __call__(self, *place: Any) -> Any:
        self.asked.append(place)
        number = len(self.asked)
        self.begun.release()
        assert self.may_end.wait(30)
        if self.failure is not None:
            raise self.failure
        return number

    async def has_begun(self) -> None:
        """Return when one more reading has begun."""
        assert await asyncio.to_thread(self.begun.acquire, timeout=30)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    readings = Readings()
    monkeypatch.setattr(follow_module, "_pull", readings)
    monkeypatch.setattr(follow_module, "run_sync", asyncio.to_thread)
    return readings


async def test_those_at_the_same_place_share_a_reading(readings: Readings) -> None:
    fifty = await asyncio.gather(*(_pulled(1, 10, SEES_ALL) for _ in range(50)))
    assert fifty == [1] * 50
    assert not _upcoming


async def test_another_place_or_view_is_read_by_itself(readings: Readings) -> None:
    places = [(1, 10, SEES_ALL), (1, 11, SEES_ALL), (2, 10, SEES_ALL), (1, 10, MASKED)]
    await asyncio.gather(*(_pulled(*place) for place in places))
    assert sorted(readings.asked, key=repr) == sorted(places, key=repr)


async def test_who_asks_while_it_is_read_gets_a_later_reading(readings: Readings) -> None:
    readings.may_end.clear()
    early = asyncio.create_task(_pulled(1, 10, SEES_ALL))
    await readings.has_begun()
    late = asyncio.create_task(_pulled(1, 10, SEES_ALL))
    await readings.has_begun()
    readings.may_end.set()
    assert (await early, await late) == (1, 2)


async def test_one_who_leaves_takes_nothing_from_the_others(readings: Readings) -> None:
    readings.may_end.clear()
    leaving, staying = (asyncio.create_task(_pulled(1, 10, SEES_ALL)) for _ in range(2))
    await readings.has_begun()
    leaving.cancel()
    readings.may_end.set()
    assert await staying == 1
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_failure_is_told_to_all(readings: Readings) -> None:
    readings.failure = ValueError("gone")
    results = await asyncio.gather(
        *(_pulled(1, 10, SEES_ALL) for _ in range(3)), return_exceptions=True
    )
    assert [str(result) for result in results] == ["gone"] * 3
    assert not _upcoming

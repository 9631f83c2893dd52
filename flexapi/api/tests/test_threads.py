"""Lanes of threads: what waits in one place holds up nobody elsewhere."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from flexapi.api.http import threads
from flexapi.api.http.threads import Busy, Lane, Overdue


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What blocked work waits for; set in the end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def block(entered: threading.Semaphore, event: threading.Event) -> None:
    entered.release()
    event.wait(20)


def wait_aside(reason: str, entered: threading.Semaphore, event: threading.Event) -> None:
    with threads.aside(reason):
        entered.release()
        event.wait(20)


async def taken(entered: threading.Semaphore, count: int) -> None:
    """Wait until so many have entered."""
    for _ in range(count):
        assert await asyncio.to_thread(entered.acquire, timeout=10)


async def test_what_finds_no_thread_in_time_is_refused_and_never_done(
    released: threading.Event,
) -> None:
    lane = Lane("test", working=1, patience=0.1)
    entered = threading.Semaphore(0)
    done: list[str] = []
    blocked = asyncio.create_task(lane.run(block, entered, released))
    await taken(entered, 1)
    with pytest.raises(Busy):
        await lane.run(done.append, "late")
    released.set()
    await blocked
    await lane.run(done.append, "later")
    assert done == ["later"]


async def test_who_waits_aside_leaves_the_place_to_others(released: threading.Event) -> None:
    lane = Lane("test", working=1, patience=5)
    entered = threading.Semaphore(0)
    waiting = [
        asyncio.create_task(lane.run(wait_aside, "FlexGet", entered, released)) for _ in range(5)
    ]
    await taken(entered, 5)
    assert await lane.run(lambda: "here") == "here"
    released.set()
    await asyncio.gather(*waiting)


async def test_so_many_may_wait_for_one_thing_and_others_for_another(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "ASIDE", 2)
    lane = Lane("test", working=1, patience=5)
    entered = threading.Semaphore(0)
    waiting = [
        asyncio.create_task(lane.run(wait_aside, "FlexGet", entered, released)) for _ in range(2)
    ]
    await taken(entered, 2)
    with pytest.raises(Busy, match="wait for FlexGet already"):
        await lane.run(wait_aside, "FlexGet", entered, released)
    waiting.append(asyncio.create_task(lane.run(wait_aside, "a backup", entered, released)))
    await taken(entered, 1)
    released.set()
    await asyncio.gather(*waiting)


async def test_there_are_never_more_threads_than_may_work_and_wait(
    released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come back from aside take their places again before anything else begins."""
    monkeypatch.setattr(threads, "ALL_ASIDE", 3)
    lane = Lane("test", working=2, patience=None)
    names: set[str] = set()

    def work() -> None:
        names.add(threading.current_thread().name)
        try:
            with threads.aside("FlexGet"):
                time.sleep(0.001)
        except Busy:
            pass
        time.sleep(0.001)

    await asyncio.gather(*(lane.run(work) for _ in range(200)))
    assert len(names) <= 2 + 3


async def test_where_nobody_is_aside_there_are_no_more_threads_than_may_work() -> None:
    """Each thread keeps a connection to the database, however many requests there have been."""
    lane = Lane("test", working=2)
    seen: set[int] = set()

    async def ask() -> None:
        for _ in range(300):
            seen.add(await lane.run(threading.get_ident))

    await asyncio.gather(ask(), ask(), ask())
    assert len(seen) <= 2


async def test_quick_work_is_done_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "SLOW", 60)
    lane = Lane("test", working=8)
    seen: set[int] = set()

    async def ask() -> None:
        for _ in range(50):
            seen.add(await lane.run(threading.get_ident))

    await asyncio.gather(*(ask() for _ in range(8)))
    assert len(seen) <= threads.QUICK


async def test_others_begin_beside_those_that_wait(released: threading.Event) -> None:
    lane = Lane("test", working=5)
    entered = threading.Semaphore(0)
    waiting = [asyncio.create_task(lane.run(block, entered, released)) for _ in range(4)]
    await taken(entered, 4)
    assert await lane.run(threading.active_count) > 4
    released.set()
    await asyncio.gather(*waiting)


def test_a_loop_that_has_ended_leaves_the_queue_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lane = Lane("test", working=5)

    async def begin(event: threading.Event, count: int) -> None:
        entered = threading.Semaphore(0)
        waiting = [asyncio.create_task(lane.run(block, entered, event)) for _ in range(4)]
        await taken(entered, count)
        event.set()
        if count == 4:
            await asyncio.gather(*waiting)

    with monkeypatch.context() as patched:
        patched.setattr(threads, "SLOW", 60)
        asyncio.run(begin(threading.Event(), 2))
    asyncio.run(begin(threading.Event(), 4))


async def test_a_probe_is_over_in_time_though_its_work_goes_on(released: threading.Event) -> None:
    lane = Lane("test", working=1, limit=0.1)
    began = time.monotonic()
    with pytest.raises(Overdue):
        await lane.run(released.wait, 60)
    with pytest.raises(Busy):
        await lane.run(released.wait, 60)
    assert time.monotonic() - began < 60


async def test_errors_reach_who_waits() -> None:
    lane = Lane("test")
    with pytest.raises(ZeroDivisionError):
        await lane.run(lambda: 1 // 0)


async def test_work_of_a_client_that_left_is_not_begun(released: threading.Event) -> None:
    lane = Lane("test", working=1)
    entered = threading.Semaphore(0)
    done: list[str] = []
    blocked = asyncio.create_task(lane.run(block, entered, released))
    await taken(entered, 1)
    left = asyncio.create_task(lane.run(done.append, "left"))
    await asyncio.sleep(0)
    left.cancel()
    with pytest.raises(asyncio.CancelledError):
        await left
    released.set()
    await blocked
    await lane.run(done.append, "stayed")
    assert done == ["stayed"]


def test_outside_of_lanes_nobody_is_hurried() -> None:
    assert threads.lock_patience(30) == 30
    with threads.aside("FlexGet"):
        pass

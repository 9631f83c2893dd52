"""The threads in which all blocking work of a server process runs, in lanes.

A lane is a few threads for one kind of work, so that what waits in one holds up nobody in another: health and
`/api/server`, files, those who follow logs, reads, writes. Within a lane, whoever waits for FlexGet or for the config's
lock steps aside (`aside`) and leaves their place to the next; that, too, is open to so many at a time only.

A thread keeps its database connection from one request to the next; making both for every request, as
`ThreadSensitiveContext` does, costs more than the request itself.
"""

import asyncio
import atexit
import contextlib
import functools
import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections
from django.urls import set_script_prefix
from django.utils import translation
from django.utils.translation import gettext

from flexapi.engine import waiting

P = ParamSpec("P")
T = TypeVar("T")

# Python code runs one thread at a time; more threads only help those that wait.
WORKING = 8
# So many of a lane are quick at a time, and more begin beside those that have worked for so many seconds: they wait for
# something. Where eight take Python from each other at every call of the system, a request costs a tenth more.
QUICK = 2
SLOW = 0.005
# How many of a lane may be aside at a time: for one reason, and in all.
ASIDE = 12
ALL_ASIDE = 24
# How many may wait for a thread where they don't wait as long as it takes. A request's body waits with it.
QUEUED = 100


class Busy(waiting.Busy):
    """The work was not begun, because too much waits already; the text is for whoever asked for it."""


class Overdue(Exception):
    """The work was begun and has not ended in time; it goes on, and nobody waits for it any longer."""


class _Work:
    """A call that a thread of a lane makes, and the loop's future that gets its result."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._call = call
        # Threads outlive what they work for: nobody may get the language of whoever was served before.
        self._language = translation.get_language() or settings.LANGUAGE_CODE

    def run(self) -> None:
        """Make the call, and tell the loop what came of it."""
        try:
            with translation.override(self._language, deactivate=True):
                result = self._call()
        except BaseException as error:  # noqa: BLE001  It is raised again for whoever waits.
            self._tell(self.fail, error)
        else:
            self._tell(self._succeed, result)

    def _tell(self, callback: Callable[[Any], None], told: Any) -> None:
        # In a loop that is closed nobody waits.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, told)

    def _succeed(self, result: Any) -> None:
        if not self.outcome.done():
            self.outcome.set_result(result)

    def fail(self, error: BaseException) -> None:
        """Have it raised for whoever still waits. In the loop."""
        if not self.outcome.done():
            self.outcome.set_exception(error)


class _Thread(threading.Thread):
    """A thread that does for a lane what it is given, one after the other, until the process ends."""

    def __init__(self, lane: "Lane", name: str) -> None:
        super().__init__(name=name, daemon=True)
        # When its work began, by the monotonic clock.
        self.began = 0.0
        self._lane = lane
        self._given: SimpleQueue[_Work | None] = SimpleQueue()
        atexit.register(self._end)
        self.start()

    def give(self, work: _Work) -> None:
        """Have it do work next."""
        self._given.put(work)

    def run(self) -> None:
        self._lane.enter()
        while (work := self._given.get()) is not None:
            self._lane.work(self, work)
            del work  # Its result is not to live on until the next one is given.

    def _end(self) -> None:
        """End it once its work is done, as Python's own executors do."""
        self._given.put(None)
        self.join()


class Lane:
    """Threads for one kind of work.

    `working` of them at a time are not aside. Work waits `patience` seconds for one of them (None: as long as it
    takes), and in it up to `lock_patience` for locks of the database and of the config. With `limit`, it has to be over
    within so many seconds of being asked for.
    """

    def __init__(
        self,
        name: str,
        *,
        working: int = WORKING,
        patience: float | None = 10.0,
        lock_patience: float = 10.0,
        limit: float | None = None,
    ) -> None:
        self.name = name
        self.lock_patience = lock_patience
        self._places = working
        self._patience = patience
        self._limit = limit
        self._working = 0
        self._aside: Counter[str] = Counter()
        self._queue: deque[_Work] = deque()
        self._lock = threading.Lock()
        # The loop that looks after the queue in a moment; one that was closed never does.
        self._watching: asyncio.AbstractEventLoop | None = None
        # Those that have work, aside or not, and those that have none, of which the last was busy last.
        self._at_work: list[_Thread] = []
        self._idle: list[_Thread] = []
        self._numbers = itertools.count(1)

    def enter(self) -> None:
        """Make the calling thread one of the lane."""
        _here.lane = self
        # Each thread has Django's prefix of URLs for itself; a websocket's work may come before any request's.
        set_script_prefix(f"{settings.PATH_PREFIX}/")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code in a thread of the lane. Raises Busy, Overdue, and what the code raises."""
        work = _Work(functools.partial(function, *args, **kwargs))
        loop = asyncio.get_running_loop()
        self._submit(work, loop)
        seconds = self._limit or self._patience
        timer = loop.call_later(seconds, self._lose_patience, work) if seconds else None
        try:
            result: T = await work.outcome
        except asyncio.CancelledError:
            self._withdraw(work)
            raise
        finally:
            if timer is not None:
                timer.cancel()
        return result

    def _lose_patience(self, work: _Work) -> None:
        if self._withdraw(work):
            work.fail(Busy(gettext("The server has too much to do right now.")))
        elif self._limit is not None:
            work.fail(Overdue(gettext("The answer took too long.")))

    def _withdraw(self, work: _Work) -> bool:
        """Begin it no more; False where it was begun."""
        with self._lock:
            if work not in self._queue:
                return False
            self._queue.remove(work)
            return True

    def _submit(self, work: _Work, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._patience is not None and len(self._queue) >= QUEUED:
                raise Busy(gettext("The server has too much to do right now."))
            self._queue.append(work)
            self._begin_more(loop)

    def _begin_more(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin what waits, as far as it may begin now, and look again soon for what may begin only then. With the lock."""
        while self._queue and self._working < self._places and self._quick() < QUICK:
            self._working += 1
            self._begin(self._queue.popleft())
        if self._queue and self._working < self._places and self._watching is not loop:
            self._watching = loop
            loop.call_later(SLOW, self._look_again, loop)

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._watching = None
            self._begin_more(loop)

    def _quick(self) -> int:
        """How many have begun their work lately. With the lock."""
        lately = time.monotonic() - SLOW
        return sum(thread.began > lately for thread in self._at_work)

    def _begin(self, work: _Work) -> None:
        """Give work to the thread that was busy last, or to a new one where none is idle. With the lock."""
        if self._idle:
            thread = self._idle.pop()
        else:
            thread = _Thread(self, f"flexapi-{self.name}-{next(self._numbers)}")
        thread.began = time.monotonic()
        self._at_work.append(thread)
        thread.give(work)

    def work(self, thread: _Thread, first: _Work) -> None:
        """Do work until none is left, or until those that were aside have come back and take all places."""
        work: _Work | None = first
        while work is not None:
            work.run()
            work = None  # Its result is not to live on until the next one is done.
            with self._lock:
                if self._queue and self._working <= self._places:
                    work = self._queue.popleft()
                    thread.began = time.monotonic()
                else:
                    self._working -= 1
                    self._at_work.remove(thread)
                    self._idle.append(thread)

    @contextlib.contextmanager
    def aside(self, reason: str) -> Iterator[None]:
        """Leave the place to others while the calling thread waits. Raises Busy where too many do."""
        with self._lock:
            if self._aside[reason] >= ASIDE or self._aside.total() >= ALL_ASIDE:
                raise Busy(
                    gettext("Too many requests wait for {reason} already.").format(reason=reason)
                )
            self._aside[reason] += 1
            if self._queue and self._working <= self._places:
                self._begin(self._queue.popleft())
            else:
                self._working -= 1
        try:
            yield
        finally:
            with self._lock:
                self._aside[reason] -= 1
                self._working += 1


class _Here(threading.local):
    """The lane of the current thread; None for threads that are in none."""

    lane: Lane | None = None


_here = _Here()

# What has to be answered whatever else goes on.
PROBES = Lane("probes", working=4, lock_patience=0.2, limit=0.8)
# These two have begun to answer, and can't refuse any more: chunks of files, batches of logs.
FILES = Lane("files", working=2, patience=None)
FOLLOWERS = Lane("followers", working=4, patience=None, lock_patience=2)
READS = Lane("reads", lock_patience=2)
WRITES = Lane("writes")


@contextlib.contextmanager
def aside(reason: str) -> Iterator[None]:
    """Do what only waits: in a thread of a lane, the place is left to others. Raises Busy.

    `reason` is what it waits for, as in "Too many requests wait for FlexGet". Not within a
    transaction.
    """
    if _here.lane is None:
        yield
        return
    with _here.lane.aside(reason):
        yield


def lock_patience(otherwise: float) -> float:
    """Return the seconds that the calling thread may wait for a lock; `otherwise` where it is in no lane."""
    return otherwise if _here.lane is None else min(_here.lane.lock_patience, otherwise)


async def run_sync(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code (ORM included) in a thread: what websocket consumers and log streams await.

    The thread's connection is checked first, so one that broke is replaced. Do not
    hand ORM connections or open transactions from one call to the next: the thread may differ.
    """
    call = functools.partial(function, *args, **kwargs)
    return await FOLLOWERS.run(_with_fresh_connection, call)


def _with_fresh_connection(call: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()

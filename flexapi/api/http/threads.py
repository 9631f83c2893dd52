"""The threads in which all blocking work of a server process runs, in lanes.

A lane is a few threads for one kind of work, so that what waits in one holds up nobody in another: health and
`/api/server`, files, those who follow logs, reads, writes. Within a lane, whoever waits for FlexGet or for the config's
lock steps aside (`aside`) and leaves their place to the next; that, too, is open to so many at a time only.

A thread keeps its database connection from one request to the next; making both for every request, as
`ThreadSensitiveContext` does, costs more than the request itself.
"""

import asyncio
import contextlib
import functools
import itertools
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
    """A call that a thread of a lane makes, and the future that gets its result."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.future: Future[Any] = Future()
        self._call = call
        # Threads outlive what they work for: nobody may get the language of whoever was served before.
        self._language = translation.get_language() or settings.LANGUAGE_CODE

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            with translation.override(self._language, deactivate=True):
                result = self._call()
        except BaseException as error:  # noqa: BLE001  It is raised again for whoever waits for the future.
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


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
        # One thread each. From Python 3.12 on, an executor of several counts some of its idle threads as busy, and
        # starts one more again and again until it has all that it may.
        self._idle: list[ThreadPoolExecutor] = []
        self._numbers = itertools.count(1)

    def _enter(self) -> None:
        _here.lane = self
        # Each thread has Django's prefix of URLs for itself; a websocket's work may come before any request's.
        set_script_prefix(f"{settings.PATH_PREFIX}/")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run blocking code in a thread of the lane. Raises Busy, Overdue, and what the code raises."""
        work = _Work(functools.partial(function, *args, **kwargs))
        self._submit(work)
        outcome = asyncio.wrap_future(work.future)
        try:
            done, _ = await asyncio.wait({outcome}, timeout=self._limit or self._patience)
        except asyncio.CancelledError:
            _give_up(work, outcome)
            raise
        if not done:
            if work.future.cancel():
                raise Busy(gettext("The server has too much to do right now."))
            if self._limit is not None:
                _give_up(work, outcome)
                raise Overdue(gettext("The answer took too long."))
        result: T = await outcome
        return result

    def _submit(self, work: _Work) -> None:
        with self._lock:
            if self._working >= self._places:
                if self._patience is not None and len(self._queue) >= QUEUED:
                    raise Busy(gettext("The server has too much to do right now."))
                self._queue.append(work)
                return
            self._working += 1
            self._begin(work)

    def _begin(self, work: _Work) -> None:
        """Give work to the thread that was busy last, or to a new one where none is idle. With the lock."""
        if self._idle:
            thread = self._idle.pop()
        else:
            name = f"flexapi-{self.name}-{next(self._numbers)}"
            thread = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=self._enter)
        thread.submit(self._work, thread, work)

    def _work(self, thread: ThreadPoolExecutor, first: _Work) -> None:
        """Do work until none is left, or until those that were aside have come back and take all places."""
        work: _Work | None = first
        while work is not None:
            work.run()
            work = None  # Its result is not to live on until the next one is done.
            with self._lock:
                if self._queue and self._working <= self._places:
                    work = self._queue.popleft()
                else:
                    self._working -= 1
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


def _give_up(work: _Work, outcome: "asyncio.Future[Any]") -> None:
    """Begin it no more; what comes of it, errors included, is of no use to anybody."""
    work.future.cancel()
    outcome.add_done_callback(lambda late: late.cancelled() or late.exception())


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

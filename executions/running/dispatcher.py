"""The worker inside the server: threads that take executions off the queue and run them."""

import threading
from typing import Any

from executions.signals import queue_changed
from flexapi.background import Loop

from .worker import STOP_GRACE, WorkerProcess

# Seconds between two looks at the queue when nobody calls; other processes queue without a call.
POLL = 1.0


# The threads of a slot, by what their names end with: while one stores how its execution ended, the other has
# FlexGet run the next.
THREADS = ("", "-next")


class Dispatcher:
    """Runs queued executions, as many at a time as the worker has slots. `stop` waits for their end."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self._free = threading.Semaphore(worker.slots)
        self._threads = [
            Loop(f"slot-{slot}{thread}", self._run_next, period=POLL)
            for slot in range(1, worker.slots + 1)
            for thread in THREADS
        ]

    def start(self) -> None:
        """End what an earlier server left behind, then work until `stop`."""
        self.worker.start()
        queue_changed.connect(self._on_queue_changed)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Abort what runs, leave queued what waits; returns when all has ended."""
        queue_changed.disconnect(self._on_queue_changed)
        self.worker.stop()
        for thread in self._threads:
            thread.end()
        for thread in self._threads:
            thread.stop(STOP_GRACE + 2)

    def _on_queue_changed(self, **kwargs: Any) -> None:
        for thread in self._threads:
            thread.call()

    def _run_next(self) -> float:
        if not self._free.acquire(blocking=False):
            # Whoever leaves a slot calls.
            return POLL
        slot = _Slot(self._free)

        def leave() -> None:
            slot.leave()
            self._on_queue_changed()

        try:
            ran = self.worker.run_next(leave)
        finally:
            slot.leave()
        if not ran:
            return POLL
        # What its end made way for, as it runs the same task, may be for another thread.
        self._on_queue_changed()
        return 0.0


class _Slot:
    """One that was taken; it is left once."""

    def __init__(self, free: threading.Semaphore) -> None:
        self._free = free
        self._left = False

    def leave(self) -> None:
        """Let another execution have it."""
        if not self._left:
            self._left = True
            self._free.release()

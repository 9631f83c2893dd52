"""The worker inside the server: threads that take executions off the queue and run them."""

from typing import Any

from executions.signals import queue_changed
from flexapi.background import Loop

from .worker import STOP_GRACE, WorkerProcess

# Seconds between two looks at the queue when nobody calls; other processes queue without a call.
POLL = 1.0


class Dispatcher:
    """Runs queued executions, as many at a time as the worker has slots. `stop` waits for their end."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self._slots = [
            Loop(f"slot-{slot}", self._run_next, period=POLL) for slot in range(1, worker.slots + 1)
        ]

    def start(self) -> None:
        """End what an earlier server left behind, then work until `stop`."""
        self.worker.start()
        queue_changed.connect(self._on_queue_changed)
        for slot in self._slots:
            slot.start()

    def stop(self) -> None:
        """Abort what runs, leave queued what waits; returns when all has ended."""
        queue_changed.disconnect(self._on_queue_changed)
        self.worker.stop()
        for slot in self._slots:
            slot.end()
        for slot in self._slots:
            slot.stop(STOP_GRACE + 2)

    def _on_queue_changed(self, **kwargs: Any) -> None:
        for slot in self._slots:
            slot.call()

    def _run_next(self) -> float:
        if not self.worker.run_next():
            return POLL
        # What the end of that one made way for may be for another slot as well.
        self._on_queue_changed()
        return 0.0

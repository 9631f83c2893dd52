"""The worker inside the server: threads that take executions off the queue and run them."""

import logging
import threading
from typing import Any

from django.db import OperationalError, close_old_connections, connection

from executions.signals import queue_changed

from .worker import STOP_GRACE, WorkerProcess

logger = logging.getLogger(__name__)

# Seconds between two looks at the queue when nobody calls; other processes queue without a call.
POLL = 1.0


class Dispatcher:
    """Runs queued executions, as many at a time as the worker has slots. `stop` waits for their end."""

    def __init__(self, worker: WorkerProcess) -> None:
        self.worker = worker
        self._calls = [threading.Event() for _ in range(worker.slots)]
        self._threads = [
            threading.Thread(target=self._loop, args=(call,), name=f"slot-{slot}", daemon=True)
            for slot, call in enumerate(self._calls, start=1)
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
        self._on_queue_changed()
        for thread in self._threads:
            thread.join(STOP_GRACE + 2)

    def _on_queue_changed(self, **kwargs: Any) -> None:
        for call in self._calls:
            call.set()

    def _loop(self, call: threading.Event) -> None:
        while not self.worker.stopping:
            try:
                ran = self.worker.run_next()
            except OperationalError as error:
                logger.error("The dispatcher can't use the database: %s", error)
                close_old_connections()
                ran = False
            if ran:
                # What the end of that one made way for may be for another slot as well.
                self._on_queue_changed()
            else:
                call.wait(POLL)
                call.clear()
        connection.close()

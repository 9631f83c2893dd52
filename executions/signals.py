"""Signals of the executions app."""

from functools import partial

from django.db import transaction
from django.dispatch import Signal


class QueueChanged(Signal):
    """Sent when an execution was queued or is to be aborted: a dispatcher should look."""

    def send_on_commit(self, execution_id: int, queue: str = "") -> None:
        """Send it once the surrounding transaction is committed.

        `queue` is where the execution was queued; "" where it is to be aborted.
        """
        transaction.on_commit(
            partial(self.send, sender=None, execution_id=execution_id, queue=queue)
        )


queue_changed = QueueChanged()

# Sent with `execution` by the process that has ended it, and stored that.
ended = Signal()

"""The thread inside a server that looks after workers on other machines."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from executions import telling
from executions.following import announcements
from executions.models import Execution, Worker
from flexapi import events
from flexapi.background import Loop

logger = logging.getLogger(__name__)

# Looks within the time after which a worker is lost.
LOOKS = 4
# What waits for longer than this was perhaps not delivered.
PATIENCE = timedelta(seconds=5)

Wake = Callable[[str], object]


class Reaper(Loop):
    """Ends what lost workers left, and sees to it that what waits is delivered.

    Any number of servers may have one. `wake` sends a message to the workers of a queue; None where
    none is needed.
    """

    def __init__(self, wake: Wake | None) -> None:
        period = settings.WORKER_TIMEOUT / LOOKS
        super().__init__("reaper", self.look, period=period, at_once=False)
        self._wake = wake

    def look(self) -> None:
        """Look once. Raises DatabaseError."""
        self._end_lost()
        self._deliver()

    def _end_lost(self) -> None:
        """Forget lost workers, then end what was claimed by workers that are none (any more)."""
        timeout = settings.WORKER_TIMEOUT
        for lost in Worker.objects.lost():
            with transaction.atomic():
                # Of several servers, the one that deletes it says so.
                if Worker.objects.lost().filter(pk=lost.pk).delete()[0]:
                    events.happened(
                        telling.worker_lost(lost.name, f"It gave no sign of life for {timeout} s.")
                    )
        claimed = Execution.objects.active().exclude(worker="")
        orphans = claimed.exclude(worker__in=Worker.objects.values("name"))
        for pk, name in list(orphans.values_list("pk", "worker")):
            reason = f"The worker {name} was lost: it gave no sign of life for {timeout} s."
            logger.error("Execution %s: %s", pk, reason)
            Execution.objects.end_of(name, reason)
            announcements.changed(pk)

    def _deliver(self) -> None:
        """Wake workers that are idle for what waits, and say where nobody serves its queue."""
        late = Execution.objects.unclaimed().filter(created__lt=Now() - PATIENCE)
        waiting = Counter(late.values_list("queue", flat=True))
        if not waiting:
            return
        workers = list(Worker.objects.all())
        for queue, count in waiting.items():
            serving = [worker for worker in workers if worker.serves(queue)]
            self._say_who_serves(queue, bool(serving))
            if self._wake is not None:
                for _ in range(min(count, sum(worker.slots for worker in serving))):
                    self._wake(queue)

    def _say_who_serves(self, queue: str, served: bool) -> None:
        reason = "" if served else f"a worker that serves the queue {queue}"
        unsaid = Execution.objects.unclaimed().filter(queue=queue).exclude(waiting_for=reason)
        keys = list(unsaid.values_list("pk", flat=True))
        if keys:
            unsaid.update(waiting_for=reason)
            for pk in keys:
                announcements.changed(pk)

"""The thread inside a server that looks after workers on other machines."""

import logging
import os
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models.functions import Now

from executions import endings, telling
from executions.following import announcements
from executions.models import Execution, Worker
from flexapi import events, services
from flexapi.background import Loop
from flexapi.phrases import phrase

NO_WORKER = phrase("a worker that serves the queue {queue}")
NO_SIGN = phrase("It gave no sign of life for {seconds} s.")

logger = logging.getLogger(__name__)

# Looks within the time after which a worker is lost.
LOOKS = 4
# What waits for longer than this was perhaps not delivered.
PATIENCE = timedelta(seconds=5)
# The key of the shared cache that is there while one of the servers, whose process it names, has had its turn to wake workers.
TURN = "reaper-turn"

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
                    events.happened(telling.worker_lost(lost.name, NO_SIGN.format(seconds=timeout)))
        claimed = Execution.objects.active().exclude(worker="")
        orphans = claimed.exclude(worker__in=Worker.objects.values("name"))
        for pk, name in list(orphans.values_list("pk", "worker")):
            reason = endings.WORKER_LOST.format(name=name, seconds=timeout)
            logger.error("Execution %s: %s", pk, reason)
            Execution.objects.end_of(name, reason)
            announcements.changed(pk)

    def _deliver(self) -> None:
        """Wake workers that are idle for what waits, and say where nobody serves its queue."""
        late = Execution.objects.unclaimed().filter(created__lt=Now() - PATIENCE)
        queues = sorted(late.order_by().values_list("queue", flat=True).distinct())
        if not queues:
            return
        workers = list(Worker.objects.all())
        wakes = self._wake is not None and self._has_the_turn()
        for queue in queues:
            serving = [worker for worker in workers if worker.serves(queue)]
            self._say_who_serves(queue, bool(serving))
            if wakes and serving:
                self._wake_idle(queue, serving)

    def _has_the_turn(self) -> bool:
        """Whether none of the servers has woken workers within this period: each message costs whoever gets it a look."""
        try:
            return bool(cache.add(TURN, os.getpid(), timeout=self.period * 0.9))
        except services.redis_errors(settings.REDIS_URL):
            return True  # As far as the message gets, it does no harm.

    def _wake_idle(self, queue: str, serving: list[Worker]) -> None:
        """Send as many messages as there are workers without work and executions that may run now: the others find nothing."""
        names = [worker.name for worker in serving]
        at_work = Execution.objects.active().filter(worker__in=names).count()
        idle = max(0, sum(worker.slots for worker in serving) - at_work)
        for _ in range(Execution.objects.runnable(queue, idle)):
            if self._wake is not None:
                self._wake(queue)

    def _say_who_serves(self, queue: str, served: bool) -> None:
        reason = "" if served else NO_WORKER.format(queue=queue)
        unsaid = Execution.objects.unclaimed().filter(queue=queue).exclude(waiting_for=reason)
        keys = list(unsaid.values_list("pk", flat=True))
        if keys:
            unsaid.update(waiting_for=reason)
            for pk in keys:
                announcements.changed(pk)

"""Wakes the workers of other machines, over Celery.

A message says that there is something to run, not what: a worker that gets one claims what is next in the
database, and goes on until nothing is left. So a message that is lost delays and one that comes twice
finds nothing; neither runs anything twice.
"""

import logging
from typing import Any

from django.conf import settings
from kombu.exceptions import OperationalError

from flexapi import services
from flexapi.celery import RUN, app

logger = logging.getLogger(__name__)

# Celery's own for what its client of Redis raises, and that client's where Celery lets them through.
BROKER_ERRORS: tuple[type[Exception], ...] = (
    OperationalError,
    *services.redis_errors(settings.REDIS_URL),
)
# Messages that wait in a queue are enough then: each wakes a worker that goes on by itself.
ENOUGH = 64


def wake(queue: str) -> bool:
    """Send one message to the workers of a queue; False where the broker can't be reached.

    What is queued is found later all the same (see `executions.running.reaper`).
    """
    try:
        with app.producer_or_acquire() as producer:
            waiting = producer.channel.queue_declare(queue=queue, durable=True).message_count
            if waiting < ENOUGH:
                app.send_task(RUN, queue=queue, producer=producer, retry=False)
    except BROKER_ERRORS as error:
        logger.error("No worker could be told of new executions: %s", error)
        return False
    return True


def on_queue_changed(sender: Any, queue: str, **kwargs: Any) -> None:
    """Wake a worker for an execution that was queued."""
    if queue:
        wake(queue)

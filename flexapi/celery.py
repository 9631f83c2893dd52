"""Celery's application: `celery -A flexapi worker` runs executions on this machine.

What it is given is in the settings; what a worker does with a message is in `executions.running.celery_worker`.
"""

import os
import sys
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")

from django.conf import settings

from flexapi.variables import Unusable

try:
    settings.DATABASES  # noqa: B018 (read here, so that what is wrong is said in a sentence)
except Unusable as error:
    sys.exit(f"Error: {error}")

# The name of the task that runs what is queued.
RUN = "executions.run"
# Seconds after which Redis hands a message to another worker if the first one has not said that it is done.
# A run may take longer: then the other one finds nothing to claim.
VISIBILITY_TIMEOUT = 3600

app = Celery("flexapi")
app.conf.update(
    broker_url=settings.REDIS_URL or None,
    broker_transport_options={
        "global_keyprefix": "flexapi:",
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # Whoever queues a run is not kept waiting by a broker that is away.
        "socket_connect_timeout": 2,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "max_retries": 0,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    imports=["executions.running.celery_worker"],
    task_default_queue="default",
    task_ignore_result=True,
    # A message is done when what it led to is; a worker holds no more than it works on.
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    # What runs a task is a process of FlexGet's; here are only those who wait for it.
    worker_pool="threads",
    worker_concurrency=settings.SLOTS,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
)


@signals.setup_logging.connect
def keep_logging(**kwargs: Any) -> None:
    """Log as the settings say, as all other processes do; Celery would set up its own."""

"""What a Celery worker does: it claims and runs executions when a message says that there are some."""

import asyncio
import logging
import threading
from dataclasses import dataclass
from typing import IO, Any

from celery import signals
from celery.exceptions import WorkerShutdown
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from executions import endings
from executions.following import announcements
from flexapi import data_folder, metrics
from flexapi.celery import RUN, app
from flexapi.engine.client import START_TIMEOUT, Engine, EngineUnavailable
from flexapi.engine.instance import engine
from flexapi.mirror.disk import worker_copy

from . import delivery
from .runner import Unprepared
from .worker import WorkerProcess

logger = logging.getLogger(__name__)


class Unfit(Exception):
    """This process can't be a worker; the text says why, and what to do."""


@dataclass
class _Parts:
    """What this process holds while it is a worker."""

    folder: IO[str]
    engine: Engine
    worker: WorkerProcess


_parts: _Parts | None = None


@app.task(name=RUN)
def run() -> int:
    """Run what is queued until nothing is left; return how many executions that were."""
    return 0 if _parts is None else work_off(_parts.engine, _parts.worker)


def work_off(engine: Engine, worker: WorkerProcess) -> int:
    """Have a worker run what is queued until nothing is left; return how many executions that were."""
    count = 0
    try:
        # Who can't run anything leaves it to others.
        engine.call("version", {}, timeout=START_TIMEOUT)
        while worker.run_next():
            count += 1
    except EngineUnavailable as error:
        logger.error("The worker takes nothing: %s", error)
    except OperationalError as error:
        # Who looks after the queue sends another message.
        logger.error("The worker can't use the database: %s", error)
        connection.close()
    return count


@signals.worker_init.connect
def keep_quiet(sender: Any, **kwargs: Any) -> None:
    """Have Celery not tell each worker of each other twice a second: that grows with their square, and the database knows them."""
    sender.options |= dict.fromkeys(("without_gossip", "without_mingle", "without_heartbeat"), True)


@signals.celeryd_after_setup.connect
def set_up(sender: str, instance: Any, **kwargs: Any) -> None:
    """Check what a worker needs, before it takes anything; ends the process where something is missing."""
    global _parts
    for said in settings.UNKNOWN_VARIABLES.values():
        logger.warning(said)
    try:
        _check(instance)
        folder = data_folder.claim(settings.DATA_DIR)
        worker_copy.adopt()
        # FlexGet wants to see a config before it loads.
        worker_copy.write_current()
        _tell_figures()
    except (Unfit, data_folder.FolderInUse, worker_copy.NotOurs, worker_copy.NoConfig) as error:
        logger.critical("%s", error)
        raise WorkerShutdown(1) from error
    worker = WorkerProcess(
        engine(),
        name=sender,
        served=list(instance.app.amqp.queues.consume_from),
        slots=instance.concurrency,
        among_others=True,
        prepare=_write_config,
    )
    _parts = _Parts(folder, engine(), worker)


@signals.worker_ready.connect
def start(**kwargs: Any) -> None:
    """Begin to give signs of life, and look for what waits already; without any it may not run."""
    if _parts is None:
        return
    # The channel layer's connections belong to the loop that they were made in.
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="announcements", daemon=True).start()
    announcements.send_from(loop)
    _parts.engine.start()
    try:
        _parts.worker.start()
    except DatabaseError as error:
        logger.critical("The worker can't use the database: %s", error)
        raise WorkerShutdown(1) from error
    for queue in _parts.worker.served or ():
        delivery.wake(queue)


@signals.worker_shutting_down.connect
def retire(**kwargs: Any) -> None:
    """Take nothing more; Celery waits for what runs, or with its cold shutdown does not."""
    if _parts is not None:
        _parts.worker.retire()


@signals.worker_shutdown.connect
def stop(**kwargs: Any) -> None:
    """End what still runs, and FlexGet."""
    if _parts is not None:
        _parts.worker.stop()
        _parts.engine.stop()
        _parts.folder.close()


def _check(instance: Any) -> None:
    if not settings.DATABASE_URL or not settings.REDIS_URL:
        raise Unfit(
            "A worker shares its database and its queue with the servers: "
            "set FLEXAPI_DATABASE_URL and FLEXAPI_REDIS_URL."
        )
    pool = instance.pool_cls.__module__
    if pool != "celery.concurrency.thread":
        raise Unfit(f"Executions run in FlexGet's own processes: leave --pool out ({pool}).")
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unfit("The database is not (yet) that of this version: start a server first.")


def _tell_figures() -> None:
    host, port = settings.HOST, settings.METRICS_PORT
    if not port:
        return
    try:
        metrics.serve(host, port)
    except OSError as error:
        raise Unfit(
            f"Can't answer Prometheus on {host}, port {port}: {error.strerror}. "
            "FLEXAPI_HOST and FLEXAPI_METRICS_PORT choose others."
        ) from error


def _write_config() -> None:
    try:
        worker_copy.write_current()
    except (OSError, worker_copy.NoConfig) as error:
        raise Unprepared(endings.NOT_WRITTEN.format(problem=error)) from error

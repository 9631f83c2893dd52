"""The queue's way to FlexGet and back: what travels with a run, and the changes that it reports."""

from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from executions.models import Execution
from movie_queue.identity import IMDB_ID, Identity

from .models import (
    LONGEST_TITLE,
    AlreadyGrabbed,
    AlreadyQueued,
    GrabbedMovie,
    QueuedMovie,
    RunProgress,
)

IDENTITY = ("title", "year", "imdb_id", "tmdb_id", "queue_name")


def queue_for_run(execution: Execution) -> dict[str, Any]:
    """Return what the plugins get of the queue (see movie_queue.flexget.queue); four queries, or one where nobody uses it."""
    run = uuid4().hex
    if not _is_used():
        return {"run": run, "movies": [], "grabbed": [], "applied": {}}
    return {
        "run": run,
        "movies": [movie.as_sent() for movie in QueuedMovie.objects.order_by("pk")],
        "grabbed": list(GrabbedMovie.objects.order_by("pk").values(*IDENTITY)),
        "applied": RunProgress.by_run(),
    }


def _is_used() -> bool:
    """Whether there is anything to send; each run asks."""
    tables = [
        connection.ops.quote_name(model._meta.db_table)
        for model in (QueuedMovie, GrabbedMovie, RunProgress)
    ]
    found = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in tables)  # noqa: S608  Names of our own.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {found}")
        return bool(cursor.fetchone()[0])


@transaction.atomic
def apply_change(execution: Execution, change: dict[str, Any]) -> None:
    """Make a change that FlexGet's plugins report, unless it was made before."""
    if not RunProgress.objects.advance(change["run"], change["n"]):
        return
    values = _values(change["movie"])
    movie = Identity(values["title"], values["year"], values["imdb_id"], values["tmdb_id"])
    operation = change["operation"]
    if operation in ("remove", "grab"):
        # By its key first: what names it may have been corrected while the run went on.
        queued = QueuedMovie.objects.filter(
            pk=change["movie"]["id"]
        ).first() or QueuedMovie.objects.same(movie, values["queue_name"])
        if queued is not None:
            queued.delete()
    if operation == "grab":
        _keep_grabbed(execution, values, change)
    elif operation == "forget":
        _forget(movie, values["queue_name"])
    if operation in ("add", "forget"):
        _add(execution, values)


def _values(movie: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a movie; what a plugin made of an entry is cut to what fits."""
    imdb_id = movie["imdb_id"] or ""
    year, tmdb_id = movie["year"] or 0, movie["tmdb_id"] or 0
    return {
        "title": movie["title"][:LONGEST_TITLE],
        "year": year if 1870 <= year <= 2200 else None,
        "imdb_id": imdb_id if IMDB_ID.fullmatch(imdb_id) else None,
        "tmdb_id": tmdb_id if 0 < tmdb_id < 2**31 else None,
        "quality": movie["quality"][:200],
        "queue_name": movie["queue_name"][:100],
    }


def _add(execution: Execution, values: dict[str, Any]) -> None:
    try:
        QueuedMovie.objects.enqueue(requested_by=execution.requested_by, **values)
    except (AlreadyQueued, AlreadyGrabbed):
        # Somebody was quicker, by the API, while the run went on.
        return


def _forget(movie: Identity, queue_name: str) -> None:
    while grabbed := GrabbedMovie.objects.same(movie, queue_name):
        grabbed.delete()


def _keep_grabbed(execution: Execution, values: dict[str, Any], change: dict[str, Any]) -> None:
    GrabbedMovie.objects.create(
        **{name: values[name] for name in IDENTITY},
        execution=execution.pk,
        task=change["task"],
        entry_title=change["entry"]["title"],
        entry_url=change["entry"]["url"],
    )

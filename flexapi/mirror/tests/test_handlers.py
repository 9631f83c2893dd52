"""A handler that fails: the config is changed all the same, and its rows catch up."""

from typing import Any

import pytest
from django.db import OperationalError, models

from flexapi import background
from flexapi.mirror import handlers, mirror
from flexapi.mirror.disk.watch import Watcher
from flexapi.mirror.edits import writing
from flexapi.mirror.models import ConfigRevision
from flexapi.mirror.sections import ConfigSection
from flexapi.mirror.store import rows
from flexapi.mirror.store.tables import ConfigState
from tasks.models import Task
from tasks.rows import update_tasks

pytestmark = pytest.mark.django_db(transaction=True)


class Handler:
    """The handler of the tasks, that fails as long as there is an error."""

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.before: Any = "not called"

    def __call__(self, old: Any, new: Any) -> None:
        self.before = old
        if self.error is not None:
            models.QuerySet(Task).delete()  # Half of its work is undone.
            raise self.error
        update_tasks(old, new)


@pytest.fixture
def handler(config, monkeypatch):
    handler = Handler()
    monkeypatch.setattr(handlers, "row_handlers", {**handlers.row_handlers, "tasks": handler})
    monkeypatch.setattr(rows, "_health", {})
    monkeypatch.setattr(background, "FIRST_PAUSE", 0)
    mirror.refresh()
    return handler


def add(name: str) -> None:
    writing.write(
        lambda base: base.document.set(("tasks", name), {"mock": []}), origin="api", validate=False
    )


def names() -> set[str]:
    return set(Task.objects.values_list("name", flat=True))


def test_others_are_not_kept_from_their_rows(handler, config, caplog):
    handler.error = KeyError("a bug")
    config.write_text(config.read_text() + "\nnew: 1\n  # by hand\n")
    mirror.refresh()
    add("first")

    assert ConfigSection.objects.filter(name="new").exists()
    assert ConfigRevision.objects.count() == 3
    assert "first:" in config.read_text()
    assert names() == {"tv", "movies", "off"}
    assert "Traceback" in caplog.text


def test_the_rows_catch_up_when_the_file_is_looked_at(handler):
    handler.error = KeyError("a bug")
    add("first")
    watcher = Watcher()
    watcher.look()
    assert "first" not in names()

    handler.error = None
    watcher.look()

    assert "first" in names()
    assert ConfigState.objects.get().behind == []
    handler.before = "not called"
    watcher.look()
    assert handler.before == "not called"


def test_the_next_change_catches_up_as_well(handler):
    handler.error = KeyError("a bug")
    add("first")
    handler.error = None
    add("second")

    assert handler.before is None, "rows that are behind can't be trusted"
    assert {"first", "second"} <= names()
    assert ConfigState.objects.get().behind == []


def test_another_process_catches_up(handler, monkeypatch):
    handler.error = KeyError("a bug")
    add("first")
    here = rows._health
    monkeypatch.setattr(rows, "_health", {})
    handler.error = None
    Watcher().look()
    assert "first" in names()

    monkeypatch.setattr(rows, "_health", here)
    assert here["tasks"].fails
    Watcher().look()
    assert not here["tasks"].fails


def test_a_bug_is_not_tried_again_at_once(handler, monkeypatch):
    monkeypatch.setattr(background, "FIRST_PAUSE", 3600)
    handler.error = KeyError("a bug")
    add("first")
    handler.error = None
    Watcher().look()
    assert "first" not in names()


def test_the_server_says_so(handler, api, viewer):
    handler.error = KeyError("a bug")
    add("first")
    loops = api(viewer).get("/api/server").json()["object"]["loops"]
    (tasks,) = [loop for loop in loops if loop["name"] == "rows of tasks"]
    assert tasks["state"] in ("failing", "trying")
    assert tasks["reason"] == "KeyError: 'a bug'"

    handler.error = None
    Watcher().look()
    loops = api(viewer).get("/api/server").json()["object"]["loops"]
    (tasks,) = [loop for loop in loops if loop["name"] == "rows of tasks"]
    assert (tasks["state"], tasks["failures_ever"]) == ("running", 1)


def test_a_database_that_is_busy_ends_the_write(handler):
    handler.error = OperationalError("database is locked")
    with pytest.raises(OperationalError):
        add("first")
    assert ConfigRevision.objects.count() == 1
    assert names() == {"tv", "movies", "off"}

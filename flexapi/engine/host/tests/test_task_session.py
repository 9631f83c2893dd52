"""A task's session in FlexGet's database: opened where a plugin uses it, and committed as FlexGet does."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.host import task_session
from flexapi.engine.host.database.sqlite import JOURNAL_KEPT
from flexapi.engine.host.task_session import TaskSession
from flexapi.engine.run import Report
from flexapi.testing.flexget_home import FlexGetHome, accepting, messages, of_kind, reports_of

PLUGIN = """
from loguru import logger
from sqlalchemy import text
from flexget import plugin
from flexget.event import event

class Keeps:
    schema = {"type": "string"}

    def on_task_filter(self, task, config):
        logger.info("the same: {}", task.session is task.session)
        task.session.execute(text("CREATE TABLE IF NOT EXISTS kept (what TEXT)"))
        task.session.execute(text("INSERT INTO kept VALUES (:what)"), {"what": config})
        if config == "fails":
            raise plugin.PluginError("It does.")

    def on_task_exit(self, task, config):
        task.session.execute(text("INSERT INTO kept VALUES ('at the end')"))

@event("task.execute.completed")
def between(task):
    logger.info("between: {}", task.session)

@event("plugin.register")
def register():
    plugin.register(Keeps, "keeps", api_ver=2)
"""


TASKS = {
    "good": accepting("x", keeps="this"),
    "bad": accepting("x", keeps="fails"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> FlexGetHome:
    """Return a folder with the plugin and the tasks."""
    home = FlexGetHome(tmp_path_factory.mktemp("sessions") / "flexget")
    (home.folder / "plugins" / "keeps.py").write_text(PLUGIN)
    home.write(TASKS)
    return home


@pytest.fixture(scope="module")
def run(home: FlexGetHome) -> "Iterator[Callable[[str], list[Report]]]":
    """`run("task")`: run it; return what is reported."""
    engine = Engine(home.config)
    engine.start()
    yield lambda name: reports_of(engine.execute(1, [name], {}))
    engine.stop()


def kept(home: FlexGetHome) -> list[str]:
    """Return what the plugin kept."""
    with closing(sqlite3.connect(home.folder / "db-config.sqlite")) as database:
        return [what for (what,) in database.execute("SELECT what FROM kept")]


def test_what_a_plugin_did_is_committed_when_it_is_done(
    run: "Callable[[str], list[Report]]", home: FlexGetHome
) -> None:
    said = messages(run("good"))
    assert "the same: True" in said
    assert "between: None" in said
    assert kept(home)[-2:] == ["this", "at the end"]


def test_what_a_plugin_did_that_failed_is_undone(
    run: "Callable[[str], list[Report]]", home: FlexGetHome
) -> None:
    run("good")
    (ended,) = of_kind(run("bad"), "task")
    assert "It does." in ended["abort_reason"]
    assert "fails" not in kept(home)


def test_the_journal_is_used_again(run: "Callable[[str], list[Report]]", home: FlexGetHome) -> None:
    run("good")
    journal = home.folder / "db-config.sqlite-journal"
    # Of no transaction: whoever opens the database takes nothing back.
    assert journal.read_bytes()[:28] == bytes(28)
    before = journal.stat().st_ino
    run("good")
    assert journal.stat().st_ino == before
    assert journal.stat().st_size <= JOURNAL_KEPT


def test_one_that_nobody_uses_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(task_session, "Session")
    with TaskSession():
        pass

"""Connections to PostgreSQL that stay open from one run of a process to its next."""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from flexapi.engine.client import Engine
from flexapi.engine.host.life import REST
from flexapi.testing.flexget_home import FlexGetHome, accepting, of_kind, reports_of
from flexapi.testing.postgres import postgres_database

__all__ = ["postgres_database"]
psycopg = pytest.importorskip("psycopg")
NAME = "kept"
PATIENCE = 30.0

KEEPER = """
from flexget import plugin
from flexget.event import event
from flexget.manager import Session
from sqlalchemy import text

session = None

class Keeper:
    schema = {"type": "boolean"}

    def on_task_exit(self, task, config):
        global session
        session = Session()
        session.execute(text("SELECT 1"))

@event("plugin.register")
def register():
    plugin.register(Keeper, "keeper", api_ver=2)
"""


@pytest.fixture(scope="module")
def engine(postgres_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine for one run at a time."""
    home = FlexGetHome(tmp_path_factory.mktemp("kept") / "flexget")
    (home.folder / "plugins" / "keeper.py").write_text(KEEPER)
    home.write({"good": accepting("x"), "keeps": accepting("y", keeper=True)})
    url = f"{postgres_database}?application_name={NAME}"
    engine = Engine(home.config, database=url)
    engine.start()
    yield engine
    engine.stop()


def run(engine: Engine, task: str = "good") -> int | None:
    """Run a task to its end; return in which process."""
    run = engine.execute(1, [task], {})
    (ended,) = of_kind(reports_of(run), "task")
    assert not ended["aborted"], ended
    return run.pid


def connected(url: str) -> set[int]:
    """Return the processes of PostgreSQL that serve the engine."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = %s", [NAME]
        )
        return {pid for (pid,) in found}


def test_the_next_run_uses_them(engine: Engine, postgres_database: str) -> None:
    process = run(engine)
    there = connected(postgres_database)
    # One for sessions, one for locks.
    assert len(there) == 2
    assert run(engine) == process
    assert connected(postgres_database) == there


def test_the_server_may_close_them(engine: Engine, postgres_database: str) -> None:
    process = run(engine)
    there = connected(postgres_database)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        for pid in there:
            connection.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    assert run(engine) == process
    assert not connected(postgres_database) & there


@pytest.mark.parametrize("whom", ["child", "host"])
def test_who_is_killed_with_them_leaves_none(
    engine: Engine, postgres_database: str, whom: str
) -> None:
    process, host = run(engine), engine.state.pid
    there = connected(postgres_database)
    assert there
    assert process is not None
    assert host is not None
    os.kill(process if whom == "child" else host, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while connected(postgres_database) & there:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    if whom == "host":
        with engine._changed:
            assert engine._changed.wait_for(lambda: engine.state.pid not in (host, None), PATIENCE)
    assert run(engine) != process


def test_one_that_a_plugin_keeps_is_left_behind(engine: Engine, postgres_database: str) -> None:
    process = run(engine, "keeps")
    assert run(engine) != process


def test_after_a_while_they_are_closed(engine: Engine, postgres_database: str) -> None:
    process = run(engine)
    deadline = time.monotonic() + REST + PATIENCE
    while connected(postgres_database):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert run(engine) == process


def test_tables_that_were_dropped_are_made_again(engine: Engine, postgres_database: str) -> None:
    process = run(engine)
    with psycopg.connect(postgres_database) as connection:
        connection.execute("DROP SCHEMA flexget CASCADE")
    assert run(engine) == process

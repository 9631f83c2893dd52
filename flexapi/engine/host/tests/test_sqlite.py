"""FlexGet's own SQLite file: how it is made."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

OFF = 0


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What `SQLite` and FlexGet ask of FlexGet's manager, with a file that isn't there yet."""
    import flexget.manager
    from flexget.manager import Session

    manager = SimpleNamespace(
        db_filename=str(tmp_path / "db.sqlite"),
        database_uri="",
        options=SimpleNamespace(debug_sql=False),
        engine=None,
        acquire_lock=lambda event: nullcontext(),
    )
    monkeypatch.setattr(flexget.manager, "manager", manager)
    yield manager
    manager.engine.dispose()
    Session.configure(bind=None)


@pytest.mark.parametrize("shared", [False, True])
def test_a_new_file_has_all_tables_or_none_and_is_on_the_disk(manager: Any, shared: bool) -> None:
    from flexget.manager import Base
    from sqlalchemy import event

    from flexapi.engine.host.database.sqlite import SQLite

    database = SQLite(shared)
    manager.config_base, manager.config_name = Path(manager.db_filename).parent, "db"
    database.open(manager)
    made: list[int] = []
    seen: set[int] = set()

    @event.listens_for(manager.engine, "before_cursor_execute")
    def note(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE" in statement:
            made.append(cursor.connection.execute("PRAGMA synchronous").fetchone()[0])
            with closing(sqlite3.connect(manager.db_filename)) as other:
                seen.update(other.execute("SELECT count(*) FROM sqlite_master").fetchone())

    database.prepare(manager)
    assert len(made) == len(Base.metadata.tables)
    assert OFF not in made
    assert seen == {0}
    with manager.engine.connect() as connection:
        connection.exec_driver_sql(f"DROP TABLE {next(iter(Base.metadata.tables))}")
    made.clear()
    database.prepare(manager)
    assert len(made) == 1

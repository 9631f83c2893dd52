"""FlexGet's own SQLite file: how it is made."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

OFF, FULL = 0, 2


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


def test_only_what_is_made_in_a_new_file_does_not_wait_for_the_disk(manager: Any) -> None:
    from flexget.manager import Base
    from sqlalchemy import event

    from flexapi.engine.host.database.sqlite import SQLite

    database = SQLite()
    database.open(manager)
    made: list[int] = []

    @event.listens_for(manager.engine, "before_cursor_execute")
    def note(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE TABLE" in statement:
            made.append(cursor.connection.execute("PRAGMA synchronous").fetchone()[0])

    database.prepare(manager)
    assert len(made) == len(Base.metadata.tables)
    assert set(made) == {OFF}
    with manager.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == FULL
        connection.exec_driver_sql(f"DROP TABLE {next(iter(Base.metadata.tables))}")
    made.clear()
    database.prepare(manager)
    assert made == [FULL]

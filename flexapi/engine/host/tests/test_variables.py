"""Variables outside of the config: a run has them as they are when it begins, and not when FlexGet was loaded."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome, of_kind, reports_of

TASK = {
    "mock": [{"title": "{? name ?}", "url": "http://localhost/x"}],
    "accept_all": True,
    "disable": ["seen"],
}


@pytest.fixture
def titles(flexget_engine: Engine) -> Any:
    """Run the task; return what its entries are called."""

    def run() -> list[str]:
        reports = reports_of(flexget_engine.execute(1, None, {}))
        return [
            entry["title"] for report in of_kind(reports, "entries") for entry in report["entries"]
        ]

    return run


def test_in_a_file(flexget_home: FlexGetHome, titles: Any) -> None:
    file = flexget_home.folder / "secrets.yml"
    file.write_text("name: Rho")
    flexget_home.write({"use": TASK}, variables="secrets.yml")
    assert titles() == ["Rho"]
    file.write_text("name: Tau")
    assert titles() == ["Tau"]
    file.unlink()
    # Refused, rather than run with what was.
    assert titles() == []


def test_in_the_database(flexget_home: FlexGetHome, titles: Any) -> None:
    file = flexget_home.folder / "secrets.yml"
    file.write_text("name: Rho")
    flexget_home.write({"use": TASK}, variables="secrets.yml")
    assert titles() == ["Rho"]
    # FlexGet has put them there.
    flexget_home.write({"use": TASK}, variables=True)
    assert titles() == ["Rho"]
    with closing(sqlite3.connect(flexget_home.folder / "db-config.sqlite")) as database, database:
        database.execute("""UPDATE variables SET variables = '{"name": "Tau"}'""")
    assert titles() == ["Tau"]


def test_nothing_is_stored_without_a_run(
    flexget_engine: Engine, flexget_home: FlexGetHome, titles: Any
) -> None:
    file = flexget_home.folder / "secrets.yml"
    file.write_text("name: Rho")
    flexget_home.write({"use": TASK}, variables="secrets.yml")
    assert titles() == ["Rho"]
    file.write_text("name: Never")
    # Another FlexGet may hold the lock now.
    answer = flexget_engine.call("invalid_tasks")
    assert (answer["refused"], answer["tasks"]) == ([], [])
    flexget_home.write({"use": TASK}, variables=True)
    assert titles() == ["Rho"]

"""`manage.py move_database`: what one machine has collected, moved to a real PostgreSQL."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from flexapi.testing.postgres import postgres_database
from flexapi.testing.process import ROOT

__all__ = ["postgres_database"]

CONFIG = "tasks:\n  tv: {mock: [{title: x, url: 'http://localhost/x'}], accept_all: yes}\n"
FILL = r"""
from datetime import timedelta
from django.contrib.auth.models import Group, User
from django.utils import timezone
from executions.models import Execution, LogLine
from flexapi.mirror import mirror
from flexapi.mirror.credentials import Eyes
from history.models import HistoryEntry
from movie_queue.models import QueuedMovie
mirror.refresh()
user = User.objects.create_user("viewer", password="correct horse")
user.groups.add(Group.objects.get(name="viewer"))
execution = Execution.objects.enqueue(["tv"], requested_by=user)
now = timezone.now()
LogLine.objects.bulk_create(
    LogLine(execution=execution, seq=n, time=now, message=f"line {n}") for n in range(1, 2001)
)
HistoryEntry.objects.bulk_create(
    [HistoryEntry.of(Eyes(reveal=True), time=now, task="tv", title="NUL \0 in it", url="u")]
)
QueuedMovie.objects.create(title="Brazil", year=1985)
"""
COUNT = r"""
import json
from django.contrib.auth.models import User
from executions.models import Execution, LogLine
from flexapi.mirror import mirror
from history.models import HistoryEntry
from movie_queue.models import QueuedMovie
user = User.objects.get(username="viewer")
new = Execution.objects.enqueue(["tv"])
print(json.dumps([
    user.check_password("correct horse"), user.has_perm("tasks.view_task"), user.has_perm("tasks.change_task"),
    LogLine.objects.count(), Execution.objects.get(pk=1).requested_by_id == user.pk, new.pk,
    HistoryEntry.objects.get().title, QueuedMovie.objects.get().title, mirror.task_names(),
]))
"""


class Home:
    """One machine's data folder and config."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "config.yml"
        self.config.write_text(CONFIG)
        self.data = folder / "data"
        self.variables = {"FLEXAPI_DATA_DIR": str(self.data), "FLEXAPI_CONFIG": str(self.config)}

    def manage(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command."""
        environment = os.environ | self.variables | variables
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A machine that has been at work for a while."""
    home = Home(tmp_path_factory.mktemp("home"))
    for arguments in (["migrate", "-v", "0"], ["shell", "-v", "0", "-c", FILL]):
        done = home.manage(*arguments)
        assert done.returncode == 0, done.stderr
    return home


def test_all_is_there_afterwards_and_goes_on(home: Home, postgres_database: str) -> None:
    before = (home.data / "flexapi.sqlite3").read_bytes()
    done = home.manage("move_database", FLEXAPI_DATABASE_URL=postgres_database)
    assert done.returncode == 0, done.stderr
    assert "executions.LogLine: 1000 of 2000" in done.stdout
    assert (home.data / "flexapi.sqlite3").read_bytes() == before
    shown = home.manage("shell", "-v", "0", "-c", COUNT, FLEXAPI_DATABASE_URL=postgres_database)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip() == (
        '[true, true, false, 2000, true, 2, "NUL \\ufffd in it", "Brazil", ["tv"]]'
    )
    again = home.manage("move_database", FLEXAPI_DATABASE_URL=postgres_database)
    assert again.returncode == 1
    assert "--replace throws away all that it holds" in again.stderr


def test_what_it_needs_is_said(home: Home, postgres_database: str, tmp_path: Path) -> None:
    assert "Set FLEXAPI_DATABASE_URL" in home.manage("move_database").stderr
    missing = home.manage(
        "move_database", "--from", str(tmp_path / "x"), FLEXAPI_DATABASE_URL=postgres_database
    )
    assert "--from names the file" in missing.stderr


def test_another_version_is_refused(home: Home, postgres_database: str, tmp_path: Path) -> None:
    copy = tmp_path / "flexapi.sqlite3"
    copy.write_bytes((home.data / "flexapi.sqlite3").read_bytes())
    with closing(sqlite3.connect(copy)) as database, database:
        database.execute("DELETE FROM django_migrations WHERE app = 'history'")
    done = home.manage(
        "move_database", "--from", str(copy), "--replace", FLEXAPI_DATABASE_URL=postgres_database
    )
    assert done.returncode == 1
    assert "of another version of FlexAPI" in done.stderr

"""Several server processes on one database: what is due is fired by one of them."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flexapi.testing.postgres import postgres_database
from flexapi.testing.process import ROOT

__all__ = ["postgres_database"]

SCRIPT = Path(__file__).with_name("tick_hours.py")
START = datetime(2026, 5, 4, 10, tzinfo=UTC)
SCHEDULES, HOURS, SERVERS = 10, 30, 3

SET_UP = f"""
from datetime import datetime, timedelta
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from flexapi.mirror import mirror
from schedules.models import Schedule
mirror.refresh()
start = datetime.fromisoformat({START.isoformat()!r})
Schedule.rows.update(next_run=start + timedelta(hours=1))
"""
COUNT = """
import django
django.setup()
from django.db.models import Sum
from executions.models import Execution
from schedules.models import Schedule
print(Execution.objects.count(), Schedule.rows.aggregate(sum=Sum("coalesced"))["sum"])
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of servers on a config with some hourly schedules."""
    entries = "".join(f"  - {{tasks: t{n}, interval: {{hours: 1}}}}\n" for n in range(SCHEDULES))
    (tmp_path / "config.yml").write_text(f"tasks: {{}}\nschedules:\n{entries}")
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "flexapi.settings",
        "FLEXAPI_DATA_DIR": str(tmp_path / "data"),
        "FLEXAPI_CONFIG": str(tmp_path / "config.yml"),
        "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
    }


@pytest.fixture
def postgres(environment: dict[str, str], postgres_database: str) -> dict[str, str]:
    """The same, on a new database of a PostgreSQL server."""
    return environment | {"FLEXAPI_DATABASE_URL": postgres_database}


def _run(environment: dict[str, str], *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def _tick_in_many(environment: dict[str, str]) -> tuple[int, int]:
    """Let several servers tick through the same hours; return the runs, and those taken in by others."""
    _run(environment, "-c", SET_UP)
    command = [sys.executable, str(SCRIPT), START.isoformat(), str(HOURS)]
    servers = [
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(SERVERS)
    ]
    for server in servers:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
    for server in servers:
        assert server.stdin is not None
        server.stdin.write("\n")
        server.stdin.flush()
    for server in servers:
        _, errors = server.communicate(timeout=120)
        assert server.returncode == 0, errors
    runs, coalesced = _run(environment, "-c", COUNT).split()
    return int(runs), int(coalesced)


def test_on_sqlite_each_moment_is_fired_once(environment: dict[str, str]) -> None:
    runs, coalesced = _tick_in_many(environment)
    # Nothing ends the runs, so that all but the first are taken in by it.
    assert (runs, coalesced) == (SCHEDULES, SCHEDULES * (HOURS - 1))


def test_on_postgresql_each_moment_is_fired_once(postgres: dict[str, str]) -> None:
    runs, coalesced = _tick_in_many(postgres)
    assert (runs, coalesced) == (SCHEDULES, SCHEDULES * (HOURS - 1))

"""What is asked again and again, with 10,000, 100,000 and 1,000,000 executions and as many entries of the history.

    .venv/bin/python -m bench.growth [ROWS …]

One execution a minute, each of one of 20 tasks; one of ten failed. The time is that of the query or page in a process of its
own, without HTTP. PostgreSQL is the server of FLEXAPI_TEST_POSTGRES_SERVER, in which databases are made and dropped.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import machine, processes
from bench.figures import milliseconds
from flexapi.testing.postgres import new_database

ROWS = (10_000, 100_000, 1_000_000)
TASKS = 20
ROUNDS = 7
RESULT = Path(__file__).with_name("results") / "growth.md"

# What differs from row to row, as SQL of the row's number `i`.
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
_SQLITE = {
    "tasks": "json_array('task ' || (i % 20))",
    "time": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || ({count} - i) || ' minutes')",
}
_POSTGRESQL = {
    "tasks": "jsonb_build_array('task ' || (i % 20))",
    "time": "now() - ({count} - i) * interval '1 minute'",
}


# -- inside of a process that has the settings


def fill(count: int) -> None:
    """Put the rows in: copies of one of each kind."""
    from django.db import connection

    from executions.counts import STEP
    from executions.models import EndedCount, Execution, TaskResult
    from history.models import HistoryEntry

    words = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    time, task = words["time"], "'task ' || (i % 20)"
    first = Execution.objects.create(id=count + 1, status="complete")
    multiply(
        count,
        first,
        id="i",
        tasks=words["tasks"],
        status="CASE i % 10 WHEN 0 THEN 'failed' ELSE 'complete' END",
        created=time,
        started=time,
        finished=time,
    )
    result = TaskResult.objects.create(id=count + 1, execution=first, task="", status="complete")
    multiply(count, result, id="i", execution_id="i", task=task, finished=time)
    entry = HistoryEntry.objects.create(id=count + 1, words="title")
    multiply(
        count,
        entry,
        id="i",
        time=time,
        task=task,
        title=f"'title ' || (i * 1013 % {count})",
        url=f"'http://localhost/' || (i * 1009 % {count})",
        reason="'because of ' || (i % 1000)",
        plugin="'plugin ' || (i % 12)",
        imdb_id="'tt' || i",
        tmdb_id="i",
        execution="i",
    )
    for row in (entry, result, first):
        row.delete()
    with connection.cursor() as cursor:
        # As PostgreSQL does by itself some time after so many rows have come.
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    HistoryEntry.objects.advance()
    # As those who prune do, one step each.
    for _ in range(count // STEP + 1):
        EndedCount.objects.advance(Execution.objects.real())


def multiply(count: int, row: Any, **columns: str) -> None:
    """Store copies of a row, `i` of which has what `columns` says."""
    from django.db import connection

    table = row._meta.db_table
    names = [field.column for field in row._meta.concrete_fields]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    source = f"SELECT {values} FROM n, {table} t WHERE t.id = {row.pk}"
    sql = f"{_NUMBERS} INSERT INTO {table} ({quoted}) {source}"
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("{count}", str(count)))


def questions() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield what is asked."""
    from django.contrib.auth.models import User
    from django.db import models
    from rest_framework.test import APIClient

    from executions.models import OVER, Execution
    from executions.status import failed_lately
    from flexapi.api.models import ApiToken
    from tasks.models import Task

    user = User.objects.create_superuser("bench")
    client = APIClient()
    client.credentials(
        HTTP_AUTHORIZATION=f"Token {ApiToken.objects.create(user=user)[1]}", HTTP_HOST="localhost"
    )
    tasks: models.QuerySet[Task] = models.QuerySet(Task)
    tasks.bulk_create(
        [Task(key=f"task {at}", name=f"task {at}", position=at) for at in range(TASKS)]
    )

    def page(path: str) -> Callable[[], Any]:
        def get() -> None:
            assert client.get(path).status_code == 200, path

        return get

    yield "failed_lately()", failed_lately
    yield "how many are over", lambda: Execution.objects.count_real(OVER)
    yield "prune(), where there is nothing to do", lambda: Execution.objects.prune(10**9)
    yield "the last result of each of 20 tasks", Task.objects.last_results
    yield "/api/execution?status=all", page("/api/execution?status=all")
    yield "/api/execution?status=failed", page("/api/execution?status=failed")
    for order in (
        "",
        "task",
        "title",
        "url",
        "file",
        "reason",
        "plugin",
        "imdb_id",
        "tmdb_id",
        "execution",
    ):
        yield f"/api/history?ordering={order}", page(f"/api/history?ordering={order}")
        if order:
            yield f"/api/history?ordering=-{order}", page(f"/api/history?ordering=-{order}")


def measure() -> dict[str, float]:
    """Return the seconds of each, of the quickest of some rounds: a busy machine slows down the others."""
    found = {}
    for what, ask in questions():
        ask()
        times = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            ask()
            times.append(time.perf_counter() - begin)
        found[what] = min(times)
    return found


# -- beside it


def on(variables: dict[str, str], count: int) -> dict[str, float]:
    """Return the figures with so many rows in a new database."""
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as name:
        folder = Path(name)
        variables = {
            "FLEXAPI_DATA_DIR": str(folder),
            "FLEXAPI_CONFIG": str(folder / "config.yml"),
            **variables,
        }
        manage = [sys.executable, str(processes.ROOT / "manage.py")]
        processes.run([*manage, "migrate", "--verbosity=0"], folder, variables)
        code = (
            f"import json; from bench.growth import *; fill({count}); print(json.dumps(measure()))"
        )
        printed = processes.run(
            [*manage, "shell", "--verbosity=0", "-c", code], folder, variables, timeout=1800
        )
        found: dict[str, float] = json.loads(printed.splitlines()[-1])
        return found


def require(capability: str, available: bool, reason: str) -> None:
    """Refuse to measure where something is missing."""
    if not available:
        raise SystemExit(f"{capability}: {reason}")


def main() -> int:
    """Measure, print and write."""
    counts = [int(count) for count in sys.argv[1:]] or list(ROWS)
    described = machine.in_words(machine.describe())
    columns: dict[str, dict[str, float]] = {}
    for count in counts:
        columns[f"SQLite, {count:,}"] = on({}, count)
        print(columns, flush=True)
        with new_database(require) as url:
            columns[f"PostgreSQL, {count:,}"] = on({"FLEXAPI_DATABASE_URL": url}, count)
    names = sorted(columns)
    lines = [f"| what | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for what in columns[names[0]]:
        lines.append(
            f"| {what} | {' | '.join(milliseconds(columns[name][what]) for name in names)} |"
        )
    text = "\n".join(["# Measured by `python -m bench.growth`", "", described, "", *lines, ""])
    print(text)
    if counts == list(ROWS):
        RESULT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

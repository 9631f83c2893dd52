"""How long a search of 10,000,000 log lines takes, on SQLite and on PostgreSQL.

    .venv/bin/python -m bench.log_search [LINES [sqlite|postgres]]

The lines are put into the tables as runs of a thousand lines that were logged before there was an index, and the server
indexes them as it does after an upgrade. Requests are made over HTTP, one at a time on a kept-alive connection, by a
superuser and by a viewer, from whom credentials are hidden. PostgreSQL is the server of FLEXAPI_TEST_POSTGRES_SERVER, in
which a database is made and dropped.
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import configs, machine, processes
from bench.figures import Figure, mebibytes, milliseconds, p95, spread, table
from bench.flexapi_server import FlexApi, flexapi
from bench.http_client import Client
from flexapi.testing.postgres import new_database

LINES = 10_000_000
OF_A_RUN = 1000
TASKS = 20
ROUNDS = 40
GOAL = 0.2  # Seconds, p95.
INDEXING_TIMEOUT = 7200.0
PRUNED = 50
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
RESULT = Path(__file__).with_name("results") / "log_search.md"

Row = tuple[int, int, datetime, str, str, str, str]


def rows(count: int) -> Iterator[Row]:
    """Yield log lines, always the same: execution, seq, time, level, plugin, task and message.

    One of a thousand is an error; `needle17` is said in one line, as each of ROUNDS needles is.
    """
    source = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(source.choices(letters, k=source.randint(3, 9))) for _ in range(20_000)]
    levels = ["VERBOSE"] * 700 + ["INFO"] * 250 + ["WARNING"] * 49 + ["ERROR"]
    plugins = ["series", "task", "seen", "quality", "regexp", "rss", "download", "transmission"]
    needles = {source.randrange(count): f"needle{number}" for number in range(ROUNDS)}
    for number in range(count):
        execution, seq = divmod(number, OF_A_RUN)
        name = f"{source.choice(words)}.{source.choice(words)}"
        episode = f"S{source.randrange(1, 20):02}E{source.randrange(1, 25):02}"
        verb = "REJECTED" if source.random() < 0.9 else "ACCEPTED"
        said = needles.get(number) or "because"
        yield (
            execution + 1,
            seq + 1,
            BEGIN + timedelta(hours=execution, seconds=seq / 10),
            source.choice(levels),
            source.choice(plugins),
            f"task {execution % TASKS}",
            f"{verb}: `{name}.{episode}.1080p.WEB-GRP` by quality plugin {said} it is {number % 977} MB",
        )


# -- inside of a process of the server's, by `Server.inside`


def fill(count: int) -> None:
    """Put the lines in, and the executions that logged them."""
    from django.db import connection, transaction

    from executions.models import Execution

    for start in range(0, count // OF_A_RUN, OF_A_RUN):
        Execution.objects.bulk_create(
            Execution(
                status="complete",
                created=BEGIN + timedelta(hours=number),
                finished=BEGIN + timedelta(hours=number, seconds=OF_A_RUN / 10),
            )
            for number in range(start, min(start + OF_A_RUN, count // OF_A_RUN))
        )
    columns = "(execution_id, seq, time, level, plugin, task, message)"
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            with cursor.copy(f"COPY executions_logline {columns} FROM STDIN") as copy:
                for row in rows(count):
                    copy.write_row(row)
            cursor.execute("ANALYZE")
        return
    insert = f"INSERT INTO executions_logline {columns} VALUES (%s, %s, %s, %s, %s, %s, %s)"
    adapted = connection.ops.adapt_datetimefield_value
    lines = ((pk, seq, adapted(moment), *rest) for pk, seq, moment, *rest in rows(count))
    while some := list(islice(lines, 50_000)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(insert, some)


def let_index() -> None:
    """Have the executions say how many lines they logged."""
    from executions.models import Execution

    Execution.objects.filter(log_lines=0, status="complete").update(log_lines=OF_A_RUN)


def sizes() -> list[int]:
    """Return the bytes that the lines take, and those of the index."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_total_relation_size('executions_logline'), pg_total_relation_size('executions_logblock')"
            )
            return list(cursor.fetchone())
        # Tables and their indexes: both have the table's name in their own.
        count = "SELECT SUM(pgsize) FROM dbstat WHERE name LIKE %s OR name LIKE %s"
        found = []
        for names in (["%logline%", "-"], ["%logblock%", "log_words%"]):
            cursor.execute(count, names)
            found.append(cursor.fetchone()[0])
    return found


def prune(count: int) -> list[float]:
    """Delete the oldest executions; return the seconds that it took, and how many of them went into the index."""
    from executions.models import Execution, LogBlock

    oldest = list(Execution.objects.order_by("pk").values_list("pk", flat=True)[:count])
    begin = time.perf_counter()
    LogBlock.objects.filter(execution__in=oldest).delete()
    index = time.perf_counter() - begin
    Execution.objects.prune(Execution.objects.count() - count)
    return [time.perf_counter() - begin, index]


# -- beside it


class Server:
    """A server with the lines in its database."""

    def __init__(self, folder: Path, variables: dict[str, str], running: FlexApi) -> None:
        self.running = running
        self._folder = folder
        self._variables = {
            "FLEXAPI_DATA_DIR": str(folder / "data"),
            "FLEXAPI_CONFIG": str(folder / "config.yml"),
            **variables,
        }

    def inside(self, call: str) -> Any:
        """Return what a function of this module answers in a process that has the server's settings."""
        code = f"import json; from bench.log_search import *; print(json.dumps({call}))"
        printed = self._manage("shell", "--verbosity=0", "-c", code)
        return json.loads(printed.splitlines()[-1])

    def viewer(self) -> Client:
        """Return a connection of a user from whom credentials are hidden."""
        code = (
            "from django.contrib.auth.models import Group, User;"
            "User.objects.create_user('viewer').groups.add(Group.objects.get(name='viewer'))"
        )
        self._manage("shell", "--verbosity=0", "-c", code)
        token = self._manage("create_token", "viewer").strip()
        return Client(self.running.port, f"Token {token}")

    def _manage(self, *command: str) -> str:
        program = [sys.executable, str(processes.ROOT / "manage.py"), *command]
        return processes.run(program, self._folder, self._variables, timeout=INDEXING_TIMEOUT)


def wait_for_index(server: FlexApi) -> float:
    """Wait until all lines are indexed; return the seconds that it took."""
    with closing(server.client()) as client:
        deadline = time.monotonic() + INDEXING_TIMEOUT
        while time.monotonic() < deadline:
            for work in client.get("/api/server/summary")["object"]["work"]:
                if work["name"] == "log-index" and work["state"] == "finished":
                    span = [datetime.fromisoformat(work[at]) for at in ("started", "finished")]
                    return (span[1] - span[0]).total_seconds()
            time.sleep(2)
    raise TimeoutError("The server has not indexed all lines.")


def requests(count: int) -> dict[str, list[str]]:
    """Return for each figure the paths that are asked for."""
    middle = BEGIN + timedelta(hours=count // OF_A_RUN // 2)
    chosen = random.Random(8)

    def same(**query: object) -> list[str]:
        return [f"/api/log?{urlencode({'limit': 50, **query})}"] * ROUNDS

    def each(make: Callable[[int], dict[str, object]]) -> list[str]:
        return [f"/api/log?{urlencode({'limit': 50, **make(at)})}" for at in range(ROUNDS)]

    return {
        "nothing asked for": same(),
        "a word that one line has": each(lambda at: {"search": f"needle{at}"}),
        "a word that no line has": each(lambda at: {"search": f"haystack{at}"}),
        "a word that a tenth has": same(search="accepted"),
        "a word that every line has": same(search="quality"),
        "two words: an episode and its show's beginning": each(
            lambda at: {
                "search": f"S{1 + at % 19:02}E{1 + at % 24:02} {chosen.choice('abcdefgh')}re"
            }
        ),
        "the beginning of many words": each(lambda at: {"search": f"s{at % 20:02}"}),
        "a task": each(lambda at: {"task": f"task {at % TASKS}"}),
        "a task and a word": each(lambda at: {"task": f"task {at % TASKS}", "search": "accepted"}),
        "a plugin": same(plugin="rss"),
        "errors (one line of a thousand)": same(level="error"),
        "errors with a word of a tenth": same(level="error", search="accepted"),
        "a word, before the middle": same(search="accepted", before=middle.isoformat()),
        "a day in the middle": same(
            after=middle.isoformat(), before=(middle + timedelta(days=1)).isoformat()
        ),
        "a page far back": same(older_than=f"{count // OF_A_RUN // 10}-500", search="accepted"),
    }


def measure(client: Client, paths: list[str]) -> list[float]:
    """Return the seconds that each of the requests took."""
    times = []
    client.get(paths[0])
    for path in paths:
        begin = time.perf_counter()
        client.get(path)
        times.append(time.perf_counter() - begin)
    return times


def figures(name: str, server: Server, count: int) -> Iterator[Figure]:
    """Fill, wait, measure and prune."""
    server.inside(f"fill({count})")
    server.inside("let_index()")
    seconds = wait_for_index(server.running)
    lines, index = server.inside("sizes()")
    yield Figure(name, "lines, without the index", mebibytes(lines))
    yield Figure(name, "the index", f"{mebibytes(index)} ({index / lines:.0%})")
    yield Figure(name, "indexed beside the server's work", f"{count / seconds:,.0f} lines/s")
    with closing(server.running.client()) as admin, closing(server.viewer()) as viewer:
        for what, paths in requests(count).items():
            for who, client in (("", admin), (", by a viewer", viewer)):
                took = measure(client, paths)
                goal = f"p95 {milliseconds(GOAL)}"
                yield Figure(name, what + who, spread(took), goal=goal, met=p95(took) <= GOAL)
    total, of_index = server.inside(f"prune({PRUNED})")
    lines_gone = PRUNED * OF_A_RUN
    yield Figure(
        name,
        f"{PRUNED} executions of {lines_gone:,} lines pruned (the index alone)",
        f"{milliseconds(total)} ({milliseconds(of_index)})",
    )


def require(capability: str, available: bool, reason: str) -> None:
    """Refuse to measure where something is missing."""
    if not available:
        raise SystemExit(f"{capability}: {reason}")


def on(name: str, variables: dict[str, str], count: int) -> list[Figure]:
    """Return the figures on one kind of database, printed as they come."""
    variables = {**variables, "FLEXAPI_EXECUTIONS_KEPT": str(count)}
    found = []
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as folder:
        home = Path(folder) / "home"
        with flexapi(home, configs.one_task(), variables) as running:
            for figure in figures(name, Server(home, variables, running), count):
                print(f"{name}: {figure.what}: {figure.ours}", flush=True)
                found.append(figure)
    return found


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    wanted = sys.argv[2:] or ["sqlite", "postgres"]
    described = machine.in_words(machine.describe())
    found = []
    if "sqlite" in wanted:
        found += on("SQLite", {}, count)
    if "postgres" in wanted:
        with new_database(require) as url:
            found += on("PostgreSQL", {"FLEXAPI_DATABASE_URL": url}, count)
    text = f"# Measured by `python -m bench.log_search`\n\n{count:,} lines. {described}\n\n{table(found)}\n"
    print(text)
    if count == LINES and len(wanted) > 1:
        RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())

"""What others wait while FlexGet forgets a lot: quick reads during a deletion of many seen entries.

.venv/bin/python -m bench.deletes [ENTRIES]
"""

import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from bench import configs, machine
from bench.figures import Figure, milliseconds, spread, table
from bench.flexapi_server import FlexApi, flexapi
from bench.http_client import Client

ENTRIES = 500_000
# Each asks FlexGet's host.
READS = ("/api/series?limit=10", "/api/failed?limit=10")
# Seconds that 99 of 100 reads may take.
GOAL = 0.05
RESULT = Path(__file__).with_name("results") / "deletes.md"


def fill(database: Path, entries: int) -> None:
    """Have FlexGet know many entries, each by two fields."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO seen_entry (id, title, feed, local) VALUES (?, ?, 'old', 0)",
            ((number, f"Title {number}") for number in range(1000, 1000 + entries)),
        )
        connection.executemany(
            "INSERT INTO seen_field (seen_entry_id, field, value) VALUES (?, ?, ?)",
            (
                (number, field, f"http://localhost/{field}/{number}")
                for number in range(1000, 1000 + entries)
                for field in ("url", "title")
            ),
        )


def reads_during(server: FlexApi) -> tuple[list[float], float]:
    """Return the seconds of each read during the deletion, and those of the deletion."""
    took: list[float] = []
    deletion = threading.Thread(target=_delete, args=(server, took))
    times = []
    with closing(server.client()) as client:
        for path in READS:
            client.get(path)
        deletion.start()
        while deletion.is_alive():
            for path in READS:
                began = time.perf_counter()
                client.get(path)
                times.append(time.perf_counter() - began)
            time.sleep(0.01)
    deletion.join()
    return times, took[0]


def _delete(server: FlexApi, took: list[float]) -> None:
    with closing(Client(server.port, server.authorization)) as client:
        began = time.perf_counter()
        client.delete("/api/seen?task=old")
        took.append(time.perf_counter() - began)


def main() -> int:
    """Measure, print and write; 1 where the goal is missed."""
    described = machine.describe()
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    with tempfile.TemporaryDirectory(prefix="flexapi-deletes-") as name:
        folder = Path(name) / "flexapi"
        with flexapi(folder, configs.one_task()) as server:
            with closing(server.client()) as client:
                # FlexGet makes its tables.
                client.post("/api/execution?stream=true", {"tasks": [configs.TRIVIAL]})
            (database,) = folder.glob("db-*.sqlite")
            fill(database, entries)
            times, seconds = reads_during(server)
    p99 = sorted(times)[int(len(times) * 0.99)]
    figures = [
        Figure("deletes", f"deleting {entries:,} seen entries", f"{seconds:.1f} s"),
        Figure("deletes", f"a quick read meanwhile ({len(times)})", spread(times)),
        Figure(
            "deletes",
            "the same, p99",
            milliseconds(p99),
            goal=f"at most {milliseconds(GOAL)}",
            met=p99 <= GOAL,
        ),
    ]
    text = f"# Measured by `python -m bench deletes`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(p99 > GOAL)


if __name__ == "__main__":
    sys.exit(main())

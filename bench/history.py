"""How long pages of a history of a million rows take, here and of FlexGet's own API, on the same rows.

    .venv/bin/python -m bench.history [ROWS]

The rows are put into FlexGet's own table, once for FlexGet's daemon and once for FlexAPI, which takes
them in as it does when it is first started beside a FlexGet that was used for years. Requests are
made over HTTP, one at a time on a kept-alive connection.
"""

import contextlib
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from bench import configs, machine
from bench.figures import Figure, milliseconds, p95, spread, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import FlexGet, flexget

ROWS = 1_000_000
TASKS = 20
ROUNDS = 40
# FlexGet's API needs seconds for a page of a million rows.
PEER_ROUNDS = 6
PAGE = 50
GOAL = 0.1  # Seconds, p95.
# Seconds in which FlexAPI must have taken a million rows in.
IMPORT_TIMEOUT = 1800.0

Row = tuple[str, str, str, str, str]


def rows(count: int) -> Iterator[Row]:
    """Yield rows of FlexGet's history, always the same: task, title, URL, time and details."""
    source = random.Random(7)
    words = ["".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=source.randint(3, 9)))
             for _ in range(20_000)]  # fmt: skip
    begin = datetime(2016, 1, 1)
    for number in range(count):
        name = ".".join(source.choice(words) for _ in range(3))
        quality = source.choice(["1080p", "1080p", "720p", "2160p"])
        title = f"{name}.{source.randint(1950, 2025)}.{quality}.{source.choice(words[:500])}"
        moment = begin + timedelta(minutes=5 * number)
        yield (
            f"task {number % TASKS}",
            title,
            f"http://localhost/{number}.torrent",
            moment.isoformat(" ", "microseconds"),
            "Accepted by regexp (reason: regexp 'x' matched field 'title')",
        )


def fill(config: Path, count: int) -> list[str]:
    """Put the rows into the database of the FlexGet of a config; return some of their titles."""
    file = config.with_name("db-config.sqlite")
    with contextlib.closing(sqlite3.connect(file, timeout=60)) as database:
        database.executemany(
            "INSERT INTO history (feed, title, url, time, details) VALUES (?, ?, ?, ?, ?)",
            rows(count),
        )
        database.commit()
        found = database.execute(
            "SELECT title FROM history WHERE id % ? = 1 LIMIT ?", (max(count // ROUNDS, 1), ROUNDS)
        )
        return [title for (title,) in found]


def take_in(server: FlexApi, count: int) -> float:
    """Wait until FlexAPI has all rows; return the seconds that it took."""
    begin = time.perf_counter()
    with contextlib.closing(server.client()) as client:
        while time.perf_counter() - begin < IMPORT_TIMEOUT:
            if client.get("/api/history?limit=1")["count"] >= count:
                return time.perf_counter() - begin
            time.sleep(1)
    raise TimeoutError("FlexAPI has not taken all rows in.")


def measure(server: FlexApi | FlexGet, paths: list[str]) -> list[float]:
    """Return the seconds that each of the requests took; the first one is made twice."""
    times = []
    # A new connection: FlexGet's server hangs up while the other one is measured.
    with contextlib.closing(server.client()) as client:
        client.get(paths[0])
        for path in paths:
            begin = time.perf_counter()
            client.get(path)
            times.append(time.perf_counter() - begin)
    return times


def requests(count: int, titles: list[str]) -> dict[str, tuple[list[str], list[str] | None]]:
    """Return for each figure the paths of ours and of FlexGet's API; None where that has no such thing."""
    ours, theirs = "/api/history?", "/api/history/?"
    offset = count * 9 // 10
    tasks = [f"task {number % TASKS}" for number in range(ROUNDS)]
    rare = [title.split(".")[0] for title in titles]

    def both(**query: object) -> str:
        return urlencode({"limit": PAGE, **query})

    def peer(page: int, **query: object) -> str:
        return f"{theirs}{urlencode({'page': page, 'per_page': PAGE, **query})}"

    deep = [offset + PAGE * number for number in range(ROUNDS)]
    middle = [count // 2 + PAGE * number for number in range(ROUNDS)]
    return {
        "first page": ([ours + both()] * ROUNDS, [peer(1)] * ROUNDS),
        f"page at offset {offset:,}": (
            [ours + both(offset=at) for at in deep],
            [peer(at // PAGE + 1) for at in deep],
        ),
        f"page at offset {count // 2:,}": (
            [ours + both(offset=at) for at in middle],
            [peer(at // PAGE + 1) for at in middle],
        ),
        "filter by task": (
            [ours + both(task=task) for task in tasks],
            [peer(1, task=task) for task in tasks],
        ),
        "text search, a rare word": ([ours + both(search=word) for word in rare], None),
        "text search, two words": (
            [ours + both(search=f"{word} 1080p") for word in rare],
            None,
        ),
        "text search, half of all": ([ours + both(search="1080p")] * ROUNDS, None),
        "filter by a month": (
            [
                ours + both(after=f"20{year}-05-01T00:00:00Z", before=f"20{year}-06-01T00:00:00Z")
                for year in (17, 18, 19, 20)
            ]
            * (ROUNDS // 4),
            None,
        ),
    }


def figures(ours: FlexApi, peer: FlexGet, count: int, titles: list[str]) -> list[Figure]:
    """Measure everything, ours and FlexGet's in turns."""
    found = []
    for what, (our_paths, peer_paths) in requests(count, titles).items():
        mine = measure(ours, our_paths)
        theirs = measure(peer, peer_paths[:PEER_ROUNDS]) if peer_paths else []
        ahead = not theirs or p95(mine) < p95(theirs)
        found.append(
            Figure(
                "history",
                what,
                spread(mine),
                spread(theirs) if theirs else "has none",
                f"{p95(theirs) / p95(mine):.1f} x" if theirs else "",
                f"p95 {milliseconds(GOAL)}, ahead",
                p95(mine) <= GOAL and ahead,
            )
        )
    polls = measure(ours, ["/api/server/summary"] * ROUNDS)
    found.append(Figure("history", "/api/server/summary", spread(polls)))
    return found


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    config = configs.one_task()
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as name:
        folder = Path(name)
        for part in ("ours", "peer"):
            (folder / part).mkdir()
        with flexget(folder / "peer", config) as peer, flexapi(folder / "ours", config) as ours:
            fill(folder / "peer" / "config.yml", count)
            titles = fill(folder / "ours" / "config.yml", count)
            seconds = take_in(ours, count)
            print(f"{count:,} rows were taken in within {seconds:.0f} s.", flush=True)
            found = figures(ours, peer, count, titles)
    print(f"\n{machine.in_words(machine.describe())}\n\n{table(found)}")
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())

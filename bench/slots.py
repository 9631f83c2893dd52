"""Four tasks of ten seconds each, asked for at once, with one, two and four slots: SQLite and PostgreSQL.

    .venv/bin/python -m bench.slots

FlexGet's daemon runs one task after the other. PostgreSQL is the server of FLEXAPI_TEST_POSTGRES_SERVER, in which a
database is made and dropped.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import machine
from bench.figures import Figure, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import flexget
from flexapi.testing.postgres import new_database

TASKS = [f"slow {number}" for number in range(4)]
SECONDS = 10.0
GOAL = 12.0
RESULT = Path(__file__).with_name("results") / "slots.md"


def config() -> dict[str, Any]:
    """Return a config with the tasks; each takes an entry, so that it has something to remember."""
    lines = {"count": int(SECONDS / 0.1), "every": 0.1}
    return {
        "schedules": False,
        "tasks": {
            name: {
                "bench_lines": lines,
                "mock": [{"title": f"{name} {time.time()}", "url": f"http://localhost/{name}"}],
                "accept_all": True,
                "history": True,
            }
            for name in TASKS
        },
    }


def at_once(run: Callable[[str], None]) -> float:
    """Run all tasks at once; return the seconds until the last one is over."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(len(TASKS)) as threads:
        list(threads.map(run, TASKS))
    return time.perf_counter() - begin


def ours(server: FlexApi) -> float:
    """Return the seconds that the server takes."""

    def run(task: str) -> None:
        with closing(server.client()) as client:
            client.post("/api/execution?stream=true", {"tasks": [task]})

    seconds = at_once(run)
    with closing(server.client()) as client:
        ended = client.get("/api/execution?status=all")["items"]
    assert [one["status"] for one in ended] == ["complete"] * len(TASKS), ended
    return seconds


def peer(folder: Path) -> float:
    """Return the seconds that FlexGet's daemon takes."""
    with flexget(folder, config()) as daemon:

        def run(task: str) -> None:
            with closing(daemon.client()) as client:
                client.post(
                    "/api/tasks/execute/", {"tasks": [task], "progress": True, "summary": True}
                )

        return at_once(run)


def require(capability: str, available: bool, reason: str) -> None:
    """Refuse to measure where something is missing."""
    if not available:
        raise SystemExit(f"{capability}: {reason}")


def main() -> int:
    """Measure, print and write; 1 where the goal is missed."""
    described = machine.describe()
    with tempfile.TemporaryDirectory(prefix="flexapi-slots-") as name, new_database(require) as url:
        folder = Path(name)
        one = {"FLEXAPI_SLOTS": "1"}
        four = {"FLEXAPI_SLOTS": "4"}
        seconds: dict[str, float] = {}
        for what, variables in {
            "SQLite, one slot (the default)": one,
            "SQLite, FLEXAPI_SLOTS=2": {"FLEXAPI_SLOTS": "2"},
            "SQLite, FLEXAPI_SLOTS=4": four,
            "PostgreSQL (four slots)": {"FLEXAPI_FLEXGET_DATABASE_URL": url},
        }.items():
            home = folder / str(len(seconds))
            with flexapi(home, config(), variables) as server:
                seconds[what] = ours(server)
        daemon = peer(folder / "flexget")
    figures = [
        Figure(
            "slots",
            f"four tasks of {SECONDS:.0f} s at once: {what}",
            f"{found:.1f} s",
            f"{daemon:.1f} s",
            f"1/{daemon / found:.1f}",
            f"at most {GOAL:.0f} s" if "PostgreSQL" in what else "",
            found <= GOAL if "PostgreSQL" in what else None,
        )
        for what, found in seconds.items()
    ]
    text = f"# Measured by `python -m bench slots`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())

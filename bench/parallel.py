"""Sixty trivial runs with two slots (SQLite) and with four (PostgreSQL), against FlexGet's daemon, all in turns.

    .venv/bin/python -m bench.parallel

The time is from the first request to the end of the last run; each task is asked for by itself. What takes long is in
`bench.slots`. PostgreSQL is the server of FLEXAPI_TEST_POSTGRES_SERVER, in which a database is made and dropped.
"""

import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench import machine
from bench.figures import Figure, median, milliseconds, table
from bench.flexapi_server import flexapi
from bench.flexget_daemon import flexget
from bench.runs import ROUNDS, TASKS, Taken, config, ours, peer, timed
from bench.slots import require
from flexapi.testing.postgres import new_database

RESULT = Path(__file__).with_name("results") / "parallel.md"
REQUESTS = [[name] for name in TASKS]


def figures(found: dict[str, Taken], daemon: Taken) -> list[Figure]:
    """Return the rows of each kind of slots."""
    rows = []
    for what, taken in found.items():
        speed = median([its / mine for mine, its in zip(taken.clock, daemon.clock, strict=True)])
        cost = median(taken.processor) / median(daemon.processor)
        rows += [
            Figure(
                "parallel",
                f"{what}: runs a second",
                f"{1 / median(taken.clock):.1f}",
                f"{1 / median(daemon.clock):.1f}",
                f"{speed:.2f}",
                "at least 1",
                speed >= 1,
            ),
            Figure(
                "parallel",
                f"{what}: processor's time of a run",
                milliseconds(median(taken.processor)),
                milliseconds(median(daemon.processor)),
                f"{cost:.1f}",
            ),
        ]
    return rows


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    described = machine.describe()
    with tempfile.TemporaryDirectory(prefix="flexapi-parallel-") as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(new_database(require))
        servers = {
            what: stack.enter_context(flexapi(folder / str(number), config(), variables))
            for number, (what, variables) in enumerate(
                {
                    "two slots, SQLite": {"FLEXAPI_SLOTS": "2"},
                    "four slots, PostgreSQL": {
                        "FLEXAPI_SLOTS": "4",
                        "FLEXAPI_FLEXGET_DATABASE_URL": url,
                    },
                }.items()
            )
        }
        other = stack.enter_context(flexget(folder / "flexget", config()))
        found, daemon = {what: Taken() for what in servers}, Taken()
        # The first run of each makes what later ones find.
        for server in servers.values():
            ours(server, [TASKS])
        peer(other, [TASKS])
        for _ in range(ROUNDS):
            for what, server in servers.items():
                timed(server, partial(ours, server, REQUESTS), found[what])
            timed(other, partial(peer, other, REQUESTS), daemon)
    rows = figures(found, daemon)
    text = f"# Measured by `python -m bench parallel`\n\n{machine.in_words(described)}\n\n{table(rows)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())

"""What a thousand executions leave behind: memory, descriptors and threads of the server and of FlexGet's host.

    .venv/bin/python -m bench.endurance

They run one by one, as a year of nights does. A child of the host serves fifty of them and makes room for the next one.
"""

import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import configs, machine
from bench.figures import Figure, mebibytes, table
from bench.flexapi_server import FlexApi, flexapi

# Caches fill and a first child retires before it is looked at for the first time.
WARM_UP, RUNS = 100, 1000
REQUEST = 50
POLL = 0.1
# Bytes that a process may have more afterwards, and descriptors.
MOST_MEMORY, MOST_DESCRIPTORS = 20 << 20, 5
RESULT = Path(__file__).with_name("results") / "endurance.md"


@dataclass
class Held:
    """What a process holds."""

    memory: int
    descriptors: int
    threads: int


def held(pid: int) -> Held:
    """Return what a process holds; its memory without what it shares with others."""
    process = psutil.Process(pid)
    return Held(process.memory_full_info().uss, process.num_fds(), process.num_threads())


def run(server: FlexApi, count: int) -> None:
    """Run the task so many times, each an execution of its own."""
    with closing(server.client()) as client:
        for _ in range(count // REQUEST):
            for _ in range(REQUEST):
                client.post("/api/execution", {"tasks": [configs.TRIVIAL]})
            while client.get("/api/execution?limit=1")["count"]:
                time.sleep(POLL)


def rows(name: str, before: Held, after: Held) -> list[Figure]:
    """Return the figures of a process."""
    memory = after.memory - before.memory
    descriptors = after.descriptors - before.descriptors
    return [
        Figure(
            "endurance",
            f"{name}: own memory before and after {RUNS:,} executions",
            f"{mebibytes(before.memory)}, {mebibytes(after.memory)}",
            goal=f"at most {mebibytes(MOST_MEMORY)} more",
            met=memory <= MOST_MEMORY,
        ),
        Figure(
            "endurance",
            f"{name}: descriptors and threads",
            f"{before.descriptors}, {after.descriptors}; {before.threads}, {after.threads}",
            goal=f"at most {MOST_DESCRIPTORS} descriptors more",
            met=descriptors <= MOST_DESCRIPTORS,
        ),
    ]


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    described = machine.describe()
    with (
        tempfile.TemporaryDirectory(prefix="flexapi-endurance-") as folder,
        flexapi(Path(folder) / "flexapi", configs.one_task()) as server,
    ):
        pids = {"server": server.pid, "host": server.host_pid()}
        run(server, WARM_UP)
        before = {name: held(pid) for name, pid in pids.items()}
        run(server, RUNS)
        after = {name: held(pid) for name, pid in pids.items()}
        processes = len(server.pids())
    figures = [figure for name in pids for figure in rows(name, before[name], after[name])]
    figures.append(Figure("endurance", "processes afterwards", str(processes)))
    text = f"# Measured by `python -m bench endurance`\n\n{machine.in_words(described)}\n\n{table(figures)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())

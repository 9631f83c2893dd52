"""The list of tasks a second: `serve` (daphne), `flexapi.asgi:application` under uvicorn, and FlexGet's daemon, in turns.

.venv/bin/python -m bench.asgi
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench import configs, machine, processes
from bench.figures import Figure, median, milliseconds, p95, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import FlexGet, flexget
from bench.load import Target, generate

CONNECTIONS = 8
SECONDS = 1.5
ROUNDS = 12
# Times the daemon's requests a second, on a quiet machine.
GOALS = {
    ("daphne", "1 task"): 1.4,
    ("daphne", "100 tasks"): 2.0,
    ("uvicorn", "1 task"): 2.2,
    ("uvicorn", "100 tasks"): 2.9,
}
RESULT = Path(__file__).with_name("results") / "asgi.md"


@contextmanager
def uvicorn(folder: Path, config: dict[str, Any]) -> Iterator[FlexApi]:
    """Start the application as docs/deployment.md says, on what a `serve` that has ended prepared."""
    with flexapi(folder, config) as prepared:
        token = prepared.token
    port = processes.free_port()
    command = [sys.executable, "-m", "uvicorn", "flexapi.asgi:application"]
    options = ["--port", str(port), "--workers", "1", "--no-access-log", "--log-level", "warning"]
    variables = {
        "FLEXAPI_DATA_DIR": str(folder / "data"),
        "FLEXAPI_CONFIG": str(folder / "config.yml"),
    }
    with processes.Server([*command, *options], folder, variables) as server:
        server.wait_for_port(port)
        yield FlexApi(server.pid, port, token)


def one_round(server: FlexApi | FlexGet, path: str) -> dict[str, float]:
    """Load a server for a moment."""
    process = psutil.Process(server.pid)
    before = sum(process.cpu_times()[:2])
    answer = generate(Target(server.port, path, server.authorization, CONNECTIONS, SECONDS))
    spent = sum(process.cpu_times()[:2]) - before
    return {
        "rate": answer["requests"] / answer["seconds"],
        "p95": p95(answer["latencies"]),
        "cpu": spent / answer["requests"],
    }


def measured(folder: Path, config: dict[str, Any]) -> dict[str, list[dict[str, float]]]:
    """Return the rounds of each server; the first one only warms up."""
    with ExitStack() as stack:
        servers: dict[str, FlexApi | FlexGet] = {
            "daphne": stack.enter_context(flexapi(folder / "daphne", config)),
            "uvicorn": stack.enter_context(uvicorn(folder / "uvicorn", config)),
            "daemon": stack.enter_context(flexget(folder / "flexget", config)),
        }
        found: dict[str, list[dict[str, float]]] = {name: [] for name in servers}
        for number in range(ROUNDS + 1):
            for name, server in servers.items():
                # FlexGet's list has no pages.
                path = "/api/tasks/" if name == "daemon" else "/api/tasks?limit=100"
                each = one_round(server, path)
                if number:
                    found[name].append(each)
    return found


def figures(name: str, found: dict[str, list[dict[str, float]]]) -> list[Figure]:
    """Return the rows of one config."""

    def middle(server: str, what: str) -> float:
        return median([each[what] for each in found[server]])

    rows = []
    for server in ("daphne", "uvicorn"):
        # Round by round, so that what else the machine does hits both sides of each ratio.
        pairs = zip(found[server], found["daemon"], strict=True)
        ratio = median([mine["rate"] / its["rate"] for mine, its in pairs])
        goal = GOALS[server, name]
        what = f"{server}, list of {name}, {CONNECTIONS} connections"
        rows += [
            Figure(
                "asgi",
                f"{what}: requests/s",
                f"{middle(server, 'rate'):.0f}",
                f"{middle('daemon', 'rate'):.0f}",
                f"{ratio:.2f}",
                f"at least {goal:g}",
                ratio >= goal,
            ),
            Figure(
                "asgi",
                f"{what}: p95; CPU of the server",
                f"{milliseconds(middle(server, 'p95'))}; {milliseconds(middle(server, 'cpu'))}",
                f"{milliseconds(middle('daemon', 'p95'))}; {milliseconds(middle('daemon', 'cpu'))}",
            ),
        ]
    return rows


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    described = machine.describe()
    rows: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="flexapi-asgi-") as folder:
        for name, config in {
            "1 task": configs.one_task(),
            "100 tasks": configs.hundred_tasks(),
        }.items():
            rows += figures(name, measured(Path(folder) / name.replace(" ", "-"), config))
    text = (
        f"# Measured by `python -m bench asgi`\n\n{machine.in_words(described)}\n\n{table(rows)}\n"
    )
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())

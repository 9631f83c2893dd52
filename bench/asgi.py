"""Lists of tasks with daphne and with uvicorn, against FlexGet's daemon: requests a second, and the processor's time of one.

    .venv/bin/pip install -r requirements-bench.txt
    .venv/bin/python -m bench asgi

All three take turns in each round; each config has servers of its own. Other ASGI servers only answer, so PostgreSQL (the server of
FLEXAPI_TEST_POSTGRES_SERVER) and Redis stand behind both of ours.
"""

import contextlib
import importlib.metadata
import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import configs, machine, processes
from bench.figures import Figure, median, milliseconds, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import flexget
from bench.load import Target
from bench.parts.task_list import CONNECTIONS, load
from bench.session import FULL
from bench.slots import require
from flexapi.testing.cluster import Redis
from flexapi.testing.postgres import new_database

RESULT = Path(__file__).with_name("results") / "asgi.md"
ROUNDS = 8
CONFIGS = {"one task": configs.one_task, "100 tasks": configs.hundred_tasks}
# How many times FlexGet's requests a second, by config.
DAPHNE_GOALS = {"one task": 1.4, "100 tasks": 2.0}
UVICORN_GOALS = {"one task": 2.2, "100 tasks": 2.9}


@contextlib.contextmanager
def uvicorn(folder: Path, config: dict[str, Any], services: dict[str, str]) -> Iterator[FlexApi]:
    """Serve by uvicorn, beside a server of ours on the same services that has prepared them; the token is that one's."""
    port = processes.free_port()
    variables = {
        "FLEXAPI_DATA_DIR": str(folder / "data"),
        "FLEXAPI_CONFIG": str(configs.write(folder, config)),
        **services,
    }
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", "flexapi.asgi:application", *options]
    with processes.Server(command, folder, variables) as server:
        server.wait_for_port(port)
        yield FlexApi(server.pid, port, "")


def measure(name: str, folder: Path) -> list[Figure]:
    """Load the three servers in turns."""
    config = CONFIGS[name]()
    found: dict[str, list[dict[str, Any]]] = {"daphne": [], "uvicorn": [], "FlexGet": []}
    for server in found:
        (folder / server).mkdir(parents=True)
    with ExitStack() as stack:
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.end)
        services = {
            "FLEXAPI_DATABASE_URL": stack.enter_context(new_database(require)),
            "FLEXAPI_REDIS_URL": redis.url,
        }
        ours = stack.enter_context(flexapi(folder / "daphne", config, services))
        same = stack.enter_context(uvicorn(folder / "uvicorn", config, services))
        peer = stack.enter_context(flexget(folder / "FlexGet", config))
        list_, token = "/api/tasks?limit=100", ours.authorization

        def target(port: int, path: str, authorization: str) -> Target:
            return Target(port, path, authorization, CONNECTIONS, FULL.load_seconds)

        targets = {
            "daphne": (ours.pid, target(ours.port, list_, token)),
            "uvicorn": (same.pid, target(same.port, list_, token)),
            "FlexGet": (peer.pid, target(peer.port, "/api/tasks/", peer.authorization)),
        }
        # The first round only warms up.
        for number in range(ROUNDS + 1):
            for server, (pid, aim) in targets.items():
                taken = load(pid, aim)
                if number:
                    found[server].append(taken)
    return [
        figure
        for server, goals in (("daphne", DAPHNE_GOALS), ("uvicorn", UVICORN_GOALS))
        for figure in rows(f"{name}, {server}", found[server], found["FlexGet"], goals[name])
    ]


def rows(
    what: str, mine: list[dict[str, Any]], other: list[dict[str, Any]], goal: float
) -> list[Figure]:
    """Return the figures of one server; ratios are those of a round, so that what else the machine does hits both sides."""

    def figure(key: str, label: str, show: Any) -> Figure:
        ratio = median([one[key] / its[key] for one, its in zip(mine, other, strict=True)])
        shown = [show(median([each[key] for each in side])) for side in (mine, other)]
        aims = key == "rate"
        return Figure(
            "asgi",
            f"{what}: {label}",
            shown[0],
            shown[1],
            f"{ratio:.2f}",
            f"at least {goal:g}" if aims else "",
            ratio >= goal if aims else None,
        )

    return [
        figure("rate", "requests a second", lambda rate: f"{rate:.0f}"),
        figure("cpu", "processor's time of one", milliseconds),
    ]


def main() -> int:
    """Measure, print and write; 1 where a goal is missed."""
    if importlib.util.find_spec("uvicorn") is None:
        print("uvicorn is missing: pip install -r requirements-bench.txt", file=sys.stderr)
        return 1
    described = machine.in_words(machine.describe())
    parts = [name for name in ("uvicorn", "uvloop", "httptools") if importlib.util.find_spec(name)]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in parts)
    with tempfile.TemporaryDirectory(prefix="flexapi-asgi-") as folder:
        figures = [
            figure
            for number, name in enumerate(CONFIGS)
            for figure in measure(name, Path(folder) / str(number))
        ]
    text = f"# Measured by `python -m bench asgi`\n\n{described} {versions}.\n\n{table(figures)}\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())

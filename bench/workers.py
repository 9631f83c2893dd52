"""Several servers and workers on one PostgreSQL and one Redis, with parts of it killed meanwhile.

    .venv/bin/python -m bench.workers

All is on this machine: PostgreSQL, Redis, two servers, up to four workers and the clients share its
cores, so the rates say how little is in the way rather than how far it scales.
"""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import configs, machine
from bench.figures import Figure, table
from bench.flexget_daemon import FlexGet, flexget
from bench.http_client import Client
from bench.parts.many_watchers import FAULTS
from bench.watchers import Watch, Watched, watching
from flexapi.testing.cluster import Cluster, Worker, new_cluster
from flexapi.testing.live import LiveServer

RUNS = 2000
RUNS_ALONE = 300
TASKS = 16
LINES = 20_000
VIEWERS = 200
SLEEP = 10
SLEEP_GOAL = 12.0
# Seconds after which something is wrong.
PATIENCE = 900.0
COUNTER = Path(__file__).with_name("flexget_counter.py")


@dataclass
class Site:
    """Two servers that run nothing themselves, four workers, and a file with a line for each run."""

    cluster: Cluster
    servers: list[LiveServer]
    workers: list[Worker]
    counted: Path

    def queue(self, tasks: list[list[str]]) -> None:
        """Queue executions, all in one transaction."""
        code = (
            "from executions.models import Execution\n"
            "Execution.objects.enqueue_all(Execution(tasks=tasks) for tasks in "
            f"{json.dumps(tasks)})"
        )
        self.servers[0].manage("shell", "-v", "0", "-c", code)

    def ask(self, sql: str) -> tuple[Any, ...]:
        """Return the first row of a query."""
        with psycopg.connect(self.cluster.database) as connection:
            return connection.execute(sql).fetchone() or ()

    def wait_until(self, over: int) -> None:
        """Return when so many executions have ended."""
        deadline = time.monotonic() + PATIENCE
        while self.ask("SELECT count(*) FROM executions_execution WHERE finished IS NOT NULL") < (
            over,
        ):
            if time.monotonic() > deadline:
                raise TimeoutError(self.workers[1].log()[-5000:])
            time.sleep(0.2)

    def clear(self) -> None:
        """Forget all executions and what was counted."""
        with psycopg.connect(self.cluster.database) as connection:
            connection.execute("TRUNCATE executions_execution CASCADE")
        self.counted.write_text("")

    def seconds(self) -> float:
        """Return the seconds from the first one queued to the last one ended."""
        (seconds,) = self.ask(
            "SELECT extract(epoch FROM max(finished) - min(created)) FROM executions_execution"
        )
        return float(seconds)


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Start the servers; workers are started by who needs them."""
    counted = folder / "counted.txt"
    tasks: dict[str, Any] = {
        f"t{number}": {
            "mock": [{"title": f"Entry {number}", "url": f"http://localhost/{number}"}],
            "accept_all": True,
            "bench_counter": str(counted),
        }
        for number in range(TASKS)
    }
    tasks |= {f"sleep{number}": {"mock": [], "sleep": SLEEP} for number in range(4)}
    tasks["lines"] = {"bench_lines": {"count": LINES, "every": 0}, "accept_all": True}
    with new_cluster(folder, _require) as cluster:
        # The default, as it is in real life.
        cluster.environment["FLEXAPI_EXECUTIONS_KEPT"] = "10000"
        servers = [cluster.server(f"server{number}") for number in range(2)]
        servers[0].home.write(tasks)
        # Its own file follows.
        servers[1].home.config.unlink()
        for server in servers:
            _add_plugins(server.home.config.parent / "plugins")
            server.start("--no-worker")
        workers = [cluster.worker(f"worker{number}") for number in range(4)]
        for worker in workers:
            _add_plugins(worker.config.parent / "plugins")
        yield Site(cluster, servers, workers, counted)


def _require(capability: str, available: bool, reason: str) -> None:
    if not available:
        raise SystemExit(f"{capability}: {reason}")


def _add_plugins(folder: Path) -> None:
    shutil.copy(configs.PLUGIN, folder / "bench_lines.py")
    shutil.copy(COUNTER, folder / "bench_counter.py")


def start(workers: list[Worker]) -> None:
    """Start workers; return when all of them work."""
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.wait_until_ready()


def trivial(count: int) -> list[list[str]]:
    """Return the tasks of so many executions, in turns."""
    return [[f"t{number % TASKS}"] for number in range(count)]


def rate_alone(on: Site) -> float:
    """Return the executions a second of one worker."""
    on.clear()
    on.queue(trivial(RUNS_ALONE))
    on.wait_until(RUNS_ALONE)
    return RUNS_ALONE / on.seconds()


def rate_of_daemon(peer: FlexGet) -> float:
    """Return the tasks a second of FlexGet's daemon, given all of them in one request."""
    with closing(peer.client()) as client:
        names = [f"task {number}" for number in range(100)]
        _execute(client, names[:1])
        begin = time.monotonic()
        _execute(client, names)
        return len(names) / (time.monotonic() - begin)


def _execute(client: Client, names: list[str]) -> None:
    # FlexGet answers at the end only if it has something to stream until then.
    client.post("/api/tasks/execute/", {"tasks": names, "progress": True, "summary": True})


def with_losses(on: Site) -> dict[str, Any]:
    """Run many with four workers; one is killed on the way, and Redis forgets everything."""
    on.clear()
    on.queue(trivial(RUNS))
    on.wait_until(RUNS // 4)
    lost = on.workers[3].process
    assert lost is not None
    lost.kill()
    lost.wait()
    on.wait_until(RUNS // 2)
    on.cluster.redis.end()
    time.sleep(2)
    on.cluster.redis.start()
    on.wait_until(RUNS)
    complete, aborted = on.ask(
        "SELECT count(*) FILTER (WHERE status = 'complete'), count(*) FILTER (WHERE status = 'aborted') "
        "FROM executions_execution"
    )
    return {
        "complete": complete,
        "aborted": aborted,
        "ran": len(on.counted.read_text().splitlines()),
        "rate": RUNS / on.seconds(),
    }


def viewers(on: Site) -> list[Watched]:
    """Watch a run of many lines from two servers; Redis is restarted in the middle."""
    on.clear()
    server = on.servers[0]
    with server.client() as client, ExitStack() as stack:
        answer = client.post("/api/execution", json={"tasks": ["lines"]})
        pk = answer.json()["object"]["id"]
        groups = [
            stack.enter_context(
                watching(
                    Watch(
                        each.url.replace("http", "ws"),
                        each.headers()["Authorization"],
                        pk,
                        VIEWERS // 2,
                        LINES,
                    )
                )
            )
            for each in on.servers
        ]
        while on.ask(f"SELECT log_lines FROM executions_execution WHERE id = {pk}") < (LINES // 4,):
            time.sleep(0.02)
        on.cluster.redis.end()
        time.sleep(1)
        on.cluster.redis.start()
        return [watched for group in groups for watched in group.result()]


def side_by_side(on: Site) -> float:
    """Return the seconds of four runs that take ten each, from the first request to the last end."""
    on.clear()
    # Each worker's FlexGet is loaded then.
    on.queue(trivial(TASKS))
    on.wait_until(TASKS)
    on.clear()
    on.queue([[f"sleep{number}"] for number in range(4)])
    on.wait_until(4)
    return on.seconds()


def one_after_the_other(peer: FlexGet) -> float:
    """Return what the same takes FlexGet's daemon."""
    with closing(peer.client()) as client:
        begin = time.monotonic()
        _execute(client, [f"sleep{number}" for number in range(4)])
        return time.monotonic() - begin


def measure(folder: Path) -> list[Figure]:
    """Return the figures."""
    peer_config = configs.hundred_tasks()
    peer_config["tasks"] |= {f"sleep{number}": {"mock": [], "sleep": SLEEP} for number in range(4)}
    with flexget(folder / "flexget", peer_config) as peer:
        daemon, daemon_sleep = rate_of_daemon(peer), one_after_the_other(peer)
    with site(folder) as on:
        start(on.workers[:1])
        alone = rate_alone(on)
        start(on.workers[1:])
        slept = side_by_side(on)
        found = with_losses(on)
        start(on.workers[3:])
        watched = viewers(on)
    faults = {
        fault: sum(each.by_seq[fault] + each.by_content[fault] for each in watched)
        for fault in FAULTS
    }
    # The worker that was killed had one in hand, which may have run or not.
    exact = (
        found["complete"] + found["aborted"] == RUNS
        and found["aborted"] <= 1
        and found["complete"] <= found["ran"] <= RUNS
    )
    ended = sorted({each.status for each in watched})
    return [
        Figure(
            "workers",
            f"{RUNS:,} runs, a worker killed, Redis restarted: complete / aborted / ran",
            f"{found['complete']} / {found['aborted']} / {found['ran']}",
            goal="each once; one aborted",
            met=exact,
        ),
        Figure(
            "workers",
            "the same, executions/s",
            f"{found['rate']:.1f}",
            f"{daemon:.1f}",
            f"{found['rate'] / daemon:.2f}",
        ),
        Figure(
            "workers",
            "one worker, executions/s",
            f"{alone:.1f}",
            f"{daemon:.1f}",
            f"{alone / daemon:.2f}",
        ),
        Figure(
            "workers",
            f"{len(watched)} viewers on 2 servers, {LINES:,} lines, Redis restarted: "
            "lost / doubled / reordered",
            " / ".join(str(count) for count in faults.values()),
            goal="none",
            met=not any(faults.values()) and ended == ["complete"] and len(watched) == VIEWERS,
        ),
        Figure(
            "workers",
            f"four tasks of {SLEEP} s at once",
            f"{slept:.1f} s",
            f"{daemon_sleep:.1f} s",
            f"1/{daemon_sleep / slept:.1f}",
            f"{SLEEP_GOAL:g} s",
            slept <= SLEEP_GOAL,
        ),
    ]


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    described = machine.describe()
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as folder:
        found = measure(Path(folder))
    print(f"{machine.in_words(described)}\n\n{table(found)}")
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())

"""The servers and the workers of the simulation, and the queue that they work off."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.scale.counts import Meter
from bench.scale.services import Postgres
from flexapi.testing.cluster import Cluster, Redis
from flexapi.testing.live import LiveServer
from flexapi.testing.pgbouncer import Bouncer
from flexapi.testing.process import OwnProcess

# Tasks of the config: more than there are workers, for two runs of one task never go on together.
TASKS = 400
# Workers that share a process, at most; there are some processes, so that not all die at once.
TOGETHER, PROCESSES = 25, 4
# Seconds after which something is wrong.
PATIENCE = 120.0
# Lines of a run, and how long it takes.
LINES, SECONDS = 20, 0.5


class Workers(OwnProcess):
    """A process of several workers."""

    def __init__(self, folder: Path, name: str, count: int) -> None:
        self.folder = folder / name
        self.folder.mkdir()
        super().__init__(self.folder / "log")
        self.name, self.count = name, count
        # Has a line for each run that began.
        self.counted = self.folder / "counted.txt"
        self.counted.touch()

    def begin(self, environment: dict[str, str]) -> None:
        """Start it; `wait_until_ready` returns when all of them work."""
        own = {"FLEXAPI_DATA_DIR": str(self.folder / "data"), "FLEXAPI_SLOTS": "1"}
        own["FLEXAPI_CONFIG"] = str(self.folder / "flexget" / "config.yml")
        arguments = (self.name, self.count, SECONDS, LINES, str(self.counted))
        code = f"from bench.scale.worker import main\nmain{arguments!r}"
        command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", code]
        self.launch(command, environment | own, stdout=subprocess.PIPE)

    def wait_until_ready(self) -> None:
        """Return when all of them work."""
        assert self.process is not None
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError(self.log()[-3000:])

    @property
    def live(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    @property
    def killed(self) -> bool:
        """Whether `Fleet.kill_workers` ended it."""
        return self.process is not None and self.process.poll() == -signal.SIGKILL

    def began(self) -> Counter[int]:
        """Return how often each execution was begun."""
        return Counter(map(int, self.counted.read_text().split()))


class Fleet:
    """All of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Postgres(folder)
        self.redis = Redis(folder)
        self.redis.start()
        self.cluster = Cluster(folder, self.database.url("server"), self.redis, one_flexget=False)
        self.cluster.environment |= {
            "FLEXAPI_FLEXGET_DATABASE_URL": self.database.url("flexget"),
            "FLEXAPI_EXECUTIONS_KEPT": "20000",
        }
        self.meter = Meter(self.database, self.redis.port)
        self.servers: list[LiveServer] = []
        self.workers: list[Workers] = []
        self._named = 0
        self._tokens: dict[str, str] = {}
        # Executions that killed workers had claimed or begun when they died.
        self.claimed_by_killed: set[int] = set()
        # Where workers connect to, if not straight to the database.
        self.bouncer: Bouncer | None = None

    def add_servers(self, count: int) -> None:
        """Have so many servers in all."""
        missing = count - len(self.servers)
        if not self.servers:
            task = {"mock": [{"title": "x", "url": "http://localhost/x"}], "accept_all": True}
            first = self.server()
            first.home.write({f"t{each}": task for each in range(TASKS)})
            # The database is prepared by one, and the config is its.
            first.start("--no-worker")
            missing -= 1
        others = [self.server() for _ in range(missing)]
        for server in others:
            server.home.config.unlink()
        # More at once would only wait for the processor, each with its time running out.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(lambda server: server.start("--no-worker"), others))

    def server(self) -> LiveServer:
        """Make one more server, which isn't running yet."""
        server = self.cluster.server(f"server{len(self.servers)}")
        # Many start at once.
        server.patience = PATIENCE
        # They have one database.
        server._tokens = self._tokens
        self.servers.append(server)
        return server

    def add_workers(self, count: int) -> None:
        """Have so many workers in all."""
        where = self.bouncer.url if self.bouncer else self.database.url("worker")
        environment = self.cluster.environment | {"FLEXAPI_DATABASE_URL": where}
        new = []
        missing = count - sum(each.count for each in self.workers)
        together = min(TOGETHER, math.ceil(count / PROCESSES))
        while missing > 0:
            name, self._named = f"w{self._named}", self._named + 1
            new.append(Workers(self.folder, name, min(together, missing)))
            self.workers.append(new[-1])
            missing -= new[-1].count
        for workers in new:
            workers.begin(environment)
        for workers in new:
            workers.wait_until_ready()

    def stop_workers(self) -> None:
        """Stop all workers that live as SIGTERM does: what they run goes on to its end."""
        live = [workers.process for workers in self.workers if workers.process and workers.live]
        for process in live:
            process.terminate()
        for process in live:
            process.wait(PATIENCE)

    def remove_workers(self) -> None:
        """Stop all workers, and forget them."""
        self.stop_workers()
        self.workers.clear()

    def forget_killed(self) -> None:
        """Forget the workers that were killed; others may be added in their place."""
        self.workers = [workers for workers in self.workers if not workers.killed]

    def kill_workers(self, dying: list[Workers]) -> set[int]:
        """Kill processes of workers at once; return what they had in hand."""
        for workers in dying:
            assert workers.process is not None
            workers.process.kill()
        for workers in dying:
            assert workers.process is not None
            workers.process.wait()
        had = self.in_hand(dying)
        self.claimed_by_killed |= had
        return had

    def in_hand(self, of: list[Workers]) -> set[int]:
        """Return the executions that workers have claimed, and that are not over."""
        sql = (
            "SELECT id, worker FROM executions_execution "
            "WHERE status IN ('pending', 'running') AND worker <> ''"
        )
        names = tuple(f"{workers.name}-" for workers in of)
        return {pk for pk, worker in self.ask(sql) if worker.startswith(names)}

    def begun_by_killed(self) -> set[int]:
        """Return what the workers that were killed had begun, whatever became of it."""
        return {pk for workers in self.workers if workers.killed for pk in workers.began()}

    def queue(self, count: int, tasks: int = TASKS, *, told: bool = True) -> None:
        """Queue executions of one of so many tasks each, in turns, as a server does; or as one that dies before it has told anybody."""
        how = "enqueue_all" if told else "bulk_create"
        code = (
            "import asyncio, threading\n"
            "from executions.following import announcements\n"
            "from executions.models import Execution\n"
            "loop = asyncio.new_event_loop()\n"
            "threading.Thread(target=loop.run_forever, daemon=True).start()\n"
            "announcements.send_from(loop)\n"
            f"Execution.objects.{how}(\n"
            f"    Execution(tasks=[f't{{each % {tasks}}}']) for each in range({count}))\n"
        )
        self.servers[0].python(code)

    def forget_waiting(self) -> int:
        """Take out of the queue what nobody has claimed; return how many that were."""
        waiting = "DELETE FROM executions_execution WHERE status = 'pending' AND worker = ''"
        with psycopg.connect(self.database.url("postgres")) as connection:
            return connection.execute(waiting).rowcount

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with psycopg.connect(self.database.url("postgres")) as connection:
            return connection.execute(sql).fetchall()

    def statuses(self) -> Counter[str]:
        """Return how many executions there are of each status."""
        sql = "SELECT status, count(*) FROM executions_execution GROUP BY 1"
        return Counter(dict(self.ask(sql)))

    def wait_until(self, reached: Callable[[], object], patience: float = PATIENCE) -> float:
        """Return when it is; the seconds that it took."""
        begin = time.monotonic()
        while not reached():
            if time.monotonic() - begin > patience:
                raise TimeoutError(json.dumps([self.statuses(), self._said()], indent=1))
            time.sleep(0.1)
        return time.monotonic() - begin

    def over(self) -> int:
        """Return how many have ended."""
        counts = self.statuses()
        return counts["complete"] + counts["aborted"] + counts["failed"]

    def all_over(self) -> bool:
        """Whether nothing runs or waits."""
        return self.over() == self.statuses().total()

    def clear(self) -> None:
        """Forget all executions and what was counted."""
        with psycopg.connect(self.database.url("postgres")) as connection:
            connection.execute("TRUNCATE executions_execution CASCADE")
        for workers in self.workers:
            os.truncate(workers.counted, 0)
        self.claimed_by_killed.clear()

    def began(self) -> Counter[int]:
        """Return how often each execution was begun."""
        return sum((workers.began() for workers in self.workers), Counter[int]())

    def _said(self) -> list[str]:
        return [each.log()[-1000:] for each in self.workers]

    def end(self) -> None:
        """End all of it."""
        for workers in self.workers:
            workers.end()
        self.cluster.end()
        if self.bouncer is not None:
            self.bouncer.end()
        self.redis.end()
        self.database.end()


@contextmanager
def fleet(folder: Path) -> Iterator[Fleet]:
    """Yield the services, and nobody who uses them."""
    found = Fleet(folder)
    try:
        yield found
    finally:
        found.end()

"""Several servers and workers on one PostgreSQL and one Redis, all real and each with folders of its own."""

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from flexapi.testing.flexget_home import MISBEHAVE
from flexapi.testing.live import START_TIMEOUT, LiveServer
from flexapi.testing.postgres import new_database
from flexapi.testing.process import OwnProcess

Require = Callable[[str, bool, str], None]


class Redis(OwnProcess):
    """A `redis-server` that keeps nothing on disk, and may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "redis.log")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty; returns when it answers."""
        keeps_nothing = ["--save", "", "--appendonly", "no"]
        self.launch(["redis-server", "--port", str(self.port), *keeps_nothing], os.environ)
        client = redis.Redis(port=self.port)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            finally:
                client.close()


class Worker(OwnProcess):
    """A Celery worker; may be stopped, killed and started again."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        super().__init__(folder / "worker.log")
        self.name = name
        self.folder = folder
        self.config = folder / "flexget" / "config.yml"
        (self.config.parent / "plugins").mkdir(parents=True)
        shutil.copy(MISBEHAVE, self.config.parent / "plugins")
        self.environment = environment | {
            "FLEXAPI_DATA_DIR": str(folder / "data"),
            "FLEXAPI_CONFIG": str(self.config),
        }

    def start(self, queues: str = "default", concurrency: int = 1) -> None:
        """Start it; `wait_until_ready` tells when it takes something."""
        command = f"-A flexapi worker -n {self.name}@%h -Q {queues} -c {concurrency}"
        self.launch(
            [sys.executable, "-m", "celery", *command.split()],
            self.environment,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        """Return when it has begun to work."""
        self.wait_for_line(f"{self.name}@{socket.gethostname()} ready.")

    def wait_for_line(self, text: str) -> None:
        """Return when its log has a line with this text."""
        assert self.process is not None
        deadline = time.monotonic() + START_TIMEOUT
        while text not in self.log():
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)


class Proxy:
    """Stands between a worker and its database; `cut` makes everything that is sent get nowhere."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listener = socket.create_server(("127.0.0.1", 0))
        host = f"{parts.username}@127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = urlunsplit(parts._replace(netloc=host))
        self._open = threading.Event()
        self._open.set()
        self._near: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Let nothing pass, without a word to anybody."""
        self._open.clear()

    def mend(self) -> None:
        """Let everything pass again, what was sent meanwhile first."""
        self._open.set()

    def end(self) -> None:
        """Take no more connections, and end those that there are."""
        self._listener.close()
        for near in self._near:
            with suppress(OSError):  # It has ended.
                near.shutdown(socket.SHUT_RDWR)
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):  # The listener was closed.
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.create_connection(self._target) as far:
            self._near.append(near)
            back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
            back.start()
            self._pass_on(near, far)
            back.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._open.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)


class Cluster:
    """Makes servers and workers that share a database, a broker and, where asked, FlexGet's memory."""

    def __init__(self, folder: Path, database: str, broker: Redis, *, one_flexget: bool) -> None:
        self.folder = folder
        self.database = database
        self.redis = broker
        self.environment = os.environ | {
            "HOME": str(folder),
            "FLEXAPI_DATABASE_URL": database,
            "FLEXAPI_REDIS_URL": broker.url,
            "FLEXAPI_SECRET_KEY": "shared by the servers of a test",
        }
        if one_flexget:
            self.environment["FLEXAPI_FLEXGET_DATABASE_URL"] = database
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self._made: list[LiveServer | Worker] = []

    def server(self, name: str) -> LiveServer:
        """Make a server that is not running yet."""
        server = LiveServer(self.folder / name)
        server.environment |= {
            key: value
            for key, value in self.environment.items()
            if key.startswith("FLEXAPI_") and key != "FLEXAPI_DATA_DIR"
        }
        self._made.append(server)
        return server

    def worker(self, name: str, **environment: str) -> Worker:
        """Make a worker that is not running yet."""
        worker = Worker(name, self.folder / name, self.environment | environment)
        self._made.append(worker)
        return worker

    def end(self) -> None:
        """End all that was made."""
        for process in self._made:
            process.end()


@contextmanager
def new_cluster(folder: Path, require: Require, *, one_flexget: bool = True) -> Iterator[Cluster]:
    """Yield a cluster of no processes yet; skip the test where there is no PostgreSQL or no Redis."""
    require("redis", shutil.which("redis-server") is not None, "no redis-server")
    with new_database(require) as database:
        broker = Redis(folder)
        broker.start()
        cluster = Cluster(folder, database, broker, one_flexget=one_flexget)
        try:
            yield cluster
        finally:
            cluster.end()
            broker.end()

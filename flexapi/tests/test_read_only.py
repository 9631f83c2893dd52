"""A file system that becomes read-only under a running server, as a failing disk makes it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer

# Mounts a folder on itself, in a name space of the server's own, so that it can be made read-only.
MOUNT = 'mount --bind "$0" "$0" && exec "$@"'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server whose config's folder can be made read-only."""
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this user may not make mounts of their own")
    server = LiveServer(tmp_path_factory.mktemp("read-only"))
    server.home.write({"quick": accepting("one")})
    server.prefix = ["unshare", "--mount", "sh", "-c", MOUNT, str(server.home.folder)]
    server.start()
    server.run(tasks=["quick"])
    yield server
    server.end()


@contextmanager
def read_only(server: LiveServer) -> Iterator[None]:
    """Let nothing in that folder be written, as the server and what it starts see it."""
    assert server.process is not None
    inside = ["nsenter", "--target", str(server.process.pid), "--mount", "mount", "-o"]
    deadline = time.monotonic() + 10
    # FlexGet's database is closed a second after the last call.
    while subprocess.run([*inside, "remount,bind,ro", str(server.home.folder)]).returncode:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    try:
        yield
    finally:
        subprocess.run([*inside, "remount,bind,rw", str(server.home.folder)], check=True)


def test_the_folder_of_the_config(server: LiveServer) -> None:
    with server.client() as client:
        before = server.home.config.read_text()
        with read_only(server):
            answer = client.patch("/api/tasks/quick", json={"config": {"priority": 1}})
            assert answer.status_code == 507, answer.text
            assert "write-protected" in answer.json()["errors"][0]["detail"]
            ended = server.run(tasks=["quick"])
            assert ended["status"] == "failed"
            assert "can't work with" in ended["abort_reason"]
            assert "Read-only file system" in ended["abort_reason"]
        assert server.home.config.read_text() == before
        assert client.patch("/api/tasks/quick", json={"config": {"priority": 1}}).status_code == 200
        assert server.run(tasks=["quick"])["status"] == "complete"

"""Two servers on one PostgreSQL: one of them has the connections, and the other takes them over."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from flexapi.testing.cluster import Cluster, Require, new_cluster
from flexapi.testing.flexget_home import is_gone
from flexapi.testing.irc_server import IrcServer
from flexapi.testing.live import LiveServer
from flexapi.testing.waiting import until


@pytest.fixture
def cluster(tmp_path: Path, require: Require) -> Iterator[Cluster]:
    with new_cluster(tmp_path, require) as cluster:
        cluster.environment["FLEXAPI_WORKER_TIMEOUT"] = "4"
        yield cluster


def pid(server: LiveServer) -> int:
    """Return the number of the process that has the connections, as a server says."""

    def said() -> int | None:
        with server.client() as client:
            # Busy with its start, it may answer 503, or that it doesn't know yet.
            answer = client.get("/api/server").json().get("object", {})
            found: int | None = answer.get("irc", {}).get("pid")
            return found

    until(said)
    return said() or 0


def test_one_has_the_connections_and_another_takes_them_over(cluster: Cluster) -> None:
    irc = IrcServer()
    first, second = cluster.server("first"), cluster.server("second")
    first.home.write(
        {"hello": {"accept_all": True}},
        irc={"news": {"server": "127.0.0.1", "port": irc.port, "nickname": "flex", "channels": "#news", "task": "hello"}},
    )  # fmt: skip
    first.start()
    (client,) = irc.wait_for("flex")
    # It is given the config of the first one.
    second.home.config.unlink()
    second.start()
    with second.client() as operator:
        # The one that is asked needn't be the one that has them.
        assert pid(second) == pid(first)
        assert operator.post("/api/irc/news/restart").status_code == 202
        irc.wait_until(lambda: client.is_gone)
        (client,) = irc.wait_for("flex")
        known = pid(second)
    # In order, at once.
    first.stop()
    assert is_gone(known)
    assert client.lines[-1].startswith("QUIT")
    (client,) = irc.wait_for("flex")
    first.start()
    # Without a word, after the time in which the other gives a sign of life.
    until(lambda: pid(first) != known)
    known = pid(first)
    second.stop(signal.SIGKILL)
    assert is_gone(known)
    irc.wait_for("flex")
    # The connection is there before it is told of.
    until(lambda: pid(first) != known)
    irc.end()

"""A real server with FlexGet's own IRC plugin, and a small IRC server on loopback."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from flexapi.testing.flexget_home import is_gone
from flexapi.testing.irc_server import Client, IrcServer
from flexapi.testing.live import LiveServer
from flexapi.testing.waiting import until

TASK = {"accept_all": True, "disable": ["seen", "retry_failed"]}


class World:
    """A server, its IRC server and a superuser."""

    def __init__(self, server: LiveServer, irc: IrcServer, admin: httpx.Client) -> None:
        self.server = server
        self.irc = irc
        self.admin = admin

    def write(self, **nicknames: str) -> None:
        """Have the config have these connections."""
        self.server.home.write({"hello": TASK}, schedules=False, **self.section(**nicknames))

    def section(self, **nicknames: str) -> dict[str, Any]:
        """Return the section with these connections, none where there are none."""
        return nicknames and {
            "irc": {
                name: {
                    "server": "127.0.0.1",
                    "port": self.irc.port,
                    "nickname": nickname,
                    "channels": "#news",
                    "task": "hello",
                    "password": "sesame-street",
                }
                for name, nickname in nicknames.items()
            }
        }

    def up(self, *nicknames: str) -> list[Client]:
        """Return the clients of the IRC server once they are just these, and the server knows of it."""
        clients = self.irc.wait_for(*nicknames)
        until(
            lambda: set(nicknames) == {
                one["nickname"] for one in self.connections().values() if one["state"] == "connected"
            }
        )  # fmt: skip
        return clients

    def connections(self, client: httpx.Client | None = None) -> dict[str, Any]:
        """Return what /api/irc says, by name."""
        answer = (client or self.admin).get("/api/irc").raise_for_status()
        return {item["name"]: item for item in answer.json()["items"]}

    def status(self) -> dict[str, Any]:
        """Return the part of /api/server, which isn't known where the others took too long."""
        while True:
            part: dict[str, Any] = self.admin.get("/api/server").json()["object"]["irc"]
            if "error" not in part:
                return part

    def pid(self) -> int:
        """Return the number of the process that has the connections."""
        until(lambda: self.status()["pid"])
        return int(self.status()["pid"])

    def executions(self, connection: str) -> list[dict[str, Any]]:
        """Return what a connection had run, the newest first."""
        items: list[dict[str, Any]] = self.admin.get(
            "/api/execution", params={"status": "all", "irc": connection}
        ).json()["items"]
        return items

    @contextmanager
    def stirred(self) -> Iterator[None]:
        """Let something be heard all the time, as on a busy server."""
        over = threading.Event()

        def stir() -> None:
            while not over.wait(0.1):
                self.irc.stir()

        thread = threading.Thread(target=stir)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    server = LiveServer(tmp_path_factory.mktemp("irc"))
    irc = IrcServer()
    world = World(server, irc, httpx.Client(timeout=60))
    world.write(news="flex")
    server.start()
    server.add_users({"viewer": "viewer", "operator": "operator"})
    with server.client() as world.admin:
        yield world
    server.end()
    irc.end()


def test_an_announce_is_run_with_its_entry(world: World) -> None:
    world.write(news="flex0")
    world.up("flex0")
    world.irc.announce("\x0304Sintel\x03 2010 http://example.com/dl/1")
    with world.stirred():
        until(lambda: [run["status"] for run in world.executions("news")] == ["complete"])
    (run,) = world.executions("news")
    assert (run["tasks"], run["requested_by"], run["caused_by"]) == (["hello"], None, None)
    entries = world.admin.get(f"/api/execution/{run['id']}/entries").json()["items"]
    assert [(entry["url"], entry["state"]) for entry in entries] == [
        ("http://example.com/dl/1", "accepted")
    ]
    # It ran beside the connection, which so holds no lock.
    assert not world.server.home.lock.exists()
    until(lambda: world.connections()["news"]["last_announce"])
    news = world.connections()["news"]
    assert (news["state"], news["nickname"], news["port"]) == ("connected", "flex0", world.irc.port)
    assert news["channels"] == [{"name": "#news", "joined": True}]
    assert news["connected_since"]
    assert news["last_announce"]["execution"] == run["id"]
    assert news["last_line"]["channel"] == "#news"
    assert any("generated an entry" in line["message"] for line in news["log"])
    assert "irc: news: Joined channel #news" in world.server.log()
    assert world.status() | {"since": None, "server": None} == {
        "state": "running", "reason": None, "help": None, "server": None, "pid": world.pid(), "since": None,
        "restarts": world.status()["restarts"], "connections": 1, "connected": 1,
    }  # fmt: skip


def test_viewers_see_no_password_and_no_nickname(world: World) -> None:
    world.write(news="flex1")
    world.up("flex1")
    assert world.irc.present[0].lines[0] == "PASS sesame-street"
    with world.server.client("viewer") as viewer:
        answer = viewer.get("/api/irc")
        assert answer.json()["items"][0]["nickname"] == "********"
        assert "sesame-street" not in answer.text
        assert viewer.post("/api/irc/news/stop").status_code == 403
    assert "sesame-street" not in world.server.log()


def test_an_operator_stops_and_restarts_one_and_others_go_on(world: World) -> None:
    world.write(**{"a/b %": "first", "two": "second"})
    world.up("first", "second")
    other = next(client for client in world.irc.present if client.nickname == "second")
    with world.server.client("operator") as operator:
        answer = operator.post("/api/irc/a%2Fb%20%25/stop")
        assert (answer.status_code, answer.json()["object"]["state"]) == (202, "stopped")
        world.up("second")
        # Also for a process that begins later.
        os.kill(world.pid(), signal.SIGKILL)
        world.irc.wait_until(lambda: other.is_gone)
        (other,) = world.up("second")
        assert operator.post("/api/irc/a%2Fb%20%25/restart").status_code == 202
        (first,) = [client for client in world.up("first", "second") if client is not other]
        assert operator.post("/api/irc/a%2Fb%20%25/restart").status_code == 202
        world.irc.wait_until(lambda: first.is_gone)
        world.up("first", "second")
        assert not other.is_gone
        assert operator.post("/api/irc/three/stop").status_code == 404
    assert first.lines[-1].startswith("QUIT")


def test_it_follows_the_config_and_is_off_without_a_section(world: World) -> None:
    world.write(news="flex3")
    world.up("flex3")
    world.write(news="other", more="another")
    world.up("another", "other")
    pid = world.pid()
    # What FlexGet refuses changes nothing but is said; see config.errors.
    faulty = world.section(news="third")
    faulty["irc"]["news"]["port"] = "none"
    world.server.home.write({"hello": TASK}, schedules=False, **faulty)
    until(lambda: world.admin.get("/api/server").json()["object"]["config"]["errors"])
    assert world.pid() == pid
    os.kill(pid, signal.SIGKILL)
    until(lambda: "FlexGet complains of the section irc: " in (world.status()["reason"] or ""))
    world.write(news="fourth")
    world.up("fourth")
    pid = world.pid()
    world.write()
    world.irc.wait_for()
    assert is_gone(pid)
    until(lambda: world.status()["pid"] is None)
    assert (world.status()["state"], world.connections()) == ("none", {})
    # Nothing is left of one that is gone.
    world.write(more="again")
    world.up("again")
    world.write(news="fifth")
    world.up("fifth")
    assert world.connections()["news"]["announces"] == 0


def test_one_that_dies_is_started_again(world: World) -> None:
    world.write(news="flex4")
    (before,) = world.up("flex4")
    pid, restarts = world.pid(), world.status()["restarts"]
    os.kill(pid, signal.SIGKILL)
    world.irc.wait_until(lambda: before.is_gone)
    world.up("flex4")
    until(lambda: world.status()["state"] == "running")
    assert (world.status()["restarts"], world.pid() != pid) == (restarts + 1, True)


def test_one_whose_tracker_file_is_wrong_is_failed_and_others_are_not(world: World) -> None:
    tracker = world.server.home.folder / "odd.tracker"
    tracker.write_text("<trackerinfo/>")
    section = world.section(good="flex5")
    section["irc"]["bad"] = {"port": 1, "tracker_file": str(tracker), "task": "hello"}
    section["irc"]["gone"] = section["irc"]["good"] | {"port": 1}
    world.server.home.write({"hello": TASK}, schedules=False, **section)
    world.up("flex5")
    until(lambda: all(world.connections()[name]["last_error"] for name in ("bad", "gone")))
    found = world.connections()
    assert {name: one["state"] for name, one in found.items()} == {
        "good": "connected", "bad": "failed", "gone": "connecting",
    }  # fmt: skip
    assert "its config and its tracker file: TypeError" in found["bad"]["last_error"]["message"]
    assert "Connection refused" in found["gone"]["last_error"]["message"]


def taken(executions: list[dict[str, Any]]) -> int:
    return sum(run["summary"]["accepted"] for run in executions if run["status"] == "complete")


def test_a_flood_is_bounded_and_said(world: World) -> None:
    world.write(flood="flex6")
    world.up("flex6")
    for number in range(150):
        world.irc.announce(f"Flood {number} http://example.com/{number}")
    with world.stirred():
        until(lambda: world.connections()["flood"]["dropped"] == 90)
        # The last ones may not be queued when the first ones are complete.
        until(lambda: taken(world.executions("flood")) == 60)
    ran = world.executions("flood")
    assert {run["status"] for run in ran} == {"complete"}
    # What came while one waited was added to it.
    assert len(ran) < 60
    assert "More than 60 entries were announced within a minute" in world.server.log()


def test_it_ends_with_the_host_and_with_the_server(world: World) -> None:
    world.write(news="flex7")
    (client,) = world.up("flex7")
    pid = world.pid()
    world.admin.post("/api/server/reload").raise_for_status()
    world.irc.wait_until(lambda: client.is_gone)
    (client,) = world.up("flex7")
    until(lambda: world.status()["pid"] not in (None, pid))
    assert is_gone(pid)
    pid = world.pid()
    host = world.admin.get("/api/server").json()["object"]["engine"]["pid"]
    os.kill(host, signal.SIGKILL)
    assert is_gone(pid)
    world.irc.wait_until(lambda: client.is_gone)
    world.up("flex7")
    until(lambda: world.status()["pid"] not in (None, pid))
    pid = world.pid()
    world.server.stop(signal.SIGKILL)
    assert is_gone(pid)
    world.irc.wait_for()
    world.server.start()

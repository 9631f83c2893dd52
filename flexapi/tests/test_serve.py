"""`manage.py serve`: first start, second start, stopping, and being killed."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from flexapi.sample_config import SAMPLE
from flexapi.testing.flexget_home import accepting, is_gone
from flexapi.testing.live import PASSWORD, LiveServer, received
from flexapi.testing.process import ROOT


def refused(server: LiveServer, *arguments: str) -> str:
    """Start a server that must not start; return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_complains_of_an_open_data_folder_and_of_a_variable_that_nothing_reads(
    own_server: LiveServer,
) -> None:
    data = own_server.folder / "data"
    data.mkdir(mode=0o755)
    (data / "something else").touch()
    own_server.environment["FLEXAPI_SLOT"] = "4"
    own_server.start()
    assert f"chmod 700 {data}" in own_server.log()
    said = "FLEXAPI_SLOT isn't a setting, and nothing reads it. Did you mean FLEXAPI_SLOTS?"
    assert said in own_server.log()
    with own_server.client() as client:
        told = client.get("/api/server").json()["object"]["unknown_variables"]
    help_url = "/docs/troubleshooting/#unknown-variables"
    assert told == [{"name": "FLEXAPI_SLOT", "detail": said, "help": help_url}]


def test_a_first_start_on_nothing_runs_the_sample(own_server: LiveServer) -> None:
    own_server.first_start = True
    del own_server.environment["FLEXAPI_ADMIN_PASSWORD"]
    del own_server.environment["FLEXAPI_CONFIG"]
    printed = "\n".join(own_server.start())
    config = own_server.folder / ".flexget" / "config.yml"
    assert str(config) in printed
    assert config.read_text() == SAMPLE
    password = re.search(r"with the password (\S+)", printed)
    assert password is not None
    with httpx.Client(base_url=own_server.url, timeout=60) as client:
        login = {"username": "admin", "password": password[1]}
        assert client.post("/api/auth/login", json=login).status_code == 200
    data = own_server.folder / "data"
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600

    execution = own_server.run(tasks=["hello"])
    assert execution["status"] == "complete"
    assert execution["summary"] == {"accepted": 2, "rejected": 1, "failed": 0, "undecided": 1}
    greeting = (config.parent / "greeting.txt").read_text().splitlines()
    assert greeting == ["Big Buck Bunny 2008 1080p", "Sintel 2010 720p"]
    # The second run has seen them.
    assert own_server.run(tasks=["hello"])["summary"]["rejected"] == 3


def test_it_tells_of_its_loops(own_server: LiveServer) -> None:
    own_server.start()
    with own_server.client() as client:
        loops = client.get("/api/server").json()["object"]["loops"]
    assert {loop["name"] for loop in loops} >= {
        *("config-watcher", "engine", "aborts", "slot-1", "scheduler", "history-keeper"),
        *("rows of tasks", "rows of schedules", "rows of the sections"),
    }
    assert {loop["state"] for loop in loops} == {"running"}


def test_a_second_start_changes_nothing(own_server: LiveServer) -> None:
    own_server.home.write({"quick": accepting("x")})
    own_server.start()
    first = own_server.run(tasks=["quick"])
    assert own_server.stop() == 0
    before = own_server.home.config.read_bytes()
    printed = own_server.start()
    assert not any("password" in line for line in printed)
    assert own_server.home.config.read_bytes() == before
    with own_server.client() as client:
        assert client.get(f"/api/execution/{first['id']}").json()["object"] == first
        assert client.get("/api/execution?status=all").json()["count"] == 1
        assert client.get("/api/config_revisions").json()["count"] == 1


def test_the_sample_is_what_flexget_accepts() -> None:
    config = yaml.safe_load(SAMPLE)
    assert config["schedules"] is False
    assert list(config["tasks"]) == ["hello", "_disabled"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_and_aborts_what_runs(
    own_server: LiveServer, number: signal.Signals
) -> None:
    own_server.home.write({"slow": accepting("x", misbehave="sleep")})
    own_server.start()
    with own_server.client() as client:
        running = client.post("/api/execution", json={}).json()["object"]["id"]
        waiting = client.post("/api/execution", json={}).json()["object"]["id"]
    with own_server.websocket(f"/ws/execution/{running}/log/") as websocket:
        last = {}
        for message in received(websocket):
            last = message
            if any(line["message"] == "sleeping" for line in message.get("lines", [])):
                assert own_server.process is not None
                own_server.process.send_signal(number)
    # Who watches sees the end before the server goes.
    assert last["type"] == "end"
    assert last["status"] == "aborted"
    assert own_server.process is not None
    assert own_server.process.wait(60) == 0
    rows = dict(stored(own_server, "SELECT id, status FROM executions_execution"))
    assert rows == {running: "aborted", waiting: "pending"}
    ((reason,),) = stored(
        own_server, f"SELECT abort_reason FROM executions_execution WHERE id = {running}"
    )
    assert reason == "The server was stopped."
    assert not own_server.home.lock.exists()


def stored(server: LiveServer, query: str) -> list[tuple[Any, ...]]:
    """Read the database of a server that is gone."""
    connection = sqlite3.connect(server.folder / "data" / "flexapi.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_killed_it_loses_no_line_and_runs_what_was_waiting(own_server: LiveServer) -> None:
    slow = accepting("x", misbehave="grandchild")
    own_server.home.write({"slow": slow, "quick": accepting("y")})
    own_server.start()
    with own_server.client() as client:
        running = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]["id"]
        waiting = client.post("/api/execution", json={"tasks": ["quick"]}).json()["object"]["id"]
    received_lines = 0
    with own_server.websocket(f"/ws/execution/{running}/log/") as websocket:
        for message in received(websocket):
            for line in message.get("lines", []):
                received_lines = line["seq"]
                if line["message"] == "started a command":
                    own_server.end()
                    break
            if own_server.process is None or own_server.process.poll() is not None:
                break
    own_server.start()
    with own_server.client() as client:
        client.get(f"/api/execution/{waiting}/log").raise_for_status()
        shown = client.get(f"/api/execution/{running}").json()["object"]
        assert shown["status"] == "aborted"
        assert "server ended" in shown["abort_reason"]
        assert shown["log_lines"] >= received_lines
        log = client.get(f"/api/execution/{running}/log").text.splitlines()
        assert len(log) == shown["log_lines"] + 1
        assert client.get(f"/api/execution/{waiting}").json()["object"]["status"] == "complete"
        assert client.get("/api/execution?status=running").json()["count"] == 0
    # What the killed server's run had started is gone as well.
    assert is_gone(int((own_server.home.folder / "grandchild.pid").read_text()))


def test_two_servers_do_not_share_a_data_folder(own_server: LiveServer) -> None:
    own_server.start()
    assert own_server.process is not None
    said = refused(own_server, "--port", "0")
    assert f"process {own_server.process.pid}" in said
    assert "--data-dir" in said


def test_a_data_folder_belongs_to_one_config(own_server: LiveServer, tmp_path: Path) -> None:
    own_server.start()
    own_server.stop()
    other = tmp_path / "other.yml"
    other.write_text("tasks: {}\n")
    said = refused(own_server, "--port", "0", "--config", str(other))
    assert str(own_server.home.config) in said
    assert "--data-dir" in said
    assert other.read_text() == "tasks: {}\n"


@pytest.mark.parametrize("host", ["::1", "[::1]"])
def test_it_serves_on_an_ipv6_address(own_server: LiveServer, host: str) -> None:
    command = [sys.executable, "manage.py", "serve", "--port", "0", "--host", host]
    own_server.launch(command, own_server.environment, stdout=subprocess.PIPE)
    assert own_server.process is not None
    with own_server.process as process:
        assert process.stdout is not None
        serving = next(line for line in process.stdout if line.startswith("Serving on "))
        url = re.sub(r"^Serving on (\S+)/ .*\n", r"\1", serving)
        try:
            assert url.startswith("http://[::1]:")
            # Twisted listens there an instant after that is printed.
            transport = httpx.HTTPTransport(retries=5)
            with httpx.Client(transport=transport, timeout=60) as client:
                assert client.get(f"{url}/healthz").status_code == 200
        finally:
            process.terminate()


def test_a_port_in_use_is_said(own_server: LiveServer) -> None:
    own_server.start()
    data = str(own_server.folder / "other-data")
    said = refused(own_server, "--port", str(own_server.port), "--data-dir", data)
    assert "--port" in said
    assert not (Path(data) / "flexapi.sqlite3").exists()


def test_the_options_do_what_the_variables_do(own_server: LiveServer, tmp_path: Path) -> None:
    own_server.first_start = True
    for name in ("FLEXAPI_DATA_DIR", "FLEXAPI_CONFIG"):
        del own_server.environment[name]
    config = tmp_path / "mine.yml"
    config.write_text("tasks:\n  mine:\n    mock: [{title: x}]\n")
    data = tmp_path / "my-data"
    own_server.start("--config", str(config), "--data-dir", str(data), "--host", "127.0.0.2")
    login = {"username": "admin", "password": PASSWORD, "name": "test"}
    url = f"http://127.0.0.2:{own_server.port}"
    token = httpx.post(f"{url}/api/auth/login", json=login, timeout=60).json()["object"]["token"]
    tasks = httpx.get(
        f"{url}/api/tasks", headers={"Authorization": f"Token {token}"}, timeout=60
    ).json()
    assert [task["name"] for task in tasks["items"]] == ["mine"]
    assert (data / "flexapi.sqlite3").exists()


def test_a_host_killed_in_the_middle(own_server: LiveServer) -> None:
    own_server.home.write({"slow": accepting("x", misbehave="sleep"), "quick": accepting("y")})
    own_server.start()
    with own_server.client() as client:
        running = client.post("/api/execution", json={"tasks": ["slow"]}).json()["object"]["id"]
        waiting = client.post("/api/execution", json={"tasks": ["quick"]}).json()["object"]["id"]
        host = client.get("/api/server").json()["object"]["engine"]["pid"]
        with own_server.websocket(f"/ws/execution/{running}/log/") as websocket:
            for message in received(websocket):
                if any(line["message"] == "sleeping" for line in message.get("lines", [])):
                    os.kill(host, signal.SIGKILL)
            assert message["type"] == "end"
            assert message["status"] == "aborted"
        shown = client.get(f"/api/execution/{running}").json()["object"]
        assert "host ended" in shown["abort_reason"]
        client.get(f"/api/execution/{waiting}/log").raise_for_status()
        assert client.get(f"/api/execution/{waiting}").json()["object"]["status"] == "complete"
        engine = client.get("/api/server").json()["object"]["engine"]
        assert engine["state"] == "ready"
        assert engine["restarts"] == 1

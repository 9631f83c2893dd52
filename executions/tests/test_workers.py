"""Celery workers on a real PostgreSQL and Redis: what they run, and what becomes of it when things break."""

import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
import redis
from websockets.exceptions import ConnectionClosedError

from flexapi.testing.cluster import Cluster, Proxy, Worker, new_cluster
from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, received
from flexapi.testing.waiting import until

# Seconds after which a worker is lost here; the default is 20.
TIMEOUT = 8
# Seconds for what takes its time on a busy machine.
PATIENCE = 60
TASKS = {
    "near": accepting("x"),
    "slow": accepting("x", misbehave="sleep"),
    "far": accepting("y"),
    "far slow": accepting("y", misbehave="sleep"),
    "lonely": accepting("z"),
}


@dataclass
class Site:
    """A server that runs nothing itself, and two workers with a queue each."""

    cluster: Cluster
    server: LiveServer
    near: Worker
    far: Worker
    network: Proxy
    client: httpx.Client

    def queue(self, *tasks: str) -> int:
        """Queue an execution; return its id."""
        answer = self.client.post("/api/execution", json={"tasks": tasks})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["object"]["id"])

    def execution(self, pk: int) -> dict[str, Any]:
        """Return an execution as it is now."""
        execution: dict[str, Any] = self.client.get(f"/api/execution/{pk}").json()["object"]
        return execution

    def wait_for(self, pk: int, happened: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return an execution as soon as something is true of it."""
        deadline = time.monotonic() + PATIENCE
        while not happened(execution := self.execution(pk)):
            assert time.monotonic() < deadline, (execution, self.near.log(), self.far.log())
            time.sleep(0.05)
        return execution

    def wait_for_end(self, pk: int) -> dict[str, Any]:
        """Return an execution when it is over."""
        return self.wait_for(pk, lambda now: now["finished"] is not None)

    def start_slow(self, task: str) -> int:
        """Queue a task that sleeps; return the execution's id when it does."""
        pk = self.queue(task)
        self.wait_for(pk, lambda now: now["log_lines"] > 0 and "sleeping" in self.log(pk))
        return pk

    def log(self, pk: int) -> str:
        """Return what is stored of a log."""
        return self.client.get(f"/api/execution/{pk}/log?follow=false").text


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, require: Callable[[str, bool, str], None]
) -> Iterator[Site]:
    with new_cluster(tmp_path_factory.mktemp("site"), require) as cluster:
        cluster.environment["FLEXAPI_WORKER_TIMEOUT"] = str(TIMEOUT)
        server = cluster.server("server")
        server.home.write(TASKS)
        server.start("--no-worker")
        network = Proxy(cluster.database)
        near = cluster.worker("near", FLEXAPI_METRICS_PORT=str(unused_port()))
        far = cluster.worker("far", FLEXAPI_DATABASE_URL=network.url)
        near.start()
        far.start(queues="far")
        with server.client() as client:
            for task in ("far", "far slow"):
                client.patch(f"/api/tasks/{task}", json={"queue": "far"}).raise_for_status()
            client.patch("/api/tasks/lonely", json={"queue": "nobody"}).raise_for_status()
            near.wait_until_ready()
            far.wait_until_ready()
            yield Site(cluster, server, near, far, network, client)
        network.end()


def unused_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def runs_of(worker: Worker) -> list[psutil.Process]:
    """Return the processes in which a worker's FlexGet runs tasks."""
    assert worker.process is not None
    hosts = psutil.Process(worker.process.pid).children()
    return [run for host in hosts for run in host.children()]


def test_a_run_lands_where_its_queue_is_served(site: Site) -> None:
    near, far = site.queue("near"), site.queue("far")
    assert site.wait_for_end(near)["status"] == "complete"
    assert site.wait_for_end(far)["status"] == "complete"
    assert site.execution(near)["worker"].startswith("near@")
    assert site.execution(far)["worker"].startswith("far@")
    assert site.execution(far)["queue"] == "far"


@pytest.fixture(scope="module")
def uvicorn(site: Site) -> Iterator[LiveServer]:
    """The same application behind another ASGI server, on a machine that had no config yet."""
    server = site.cluster.server("uvicorn")
    server.home.config.unlink()
    server._tokens["admin"] = site.server.token()
    server.port = unused_port()
    application = ["uvicorn", "flexapi.asgi:application", "--port", str(server.port)]
    server.launch([sys.executable, "-m", *application], server.environment)
    deadline = time.monotonic() + PATIENCE
    while "startup complete" not in server.log():
        assert server.process is not None
        assert server.process.poll() is None, server.log()
        assert time.monotonic() < deadline, server.log()
        time.sleep(0.05)
    # What others change afterwards is written here when something here needs it.
    assert server.home.config.read_bytes() == site.server.home.config.read_bytes()
    yield server
    server.stop()
    assert "shutdown complete" in server.log()


def test_another_asgi_server_serves_the_api_and_the_live_log(
    site: Site, uvicorn: LiveServer
) -> None:
    with uvicorn.client() as client:
        assert client.get("/healthz").status_code == 200
        listed = client.get("/api/tasks").json()
        assert listed == site.client.get("/api/tasks").json()
        streamed = client.post("/api/execution?stream=true", json={"tasks": ["near"]})
    lines = [json.loads(line) for line in streamed.text.splitlines()]
    assert lines[-1]["type"] == "end"
    assert lines[-1]["status"] == "complete"
    pk = site.client.get("/api/execution?status=complete&limit=1").json()["items"][0]["id"]
    with uvicorn.websocket(f"/ws/execution/{pk}/log/") as websocket:
        messages = list(received(websocket))
    assert messages[-1]["type"] == "end"
    assert messages[-1]["seq"] == lines[-1]["seq"]


def test_a_log_ends_with_its_token_behind_another_asgi_server(
    site: Site, uvicorn: LiveServer
) -> None:
    made = site.client.post("/api/auth/tokens", json={"name": "short-lived"}).json()["object"]
    uvicorn._tokens["short-lived"] = made["token"]
    with uvicorn.websocket("/ws/execution/", "short-lived") as websocket:
        site.client.delete(f"/api/auth/tokens/{made['id']}").raise_for_status()
        with pytest.raises(ConnectionClosedError):
            list(received(websocket))
        assert websocket.close_code == 4401


def test_a_worker_tells_its_own_figures(site: Site) -> None:
    address = f"http://127.0.0.1:{site.near.environment['FLEXAPI_METRICS_PORT']}/metrics"
    ended = r'flexapi_executions_ended_total\{queue="default",status="complete"\} (\d+)'

    def count() -> int:
        found = re.search(ended, httpx.get(address, timeout=60).text)
        assert found
        return int(found[1])

    before = count()
    pk = site.queue("near")
    # It counts what it has ended after that is stored.
    site.wait_for(pk, lambda now: now["finished"] is not None and count() > before)
    assert count() == before + 1


def test_a_port_for_figures_that_is_taken_is_named(settings: Any) -> None:
    from executions.running import celery_worker

    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.METRICS_PORT = taken.getsockname()[1]
        with pytest.raises(celery_worker.Unfit, match="FLEXAPI_METRICS_PORT"):
            celery_worker._tell_figures()


def test_tasks_of_several_queues_are_refused_together(site: Site) -> None:
    answer = site.client.post("/api/execution", json={"tasks": ["near", "far"]})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["code"] == "several_queues"
    assert "far: far" in error["detail"]


def test_what_nobody_serves_says_what_it_waits_for(site: Site) -> None:
    pk = site.queue("lonely")
    shown = site.wait_for(pk, lambda now: now["waiting_for"] is not None)
    assert shown["waiting_for"] == "a worker that serves the queue nobody"
    site.client.post(f"/api/execution/{pk}/abort").raise_for_status()


def test_the_server_knows_its_workers(site: Site) -> None:
    workers = site.client.get("/api/server").json()["object"]["workers"]
    assert [(w["name"].split("@")[0], w["queues"], w["slots"]) for w in workers] == [
        ("far", ["far"], 1),
        ("near", ["default"], 1),
    ]


def test_workers_say_nothing_to_each_other(site: Site) -> None:
    """Celery's would, so that each heard all: messages by the square of their number."""
    with redis.Redis.from_url(site.cluster.redis.url) as client:

        def keys() -> set[str]:
            return {key.decode() for key in client.scan_iter()}

        # Where Redis has just forgotten all, a worker says again that it listens.
        until(lambda: any("binding.default" in key for key in keys()), PATIENCE)
        assert not any("celeryev" in key for key in keys())


def test_a_worker_runs_the_config_that_is_current(site: Site) -> None:
    new = {"name": "new", "config": accepting("just added")}
    site.client.post("/api/tasks", json=new).raise_for_status()
    pk = site.queue("new")
    assert site.wait_for_end(pk)["summary"]["accepted"] == 1
    assert site.near.config.read_bytes() == site.server.home.config.read_bytes()


def test_a_log_is_watched_through_another_process(site: Site) -> None:
    pk = site.queue("near")
    with site.server.websocket(f"/ws/execution/{pk}/log/") as websocket:
        messages = list(received(websocket))
    seqs = [line["seq"] for message in messages for line in message.get("lines", [])]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(seqs) == site.wait_for_end(pk)["log_lines"]


def test_an_abort_reaches_the_worker(site: Site) -> None:
    pk = site.start_slow("slow")
    site.client.post(f"/api/execution/{pk}/abort").raise_for_status()
    ended = site.wait_for_end(pk)
    assert (ended["status"], ended["abort_reason"]) == ("aborted", "Aborted by admin.")


def test_a_worker_that_is_cut_off_kills_what_it_runs_before_others_end_it(site: Site) -> None:
    pk = site.start_slow("far slow")
    (run,) = runs_of(site.far)
    site.network.cut()
    try:
        ended = site.wait_for_end(pk)
        assert not run.is_running()
    finally:
        site.network.mend()
    assert ended["status"] == "aborted"
    assert "was lost: it gave no sign of life" in ended["abort_reason"]
    # It comes back, changes nothing of what others ended, and takes the next one.
    assert site.wait_for_end(site.queue("far"))["status"] == "complete"
    after = site.execution(pk)
    assert (after["abort_reason"], after["log_lines"]) == (
        ended["abort_reason"],
        ended["log_lines"],
    )


def test_a_broker_that_forgets_everything_delays_and_loses_nothing(site: Site) -> None:
    slow = site.start_slow("slow")
    site.cluster.redis.end()
    waiting = site.queue("near")
    site.client.post(f"/api/execution/{slow}/abort").raise_for_status()
    # The worker goes on by itself; then a new run finds it idle, with nobody to wake it.
    assert site.wait_for_end(waiting)["status"] == "complete"
    late = site.queue("near")
    site.cluster.redis.start()
    assert site.wait_for_end(late)["status"] == "complete"


def test_a_log_is_followed_to_its_end_without_redis(site: Site) -> None:
    slow = site.start_slow("slow")
    with site.server.websocket(f"/ws/execution/{slow}/log/") as websocket:
        messages = received(websocket)
        next(messages)
        site.cluster.redis.end()
        try:
            site.client.post(f"/api/execution/{slow}/abort").raise_for_status()
            *_, last = messages
        finally:
            site.cluster.redis.start()
        assert last["type"] == "end"
    assert websocket.close_code == 1000


def test_a_warm_shutdown_ends_what_runs_and_leaves_what_waits(site: Site) -> None:
    running = site.start_slow("slow")
    waiting = site.queue("near")
    assert site.near.process is not None
    site.near.process.terminate()
    site.near.wait_for_line("Warm shutdown")
    site.client.post(f"/api/execution/{running}/abort").raise_for_status()
    assert site.near.process.wait(PATIENCE) == 0
    assert site.execution(running)["abort_reason"] == "Aborted by admin."
    assert site.execution(waiting)["status"] == "pending"
    site.near.start()
    assert site.wait_for_end(waiting)["status"] == "complete"


def test_a_killed_worker_ends_its_execution_and_nothing_runs_on(site: Site) -> None:
    pk = site.start_slow("slow")
    (run,) = runs_of(site.near)
    assert site.near.process is not None
    site.near.process.kill()
    site.near.process.wait()
    ended = site.wait_for_end(pk)
    assert ended["status"] == "aborted"
    assert "was lost" in ended["abort_reason"]
    assert not run.is_running()
    site.near.start()
    assert site.wait_for_end(site.queue("near"))["status"] == "complete"

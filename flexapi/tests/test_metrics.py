"""`/metrics`, read as Prometheus reads it."""

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families as parsed

from executions.metrics import QueueCollector
from executions.models import Execution, Status
from flexapi import metrics
from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer, shared_server

__all__ = ["shared_server"]

# What Prometheus 3 sends.
ACCEPT = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Figures:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in parsed(text)
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((f"flexapi_{name}", frozenset(labels.items())), 0)


def ended(figures: Figures) -> float:
    return sum(
        value for (name, _), value in figures.items() if name == "flexapi_executions_ended_total"
    )


def test_it_answers_in_the_format_that_is_asked_for(api: Any, viewer: Any) -> None:
    plain = api(viewer).get("/metrics")
    assert plain.status_code == 200
    assert plain["Content-Type"].startswith("text/plain; version=")
    modern = api(viewer).get("/metrics", HTTP_ACCEPT=ACCEPT)
    assert modern["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert modern.content.endswith(b"# EOF\n")
    first = (
        "flexapi_executions_ended_total",
        frozenset({("status", "failed"), ("queue", "default")}),
    )
    assert first in read(plain.content.decode())


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("OPTIONS", 200), ("POST", 405)])
def test_other_methods(api: Any, viewer: Any, method: str, status: int) -> None:
    assert api(viewer).generic(method, "/metrics").status_code == status


def test_nobody_reads_it_anonymously_or_without_a_role(api: Any, make_user: Any) -> None:
    assert api().get("/metrics", HTTP_ACCEPT=ACCEPT).status_code == 401
    refused = api(make_user("nobody")).get("/metrics")
    assert refused.status_code == 403
    assert "executions.view_execution" in refused.json()["errors"][0]["detail"]


def test_asking_costs_few_queries(
    api: Any, viewer: Any, django_assert_num_queries: Callable[[int], Any]
) -> None:
    client = api(viewer)
    client.get("/metrics")
    with django_assert_num_queries(3):  # The token, the permissions, the queue.
        client.get("/metrics")


@pytest.mark.parametrize(("method", "counted"), [("GET", "GET"), ("PROPFIND", "other")])
def test_methods_are_a_closed_list(method: str, counted: str) -> None:
    def so_far() -> float:
        labels = {"method": counted, "status": "418"}
        return REGISTRY.get_sample_value("flexapi_http_requests_total", labels) or 0

    before = so_far()
    metrics.count_request(method, 418)
    assert so_far() == before + 1


def aborted_so_far() -> float:
    labels = {"status": "aborted", "queue": "default"}
    return REGISTRY.get_sample_value("flexapi_executions_ended_total", labels) or 0


@pytest.mark.django_db
def test_what_ends_without_having_run_is_counted() -> None:
    before = aborted_so_far()
    Execution.objects.create().request_abort("Not now.")
    Execution.objects.create(status=Status.RUNNING, worker="lost", started=timezone.now())
    assert aborted_so_far() == before + 1
    assert Execution.objects.end_of("lost", "It was lost.") == 1
    assert Execution.objects.end_of("lost", "It was lost.") == 0
    assert aborted_so_far() == before + 2


@pytest.mark.django_db
def test_a_queue_that_is_empty_again_is_still_told() -> None:
    collector = QueueCollector()

    def waiting(queue: str) -> list[float]:
        samples = [sample for family in collector.collect() for sample in family.samples]
        wanted = {"status": "pending", "queue": queue}
        return [sample.value for sample in samples if sample.labels == wanted]

    assert (waiting("default"), waiting("nas2")) == ([0], [])
    execution = Execution.objects.create(queue="nas2")
    assert waiting("nas2") == [1]
    execution.delete()
    assert waiting("nas2") == [0]


def test_a_run_moves_the_figures(shared_server: LiveServer) -> None:
    shared_server.home.write({"hello": accepting("one"), "fails": accepting(misbehave="raise")})
    with shared_server.client() as client:

        def scrape() -> Figures:
            return read(client.get("/metrics").text)

        before = scrape()
        good = shared_server.run(tasks=["hello"])
        bad = shared_server.run(tasks=["fails"])
        assert client.get("/api/nothing").status_code == 404
        # An execution is counted just after its end is stored.
        deadline = time.monotonic() + 10
        while ended(after := scrape()) < ended(before) + 2:
            assert time.monotonic() < deadline
        with shared_server.websocket("/ws/execution/"):
            watched = scrape()
        assert client.put("/api/tasks/hello", json={"config": {"mock": []}}).status_code == 200
        refused = client.put("/api/tasks/hello", json={"config": {"nonsense": True}})
        assert refused.status_code == 400
        changed = scrape()

    def moved(name: str, **labels: str) -> float:
        return figure(after, name, **labels) - figure(before, name, **labels)

    assert (good["status"], bad["status"]) == ("complete", "failed")
    assert moved("executions_ended_total", status="complete", queue="default") == 1
    assert moved("executions_ended_total", status="failed", queue="default") == 1
    assert moved("execution_wait_seconds_count", queue="default") == 2
    assert moved("execution_run_seconds_count", queue="default") == 2
    assert 0 < moved("execution_run_seconds_sum", queue="default") < 60
    assert moved("log_lines_total") == good["log_lines"] + bad["log_lines"]
    assert moved("http_requests_total", method="GET", status="404") == 1
    assert figure(after, "executions_active", status="running", queue="default") == 0
    assert figure(after, "engine_state", state="ready") == 1
    assert figure(watched, "websocket_clients") == figure(after, "websocket_clients") + 1
    revisions = [
        figure(state, "config_revisions_total", origin="api") for state in (after, changed)
    ]
    assert revisions[1] == revisions[0] + 1
    failures = figure(changed, "config_write_failures_total", origin="api", reason="Invalid")
    assert (
        failures == figure(after, "config_write_failures_total", origin="api", reason="Invalid") + 1
    )


def test_a_process_without_urls_answers_on_a_port_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            metrics.serve("127.0.0.1", port)
    metrics.serve("127.0.0.1", port)
    figures = read(httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text)
    assert ("flexapi_log_lines_total", frozenset()) in figures
    # What every server would tell alike is asked there.
    assert not any(name == "flexapi_executions_active" for name, _ in figures)

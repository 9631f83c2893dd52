"""A client made from the OpenAPI document does a day's work: what the document says is what the server takes and answers."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import PASSWORD, LiveServer, own_server
from flexapi.testing.process import ROOT

__all__ = ["own_server"]

# In an environment of its own: it wants another version of what FlexGet uses (see the Makefile).
GENERATOR = Path(sys.prefix) / "client" / "bin" / "openapi-python-client"
CONFIG = ROOT / "docs" / "openapi-python-client.yml"
PACKAGE = "flexapi_client"


@pytest.fixture
def server(own_server: LiveServer) -> LiveServer:
    """A server without tasks."""
    own_server.start()
    return own_server


@pytest.fixture
def generated(
    server: LiveServer, tmp_path: Path, require: Callable[[str, bool, str], None]
) -> Iterator[Callable[[str], Any]]:
    """`generated("api.tasks.tasks_list")`: a module of a client made from what the server says of itself."""
    require("client", GENERATOR.exists(), f"there is no {GENERATOR}; make venv installs it")
    document = tmp_path / "openapi.json"
    document.write_bytes(
        httpx.get(f"{server.url}/api/schema", timeout=60).raise_for_status().content
    )
    folder = tmp_path / "client"
    folder.mkdir()
    command: list[str | Path] = [
        GENERATOR,
        "generate",
        "--meta",
        "none",
        "--config",
        CONFIG,
        "--path",
        document,
    ]
    made = subprocess.run(
        [*command, "--output-path", folder / PACKAGE], capture_output=True, text=True, timeout=120
    )
    assert made.returncode == 0, made.stdout + made.stderr
    # It warns of every operation and answer that it can't make something of.
    assert "Warning" not in made.stdout + made.stderr, made.stdout
    sys.path.insert(0, str(folder))
    try:
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def test_a_days_work(server: LiveServer, generated: Callable[[str], Any]) -> None:
    models = generated("models")

    def call(path: str, *arguments: Any, **options: Any) -> Any:
        """Call an operation of the client; return what it makes of the answer. Raises on undocumented statuses."""
        answer = generated(f"api.{path}").sync_detailed(*arguments, client=client, **options)
        assert answer.status_code < 400, answer.content
        return answer.parsed

    client: Any = generated("client").Client(base_url=server.url, raise_on_unexpected_status=True)
    with client:
        credentials = models.LoginRequest(username="admin", password=PASSWORD, name="a client")
        login = call("auth.auth_login_create", body=credentials)
    assert login.object_.user.is_superuser

    client = generated("client").AuthenticatedClient(
        base_url=server.url,
        token=login.object_.token,
        raise_on_unexpected_status=True,
        timeout=httpx.Timeout(60),
    )
    with client:
        config = accepting("Sintel.2010.720p")
        task = call("tasks.tasks_create", body=models.NewTaskRequest(name="films", config=config))
        assert task.object_.name == "films"
        assert task.object_.last_execution is None

        request = models.ExecutionRequestRequest(tasks=["films"])
        execution = call("execution.execution_create", body=request).object_
        assert execution.requested_by == "admin"
        assert execution.abort_reason is None

        log = call("execution.execution_log_retrieve", execution.id)
        lines = [json.loads(line) for line in log.splitlines()]
        assert any("Sintel.2010.720p" in line.get("message", "") for line in lines)
        assert lines[-1]["type"] == "end"
        execution = call("execution.execution_retrieve", execution.id).object_
        assert execution.status == "complete"
        assert execution.summary.accepted == 1
        [entry] = call("execution.execution_entries_list", execution.id).items
        assert (entry.title, entry.state) == ("Sintel.2010.720p", "accepted")
        assert [step.operation for step in entry.trace] == ["accept"]
        assert call("tasks.tasks_retrieve", "films").object_.last_execution.id == execution.id

        wanted = models.ScheduleInputRequest.from_dict(
            {"tasks": "films", "interval": {"hours": 12}}
        )
        schedule = call("schedules.schedules_create", body=wanted).object_
        assert schedule.tasks == ["films"]
        assert schedule.last_execution is None

        movie = models.QueuedMovieRequest(title="Tears of Steel", year=2012)
        queued = call("movie_queue.movie_queue_create", body=movie).object_
        assert queued.requested_by == "admin"
        assert call("movie_queue.movie_queue_list").count == 1

        call("movie_queue.movie_queue_destroy", queued.id)
        call("schedules.schedules_destroy", schedule.id)
        call("tasks.tasks_destroy", "films")
        call("auth.auth_logout_create")
        ended = generated("api.tasks.tasks_list").sync_detailed(client=client)
        assert ended.status_code == 401
        assert ended.parsed.errors[0].code
    assert "films" not in server.home.config.read_text()

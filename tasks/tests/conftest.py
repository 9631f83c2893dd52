"""Fixtures of the tasks' tests."""

from collections.abc import Callable
from typing import Any

import pytest

from executions import views
from executions.models import Execution
from executions.running.runner import Runner
from flexapi.testing.config_file import changed_lines, config

__all__ = ["changed_lines", "config"]
YAML = "application/yaml"


@pytest.fixture
def post(config, flexget, monkeypatch, api, editor):
    """`post(path, body)`: the answer; `run()` runs what was queued."""
    monkeypatch.setattr(views, "engine", lambda: flexget)
    client = api(editor)

    def send(path: str, body: Any) -> Any:
        kind = {"content_type": YAML} if isinstance(body, str) else {}
        return client.post(path, body, **kind)

    return send


@pytest.fixture
def run(flexget) -> Callable[[Any], Execution]:
    """Run what an answer says was queued, to its end."""

    def to_the_end(answer: Any) -> Execution:
        assert answer.status_code == 201, answer.content
        claimed = Execution.objects.claim("test")
        assert claimed is not None
        assert claimed.pk == answer.json()["object"]["id"]
        Runner(claimed, flexget).run()
        claimed.refresh_from_db()
        return claimed

    return to_the_end

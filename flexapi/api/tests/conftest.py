import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from flexapi.testing.process import OwnProcess


@dataclass(frozen=True)
class Probe:
    """A daphne process that serves the probe endpoints."""

    port: int
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    """The probe endpoints behind a real daphne."""
    folder = tmp_path_factory.mktemp("probe")
    server = OwnProcess(folder / "probe.log")
    environment = os.environ | {"FLEXAPI_DATA_DIR": str(folder)}
    server.launch(
        [sys.executable, "-m", "flexapi.api.tests.probe"], environment, stdout=subprocess.PIPE
    )
    assert server.process is not None
    with server.process as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, server.log()
        started = json.loads(line)
        yield Probe(started["port"], started["tokens"]["viewer"])
        server.end()


@pytest.fixture
def probe_urls(settings: Any) -> None:
    """The probe endpoints in place of the project's own, in this process."""
    settings.ROOT_URLCONF = "flexapi.api.tests.probe_urls"

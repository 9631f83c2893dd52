"""`python -m flexapi.healthcheck`, as a container runs it."""

import os
import socket
import subprocess
import sys

import pytest

from flexapi import healthcheck
from flexapi.testing.live import LiveServer
from flexapi.testing.process import ROOT


def check(**variables: object) -> "subprocess.CompletedProcess[str]":
    """Run it in an environment with these variables."""
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    command = [sys.executable, "-m", "flexapi.healthcheck"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_asks_where_the_server_listens(shared_server: LiveServer) -> None:
    done = check(
        FLEXAPI_PORT=shared_server.port, FLEXAPI_HOST="0.0.0.0", http_proxy="http://[::1]:9"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = check(FLEXAPI_PORT=port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"http://127.0.0.1:{port}/healthz: ")
    assert check(FLEXAPI_PORT="many").returncode == 1


@pytest.mark.parametrize(
    ("host", "asked"),
    [
        ("", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("[::]", "[::1]"),
        ("[::1]", "[::1]"),
        ("192.0.2.7", "192.0.2.7"),
        ("nas.lan", "nas.lan"),
    ],
)
def test_all_addresses_are_asked_on_this_machine_s_own(
    monkeypatch: pytest.MonkeyPatch, host: str, asked: str
) -> None:
    monkeypatch.setenv("FLEXAPI_HOST", host)
    monkeypatch.delenv("FLEXAPI_PORT", raising=False)
    assert healthcheck.url() == f"http://{asked}:8000/healthz"


def test_it_loads_no_django() -> None:
    code = "import sys, flexapi.healthcheck; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

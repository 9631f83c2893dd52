"""Starts the process that FlexGet's host is."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import protocol
from .connection import Connection

HOST = Path(__file__).with_name("host") / "main.py"
# Where a process that runs without Django finds the project's packages.
ROOT = Path(__file__).resolve().parents[2]
# Variables of the server that FlexGet, and what its `exec` starts, have no business with.
PRIVATE_VARIABLES = ("FLEXAPI_", "DJANGO_")


def environment() -> dict[str, str]:
    """Return the environment variables for processes that run FlexGet."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(PRIVATE_VARIABLES)
    }


def start(
    python: str,
    config: Path,
    methods: Mapping[str, str],
    plugins: Mapping[str, str],
    configuration: Mapping[str, Any],
) -> Connection:
    """Start a host; it has yet to load FlexGet. The arguments are as `Engine` has them. Raises OSError."""
    ours, theirs = socket.socketpair()
    command = [python, str(HOST), "--config", str(config)]
    for name, module in methods.items():
        command += ["--methods", f"{name}={module}"]
    for name, package in plugins.items():
        command += ["--plugins", f"{name}={package}"]
    with theirs, contextlib.ExitStack() as unless_started:
        unless_started.enter_context(ours)
        process = subprocess.Popen(
            [*command, "--fd", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=environment(),
            # Ctrl-C in the server's terminal is the server's to handle.
            start_new_session=True,
        )
        unless_started.pop_all()
    connection = Connection(process, ours)
    # Not by argument or environment: the database's address has its password in it.
    with contextlib.suppress(OSError):  # A host that has ended already says so by that.
        connection.outbox.send(
            protocol.encode(protocol.notification("configure", dict(configuration)))
        )
    return connection

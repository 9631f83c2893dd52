"""What processes that are forked from the host have in common: how they end, and how they are heard."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flexapi.engine import protocol


@contextmanager
def last_act() -> Iterator[None]:
    """What a forked process does: it ends behind this, and never returns to what the host was doing."""
    code = 1
    try:
        yield
        code = 0
    finally:
        if code:
            # Straight onto the pipe of stderr: the server keeps it as log lines.
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: the host's exit handlers and buffers are not this process's, and threads may hang.
        os._exit(code)


def heard(channel: socket.socket, lines: protocol.LineBuffer) -> Iterator[protocol.Message]:
    """Read what a forked process has said. Raises EOFError where it has hung up."""
    try:
        data = channel.recv(1 << 16)
    except ConnectionResetError:
        data = b""
    if not data:
        raise EOFError
    for line in lines.feed(data):
        yield json.loads(line)

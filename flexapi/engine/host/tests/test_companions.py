"""What a companion hears of the host, and when it ends."""

import socket
import time
from typing import Any

from flexapi.engine import protocol
from flexapi.engine.host.companions import Wire


def orders(until: float | None, **wanted: Any) -> bytes:
    return protocol.encode(protocol.notification("orders", {"until": until, **wanted}))


def test_it_ends_when_the_host_hangs_up() -> None:
    host, companion = socket.socketpair()
    with companion:
        host.sendall(orders(None, stopped=["a"]) + orders(None, stopped=[]))
        host.close()
        assert list(Wire(companion).orders()) == [{"stopped": ["a"]}, {"stopped": []}]


def test_it_ends_when_the_server_is_silent_for_too_long() -> None:
    host, companion = socket.socketpair()
    with host, companion:
        host.sendall(orders(time.monotonic() - 1, stopped=[]))
        assert list(Wire(companion).orders()) == [{"stopped": []}]

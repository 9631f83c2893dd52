"""Sending to a peer that may have stopped listening."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from flexapi.engine import outbox
from flexapi.engine.outbox import Outbox, OutboxFull

HUGE = b"x" * 1_000_000 + b"\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def lines(channel: socket.socket, count: int) -> list[bytes]:
    with channel.makefile("rb") as file:
        return [file.readline() for _ in range(count)]


def test_nobody_waits_longer_than_they_want_and_messages_stay_whole(pair) -> None:
    ours, theirs = pair
    box = Outbox(ours)
    began = time.monotonic()
    box.send(HUGE, timeout=0.1)
    box.send(b"second\n", timeout=0.1)
    assert time.monotonic() - began < 20
    # The last one sends what the others left.
    last = threading.Thread(target=box.send, args=(b"third\n",))
    last.start()
    assert lines(theirs, 3) == [HUGE, b"second\n", b"third\n"]
    last.join()


def test_it_takes_only_so_much(pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "CAPACITY", 2_000_000)
    box = Outbox(pair[0])
    box.send(HUGE, timeout=0)
    box.send(HUGE, timeout=0)
    with pytest.raises(OutboxFull):
        box.send(HUGE, timeout=0)


def test_descriptors_go_at_once_or_not_at_all(pair) -> None:
    ours, theirs = pair
    box = Outbox(ours)
    box.send(b"with one\n", [theirs.fileno()], timeout=1)
    data, received, _, _ = socket.recv_fds(theirs, 100, 4)
    assert (data, len(received)) == (b"with one\n", 1)
    socket.close(received[0])
    box.send(HUGE, timeout=0)
    with pytest.raises(OutboxFull):
        box.send(b"too late\n", [theirs.fileno()], timeout=0)


def test_a_peer_that_is_gone_is_an_error(pair) -> None:
    ours, theirs = pair
    theirs.close()
    with pytest.raises(OSError, match="pipe"):
        Outbox(ours).send(b"hello\n")
    ours.close()
    with pytest.raises(OSError, match="closed"):
        Outbox(ours).send(b"hello\n")

"""Sends messages on a stream socket that somebody else reads from, without waiting for ever for a peer that doesn't listen."""

import errno
import select
import socket
import threading
import time

# Bytes that may lie here for a peer that has stopped; then nothing more is taken.
CAPACITY = 16 * 1024 * 1024
# As many as the peer takes at once.
CHUNK = 1 << 16


class OutboxFull(Exception):
    """The peer takes nothing, and too much waits for it."""


class Outbox:
    """The sending side of a socket; safe to use from any thread.

    The socket stays in blocking mode for its reader. What a sender could not send in its time is sent by the next one,
    first, so that messages stay whole and in order.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._left = bytearray()

    def send(self, data: bytes, fds: list[int] | None = None, timeout: float = 30.0) -> None:
        """Send a message, descriptors along with it. It is taken once this returns, sent or not.

        Raises OutboxFull (also where descriptors can't be sent at once), OSError where the peer is gone;
        then nothing of the message was sent.
        """
        deadline = time.monotonic() + timeout
        if not self._lock.acquire(timeout=timeout):
            raise OutboxFull
        try:
            if len(self._left) + len(data) > CAPACITY:
                raise OutboxFull
            self._flush(deadline)
            if fds:
                # The descriptors may be closed by the caller afterwards, so they can't lie here.
                if self._left or not self._writable(deadline):
                    raise OutboxFull
                data = data[socket.send_fds(self._channel, [data], fds, socket.MSG_DONTWAIT) :]
            self._left += data
            self._flush(deadline)
        finally:
            self._lock.release()

    def _flush(self, deadline: float) -> None:
        while self._left and self._writable(deadline):
            try:
                sent = self._channel.send(self._left[:CHUNK], socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            del self._left[:sent]

    def _writable(self, deadline: float) -> bool:
        handle = self._channel.fileno()
        if handle < 0:
            raise OSError(errno.EBADF, "the socket is closed")
        poll = select.poll()
        poll.register(handle, select.POLLOUT)
        return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))

"""Daphne, but for clients that read slowly: what they have not read yet waits in the application, not in memory.

Daphne hands everything to Twisted at once, whose buffers grow without a limit. Import this only to serve: it
installs Twisted's reactor.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from daphne.server import Server
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer


@implementer(IPushProducer)
class Valve:
    """Open while the connection takes more; Twisted closes it when a buffer of 64 KiB is full."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    async def wait(self) -> None:
        """Return when more may be sent."""
        await self._open.wait()

    def pauseProducing(self) -> None:
        """Close it."""
        self._open.clear()

    def resumeProducing(self) -> None:
        """Open it."""
        self._open.set()

    def stopProducing(self) -> None:
        """Let go of who waits: the connection is gone."""
        self._open.set()


class PatientServer(Server):
    """Daphne's server, whose applications wait for slow readers in `send`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._valves: dict[Any, Valve] = {}

    async def handle_reply(self, protocol: Any, message: Mapping[str, Any]) -> None:
        """Pass on what an application sends, once the client has read what came before."""
        valve = self._valves.get(protocol)
        if valve is None and _is_part_of_a_stream(message) and self._is_connected(protocol):
            valve = self._valves[protocol] = Valve()
            if message["type"] == "websocket.send":
                # What upgraded the connection is registered still, and has nothing to do any more.
                protocol.transport.unregisterProducer()
                protocol.transport.registerProducer(valve, True)
            else:
                protocol.registerProducer(valve, True)
        if valve is not None:
            await valve.wait()
            over = message["type"] == "http.response.body" and not message.get("more_body")
            if over and self._valves.pop(protocol, None) is not None:
                # Twisted wants that before the response ends.
                protocol.unregisterProducer()
        await super().handle_reply(protocol, message)

    def protocol_disconnected(self, protocol: Any) -> None:
        """Forget a connection."""
        valve = self._valves.pop(protocol, None)
        if valve is not None:
            valve.stopProducing()
        super().protocol_disconnected(protocol)

    def _is_connected(self, protocol: Any) -> bool:
        known = self.connections.get(protocol)
        return known is not None and not known.get("disconnected")


def _is_part_of_a_stream(message: Mapping[str, Any]) -> bool:
    kind = message["type"]
    return kind == "websocket.send" or (
        kind == "http.response.body" and bool(message.get("more_body"))
    )

"""A websocket's client in the tests' process, as patient as those of real servers."""

from typing import Any

from channels import testing

# Seconds; Channels waits for one, which says of a busy machine that it is busy.
PATIENCE = 60.0


class WebsocketCommunicator(testing.WebsocketCommunicator):
    """Waits for what comes; `receive_nothing` waits as long as it does in Channels."""

    async def receive_output(self, timeout: float = PATIENCE) -> dict[str, Any]:  # noqa: ASYNC109  It is Channels' own.
        """Return the next message, which is waited for longer than a caller in Channels says. Raises TimeoutError."""
        message: dict[str, Any] = await super().receive_output(max(timeout, PATIENCE))
        return message

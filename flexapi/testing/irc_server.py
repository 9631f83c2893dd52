"""A small IRC server on loopback: it welcomes everybody, has them in a channel at once, and says what a test wants said."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

TIMEOUT = 30.0


class Client:
    """Somebody who is connected, and all lines that they sent."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.nickname = ""
        self.lines: list[str] = []
        self.is_gone = False

    def send(self, line: str) -> None:
        """Send a line; one who is gone hears nothing."""
        with suppress(OSError):
            self.connection.sendall(f"{line}\r\n".encode())

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


class IrcServer:
    """Listens from the start until `end`."""

    def __init__(self, channel: str = "#news") -> None:
        self.channel = channel
        self.clients: list[Client] = []
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def present(self) -> list[Client]:
        """Those who are connected and have been welcomed."""
        return [client for client in self.clients if client.nickname and not client.is_gone]

    def wait_until(self, true: Callable[[], object]) -> None:
        """Return when something is so; it is looked at whenever something happens here."""
        with self._changed:
            assert self._changed.wait_for(true, TIMEOUT), [client.lines for client in self.clients]

    def wait_for(self, *nicknames: str) -> list[Client]:
        """Return those who are there, once just these are."""
        wanted = sorted(nicknames)
        self.wait_until(lambda: sorted(client.nickname for client in self.present) == wanted)
        return self.present

    def announce(self, text: str, nickname: str = "announcer") -> None:
        """Say something in the channel, to all who are there."""
        self._say(f":{nickname}!bot@localhost PRIVMSG {self.channel} :{text}")

    def stir(self) -> None:
        """Say what nobody takes note of: FlexGet's bot looks at what is due only when it hears something, or ten seconds later."""
        self._say(":localhost NOTICE * :still here")

    def _say(self, line: str) -> None:
        for client in self.present:
            client.send(line)

    def end(self) -> None:
        """Listen no more, and hang up on everybody."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self.clients:
            client.close()

    def _accept(self) -> None:
        with suppress(OSError):  # The listener was closed.
            while True:
                connection, _ = self._listener.accept()
                client = Client(connection)
                self.clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: Client) -> None:
        with client.connection, suppress(OSError), client.connection.makefile("rb") as lines:
            for line in lines:
                self._answer(client, line.decode().strip())
        with self._changed:
            client.is_gone = True
            self._changed.notify_all()

    def _answer(self, client: Client, line: str) -> None:
        command, _, rest = line.partition(" ")
        if command == "NICK":
            client.send(f":localhost 001 {rest} :Welcome")
            client.send(f":localhost 376 {rest} :End of /MOTD command.")
            # Else a bot waits for five seconds.
            client.send(f":{rest}!{rest}@localhost JOIN {self.channel}")
        elif command == "PING":
            client.send(f":localhost PONG localhost :{rest}")
        with self._changed:
            client.lines.append(line)
            if command == "NICK":
                client.nickname = rest
            self._changed.notify_all()
        if command == "QUIT":
            client.close()

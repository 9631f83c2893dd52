"""Daphne's requests, with their bodies left alone.

Import this module only to serve: importing daphne installs Twisted's reactor.
"""

from daphne import http_protocol


class UnparsedRequest(http_protocol.WebRequest):
    """A request whose body only Django reads.

    Twisted would parse forms as well, for nobody, and answer one that it can't read with a 400 that says nothing.
    """

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """Hand the request on as it came: `path` is its path with the query string."""
        self.content.seek(0)
        self.args: dict[bytes, list[bytes]] = {}
        self.method, self.uri, self.clientproto = command, path, version
        self.path = path.partition(b"?")[0]
        self.process()


def install() -> None:
    """Have daphne make these in place of its own."""
    http_protocol.WebRequest = UnparsedRequest

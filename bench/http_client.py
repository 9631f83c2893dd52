"""A small HTTP client on one kept-alive connection, so that the client's share is small."""

import http.client
import json
import time
from typing import Any

TIMEOUT = 60.0
# Seconds of silence after which a connection is made again: FlexGet's server hangs up after ten.
KEPT_FOR = 5.0


class Failed(Exception):
    """The server answered with an error."""


class Client:
    """A connection to one server that sends one `Authorization` header."""

    def __init__(self, port: int, authorization: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._headers = {"Authorization": authorization}
        self._last_used = 0.0

    def get(self, path: str) -> Any:
        """Return the JSON of a GET; raises Failed."""
        return json.loads(self._request("GET", path, None))

    def post(self, path: str, body: Any) -> bytes:
        """Return the body that a POST of JSON answers, read to its end; raises Failed."""
        return self._request("POST", path, json.dumps(body))

    def delete(self, path: str) -> Any:
        """Return the JSON that a DELETE answers; raises Failed."""
        return json.loads(self._request("DELETE", path, None))

    def post_until(self, path: str, body: Any, mark: bytes) -> tuple[bool, bytes]:
        """As `post`, but for a stream: return once `mark` was seen, whether it was, and the rest.

        Call `finish` before the next request.
        """
        response = self._open("POST", path, json.dumps(body))
        seen = b""
        while mark not in seen:
            data = response.read1(65536)
            if not data:
                return False, seen
            seen += data
        self._rest = response
        return True, seen

    def finish(self) -> None:
        """Read the rest of the stream of `post_until`."""
        self._rest.read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _open(self, method: str, path: str, body: str | None) -> http.client.HTTPResponse:
        headers = self._headers
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
        now = time.monotonic()
        if now - self._last_used > KEPT_FOR:
            self._connection.close()
        self._last_used = now
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        if response.status >= 400:
            text = response.read().decode("utf-8", "replace")
            raise Failed(f"{method} {path}: {response.status} {text[:500]}")
        return response

    def _request(self, method: str, path: str, body: str | None) -> bytes:
        return self._open(method, path, body).read()

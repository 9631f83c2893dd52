"""A server on loopback that stands in for Trakt where somebody allows FlexGet an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from flexapi.testing.json_service import JsonService

TOKEN = "a-token-that-nobody-sees"
CODE = {
    "device_code": "d" * 20,
    "user_code": "5055CC52",
    "verification_url": "https://trakt.example/activate",
    "expires_in": 5,
    "interval": 0.05,
}
GIVEN = {
    "access_token": TOKEN,
    "refresh_token": f"{TOKEN}-again",
    "expires_in": 7_776_000,
    "created_at": 1_790_000_000,
}


class Trakt(JsonService):
    """Trakt's device authentication: a code, then `status` until somebody has entered it."""

    status: ClassVar[int] = 400
    code: ClassVar[dict[str, Any]] = CODE

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/oauth/device/code":
            return self.answer(200, self.code)
        assert self.path == "/oauth/device/token"
        return self.answer(self.status, GIVEN if self.status == 200 else {})


@contextmanager
def serving() -> Iterator[str]:
    """Serve, and give the URL of the API; nobody has entered the code until `Trakt.status` is 200."""
    Trakt.status, Trakt.code = 400, CODE
    with ThreadingHTTPServer(("127.0.0.1", 0), Trakt) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()

"""Stand-ins for those who are told: an HTTP server that keeps what it gets and answers as it is told, and one for mail."""

import socketserver
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Heard:
    """One request, or one mail (its `path` is the recipient), and when it came, in seconds since 1970."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)
    # The port that a request came from; the same for all of a connection.
    client: int = 0


@dataclass
class Receiver:
    """What came, in its order. `answer(heard)` returns status and body; it may wait, or raise ConnectionError to hang up."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], tuple[int, bytes]] = lambda heard: (200, b"ok")
    headers: dict[str, str] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def keep(self, heard: Heard) -> None:
        """Keep a request."""
        with self.arrived:
            self.heard.append(heard)
            self.arrived.notify_all()

    def wait(self, count: int = 1, timeout: float = 20) -> list[Heard]:
        """Return what came, once that is `count` or more."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.heard) >= count, timeout), self.heard
            return list(self.heard)

    def url(self, path: str = "/", scheme: str = "http") -> str:
        """The address to give."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"


@cache
def _tls() -> ssl.SSLContext:
    """What to speak TLS with, as nobody in particular."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        pem = serialization.Encoding.PEM
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        file.write(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
        file.flush()
        context.load_cert_chain(file.name)
    return context


@contextmanager
def http_receiver(*, keeps_alive: bool = False) -> Iterator[Receiver]:
    """Listen on loopback; `keeps_alive`: a connection may carry several requests."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keeps_alive else "HTTP/1.0"
        # Headers and body go out in two writes, and loopback delays the second for as long as the first isn't acknowledged.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            heard = Heard(
                self.path,
                dict(self.headers.items()),
                self.rfile.read(length),
                client=self.client_address[1],
            )
            try:
                status, body = receiver.answer(heard)
            except ConnectionError:
                self.close_connection = True
                return
            receiver.keep(heard)
            try:
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # Nobody waits for it any more.

        do_PUT = do_GET = do_POST

        def do_CONNECT(self) -> None:
            """Be a proxy, and whoever is asked for as well."""
            self.send_response(200)
            self.end_headers()
            self.connection = _tls().wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            with self.connection, self.rfile:
                self.handle_one_request()
                self.wfile.close()
            self.close_connection = True

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.port = server.server_port
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield receiver
        server.shutdown()


@contextmanager
def mail_receiver() -> Iterator[Receiver]:
    """Listen on loopback, speaking as much SMTP as a client needs."""
    receiver = Receiver()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 stand-in")
            recipient = ""
            for raw in self.rfile:
                verb = raw[:4].upper()
                if verb == b"QUIT":
                    return self._say("221 bye")
                if verb == b"RCPT":
                    recipient = raw.decode().strip()
                if verb == b"DATA":
                    self._say("354 go on")
                    body = b"".join(iter(self.rfile.readline, b".\r\n"))
                    receiver.keep(Heard(recipient, {}, body))
                self._say("250 ok")
            return None

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield receiver
        server.shutdown()

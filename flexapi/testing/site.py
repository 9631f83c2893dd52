"""A web site on loopback for tasks to read: feeds, pages and files, by path."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from xml.sax.saxutils import escape


@dataclass
class Site:
    """What it has by path; what any other path answers is a small file. `posted` is what it was sent."""

    url: str = ""
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)
    posted: list[str] = field(default_factory=list)

    def feed(self, path: str, *titles: str) -> str:
        """Put an RSS feed with these titles at a path; return its address."""
        items = "".join(
            f"<item><title>{escape(title)}</title><link>{self.url}/files{path}-{number}.torrent</link>"
            f"<guid>{path}{number}</guid></item>"
            for number, title in enumerate(titles)
        )
        head = "<title>A feed</title><link>http://localhost/</link><description/>"
        text = f'<rss version="2.0"><channel>{head}{items}</channel></rss>'
        self.pages[path] = ("application/rss+xml", text)
        return self.url + path

    def page(self, path: str, *titles: str) -> str:
        """Put a page with a link of each title at a path; return its address."""
        links = "".join(
            f'<a href="/files{path}-{number}.torrent">{escape(title)}</a>'
            for number, title in enumerate(titles)
        )
        self.pages[path] = ("text/html", f"<html><body>{links}</body></html>")
        return self.url + path

    def json(self, path: str, value: object) -> None:
        """Answer with JSON at a path."""
        self.pages[path] = ("application/json", json.dumps(value))


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site as long as the context lasts."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            kind, text = site.pages.get(path, ("application/x-bittorrent", f"file {path}"))
            self._answer(200, kind, text.encode())

        def do_POST(self) -> None:
            site.posted.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._answer(204, "text/plain", b"")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

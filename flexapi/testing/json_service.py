"""What stand-ins of outside services that speak JSON have in common."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any


class JsonService(BaseHTTPRequestHandler):
    """Answers JSON, and says nothing in the log of the tests."""

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """Answer with a status and a body."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Say nothing."""

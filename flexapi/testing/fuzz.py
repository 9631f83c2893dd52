"""Requests that schemathesis makes from the OpenAPI document, as each role, to a real server.

`python -m flexapi.testing.fuzz --minutes 10` (`make fuzz`); a short run of the same is a test. No answer may be a 5xx,
have a status or a media type that the document doesn't name, or differ from its schema.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flexapi.testing.flexget_home import accepting, mock
from flexapi.testing.live import LiveServer

NOBODY = "nobody"
USERS = ("viewer", "operator", "editor", "admin")
ROLES = (NOBODY, *USERS)
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# What ends the token that the requests are made with, and what copies whole databases each time.
LEFT_OUT = ("auth_logout_create", "auth_tokens_destroy", "server_backup")
# Seconds that an answer may take.
PATIENCE = 60
TASKS: dict[str, Any] = {
    "films": accepting("Sintel.2010.720p", entry_list="wanted"),
    "shows": {**mock("Show.S01E01.720p"), "series": ["Show"]},
    "waiting": accepting("Tears.of.Steel", pending_approval=True),
    "_resting": accepting("rest"),
}
OBJECTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("schedules", {"tasks": "films", "interval": {"hours": 12}}),
    ("movie_queue", {"title": "Tears of Steel", "year": 2012, "imdb_id": "tt2285752"}),
    ("seen", {"title": "Seen.Before", "task": "films"}),
    ("series", {"name": "Other Show", "begin": "S01E02"}),
    ("movie_list", {"name": "films"}),
    ("movie_list/1/movies", {"title": "Sintel", "year": 2010}),
    ("pending_list", {"name": "films"}),
    ("pending_list/1/entries", {"title": "Sintel", "original_url": "http://localhost/sintel"}),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the requests of one role: how many there were, and what schemathesis says where it found a fault."""

    role: str
    cases: int
    faults: str


def populate(server: LiveServer) -> None:
    """Write a config, run it, and make one of each object; make a user of each role. The server must be running."""
    server.home.write(TASKS)
    for role in USERS[:-1]:
        server.add_user(role, role)
    with server.client() as client:
        server.run()
        for path, body in OBJECTS:
            answer = client.post(f"/api/{path}", json=body)
            assert answer.status_code == 201, (path, answer.text)


def fuzz(server: LiveServer, role: str, phases: str, examples: int, *options: str) -> Outcome:
    """Make requests as a role: `examples` of each operation and kind. Further options are schemathesis's own."""
    known = ["--header", f"Authorization: Token {server.token(role)}"] if role != NOBODY else []
    left_out = [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/api/schema", *known),
        *("--phases", phases, "--max-examples", str(examples), "--checks", ",".join(CHECKS)),
        *("--request-timeout", str(PATIENCE), "--generation-database", "none", "--no-color"),
        *("--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"),
        *("--no-shrink", *left_out, *options),
    ]
    # It keeps notes in the folder that it runs in.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    said = done.stdout + done.stderr
    cases = re.search(r"(\d+) generated", said)
    return Outcome(role, int(cases[1]) if cases else 0, said if done.returncode else "")


def main() -> int:
    """Make requests as every role in turn until the time is over; print faults. Return how many runs had any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    seconds = parser.parse_args().minutes * 60
    faulty = 0
    with tempfile.TemporaryDirectory(prefix="flexapi-fuzz-") as folder:
        server = LiveServer(Path(folder))
        server.start()
        try:
            populate(server)
            for role in ROLES:
                began = time.monotonic()
                outcome = fuzz(
                    server,
                    role,
                    "examples,coverage,fuzzing,stateful",
                    50,
                    "--max-time",
                    str(int(seconds / len(ROLES))),
                )
                took = time.monotonic() - began
                found = "faults" if outcome.faults else "no fault"
                print(f"{role}: {outcome.cases} requests in {took:.0f} s, {found}", flush=True)
                if outcome.faults:
                    faulty += 1
                    print(outcome.faults, flush=True)
        finally:
            server.end()
    return faulty


if __name__ == "__main__":
    sys.exit(main())

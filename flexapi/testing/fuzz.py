"""Requests that schemathesis makes from the OpenAPI document, as each role, to a real server.

`python -m flexapi.testing.fuzz --minutes 10` (`make fuzz`); a short run of the same is a test. No answer may be a 5xx,
have a status or a media type that the document doesn't name, or differ from its schema.
"""

import argparse
import json
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
CONFIG = "schemathesis.toml"
# What ends the token that the requests are made with, and what copies whole databases each time.
LEFT_OUT = ("auth_logout_create", "auth_tokens_destroy", "tokens_destroy", "server_backup")
# Executions are listed while they are not over, unless asked for.
EVERY = {"status": "all"}
# Seconds that an answer may take.
PATIENCE = 60
INCLUDED = "more.yml"
TASKS: dict[str, Any] = {
    "films": accepting("Sintel.2010.720p", list_add=[{"entry_list": "wanted"}]),
    "queued": {**mock("Elephants.Dream.2006.720p"), "movie_queue": "accept"},
    "shows": {
        **mock("Show.S01E01.720p", "Show.S02.720p"),
        "series": [{"Show": {"season_packs": True}}],
    },
    "failing": accepting(
        "Broken",
        # With it, FlexGet remembers what failed.
        disable=["seen"],
        exec={"fail_entries": True, "on_output": {"for_accepted": "false"}},
    ),
    "including": accepting("Cosmos.Laundromat", include=[INCLUDED]),
    "waiting": accepting("Tears.of.Steel", pending_approval=True),
    "_resting": accepting("rest"),
}
OBJECTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("schedules", {"tasks": "films", "interval": {"hours": 12}}),
    ("movie_queue", {"title": "Tears of Steel", "year": 2012, "imdb_id": "tt2285752"}),
    ("movie_queue", {"title": "Elephants Dream", "year": 2006}),
    ("seen", {"title": "Seen.Before", "task": "films"}),
    ("movie_list", {"name": "films"}),
    ("movie_list/1/movies", {"title": "Sintel", "year": 2010}),
    ("pending_list", {"name": "films"}),
    ("pending_list/1/entries", {"title": "Sintel", "original_url": "http://localhost/sintel"}),
    ("hooks", {"name": "door", "task": "films", "title": "$.title", "url": "$.url"}),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the requests of one role: how many there were, and what schemathesis says where it found a fault."""

    role: str
    cases: int
    faults: str


def populate(server: LiveServer) -> None:
    """Write a config, run it, and make one of each object; make a user of each role. The server must be running."""
    (server.home.folder / INCLUDED).write_text("priority: 5\n")
    server.home.write(TASKS)
    server.add_users({role: role for role in USERS[:-1]})
    with server.client() as client:
        for path, body in OBJECTS:
            answer = client.post(f"/api/{path}", json=body)
            assert answer.status_code == 201, (path, answer.text)
        # The last of them is the hook, whose secret is told this once.
        secret = {"X-Api-Key": answer.json()["object"]["secret"]}
        called = {"title": "Door", "url": "http://localhost/door"}
        client.post("/api/hooks/door", json=called, headers=secret).raise_for_status()
    execution = server.run()
    assert execution["status"] == "complete", execution


def known_to(server: LiveServer, role: str) -> dict[str, dict[str, int | str]]:
    """Return, by path, the values of its parameters that lead to something that is there.

    Paths of which nothing is there are left out.
    """
    found: dict[str, dict[str, int | str]] = {}
    with server.client(role) as client:
        paths = client.get("/api/schema").raise_for_status().json()["paths"]
        for path in (path for path in paths if "{" in path):
            address, values = path, {}
            while match := re.search(r"\{(\w+)\}", address):
                collection = client.get(address[: match.start()].rstrip("/"), params=EVERY)
                items = collection.json().get("items")
                if not items:
                    break
                named = "name" if match[1] == "name" else "id"
                value = items[0].get(named, items[0].get("name"))
                values[match[1]] = value
                address = address.replace(match[0], str(value))
            else:
                found[path] = values
    return found


def _configured(known: dict[str, dict[str, int | str]]) -> str:
    """Return schemathesis's config that has it ask for these."""
    return "\n".join(
        f"[[operations]]\ninclude-path = {json.dumps(path)}\nparameters = {{ {given} }}\n"
        for path, values in known.items()
        for given in [
            ", ".join(f'"path.{name}" = {json.dumps(value)}' for name, value in values.items())
        ]
    )


def fuzz(
    server: LiveServer,
    role: str,
    phases: str,
    examples: int,
    *options: str,
    known: dict[str, dict[str, int | str]] | None = None,
) -> Outcome:
    """Make requests as a role: `examples` of each operation and kind; about what is `known` to be there, if given.

    Further options are schemathesis's own.
    """
    shown = ["--header", f"Authorization: Token {server.token(role)}"] if role != NOBODY else []
    left_out = [word for name in LEFT_OUT for word in ("--exclude-operation-id", name)]
    command = [
        *(
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            CONFIG,
            "run",
            f"{server.url}/api/schema",
            *shown,
        ),
        *("--phases", phases, "--max-examples", str(examples), "--checks", ",".join(CHECKS)),
        *("--request-timeout", str(PATIENCE), "--generation-database", "none", "--no-color"),
        *("--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"),
        *("--no-shrink", *left_out, *options),
    ]
    # It keeps notes in the folder that it runs in.
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / CONFIG).write_text(_configured(known or {}))
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
            known = known_to(server, "admin")
            for role in ROLES:
                began = time.monotonic()
                outcome = fuzz(
                    server,
                    role,
                    "examples,coverage,fuzzing,stateful",
                    50,
                    "--max-time",
                    str(int(seconds / len(ROLES))),
                    # Who may only read leaves it there.
                    known=known if role == "viewer" else None,
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

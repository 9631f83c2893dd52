"""`python …/fill.py FOLDER [DATABASE_URL]`, run in a checkout of an earlier version: lets it work, and notes what it says.

FOLDER gets `data/` and `flexget/`, as one machine has them, and `seen.json`: each answer of the API by its path, and the token
that it was asked with. `2026-11-22.tar.xz` holds that of commit 21256f9, and `2026-11-22.dump` what `pg_dump --format=custom --no-owner`
made of its DATABASE_URL.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

PASSWORD = "correct horse battery"
CONFIG = """\
# The house of 2026.
variables: {where: /downloads}
templates:
  hd:
    quality: 720p+
tasks:
  films:   # every night
    template: hd
    mock:
      - {title: Sintel 2010 1080p, url: "http://localhost:9/sintel"}
      - {title: Elephants Dream 2006 360p, url: "http://localhost:9/dream"}
    movie_queue: accept
  shows:
    mock:
      - {title: Some Show S01E01 720p, url: "http://localhost:9/show"}
    series: [Some Show]
  _resting:
    mock: []
  aborts:
    mock: [{title: x, url: "http://localhost:9/x"}]
    abort_if_exists: {regexp: x, field: title}
schedules:
  - tasks: [films, shows]
    interval: {days: 1}
"""
LISTS = (
    *(
        "execution?status=all",
        "history",
        "movie_queue",
        "movie_queue/grabbed",
        "schedules",
        "tasks",
    ),
    *("config_revisions", "series", "seen", "auth/tokens"),
)


def fill(folder: Path, database: str) -> None:
    """Serve in a folder, do a little of everything, and note what is there then."""
    home = folder / "flexget"
    home.mkdir(parents=True)
    (home / "config.yml").write_text(CONFIG)
    environment = os.environ | {
        "HOME": str(folder),
        "FLEXAPI_DATA_DIR": str(folder / "data"),
        "FLEXAPI_CONFIG": str(home / "config.yml"),
        "FLEXAPI_ADMIN_PASSWORD": PASSWORD,
        **({"FLEXAPI_DATABASE_URL": database} if database else {}),
    }
    command = [sys.executable, "manage.py", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        found = None
        while found is None:
            found = re.match(r"Serving on (http://\S+?)/ ", server.stdout.readline())
        try:
            seen = work(found[1])
        finally:
            server.terminate()
    (folder / "seen.json").write_text(json.dumps(seen, indent=1))


def work(url: str) -> dict[str, object]:
    """Let the server work; return what it says of itself afterwards."""
    with httpx.Client(base_url=f"{url}/api/", timeout=60) as client:
        login = {"username": "admin", "password": PASSWORD, "name": "earlier"}
        token = client.post("auth/login", json=login).json()["object"]["token"]
        client.headers["Authorization"] = f"Token {token}"
        for movie in ({"title": "Sintel", "year": 2010}, {"title": "Tears of Steel", "year": 2012}):
            client.post("movie_queue", json=movie).raise_for_status()
        keys = [run(client, tasks) for tasks in ("films", "shows", "aborts", "*")]
        client.put("tasks/shows", json={"config": {"mock": [], "series": ["Some Show"]}})
        paths = [*LISTS, *(f"execution/{key}/entries" for key in keys)]
        answers = {path: client.get(path).raise_for_status().json() for path in paths}
        logs = {key: client.get(f"execution/{key}/log?follow=false").text for key in keys}
        return {"token": token, "answers": answers, "logs": logs}


def run(client: httpx.Client, tasks: str) -> int:
    """Run tasks to their end; return the execution's id."""
    created = client.post("execution", json={"tasks": [tasks]}).raise_for_status()
    key = int(created.json()["object"]["id"])
    client.get(f"execution/{key}/log").raise_for_status()
    return key


if __name__ == "__main__":
    fill(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")

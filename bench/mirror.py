"""How long an edit of a big config takes, from the request to the file on disk, and where the time goes.

    .venv/bin/python -m bench.mirror [TASKS …]

A file of 2,000 tasks, or of so many each, FlexGet's own validation included; the requests go through the whole stack of
middleware, authentication and views, without the network.
"""

import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

TASKS = 2000
EDITS = 15

TASK = """\
  # Task number {0}.
  task {0}:
    rss: http://example.com/feed/{0}.xml
    series:   # what is watched
      - Show {0}
      - Other {0}:
          quality: 720p
    regexp:
      accept: [foo, bar]
    priority: {0}

"""


class Clock:
    """Seconds spent in functions, by label."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def wrap(self, owner: Any, name: str, label: str) -> None:
        """Time each call of a function or method."""
        inner: Callable[..., Any] = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            begin = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.spent[label] += time.perf_counter() - begin

        setattr(owner, name, timed)


def report(tasks: int) -> list[tuple[str, float, dict[str, float]]]:
    """Run the edits; return for each kind its median in ms and the shares of its slowest run."""
    folder = Path(tempfile.mkdtemp(prefix="flexapi-bench-"))
    config = folder / "config.yml"
    config.write_text("tasks:\n" + "".join(TASK.format(number) for number in range(tasks)))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="flexapi.settings",
        FLEXAPI_DATA_DIR=str(folder / "data"),
        FLEXAPI_CONFIG=str(config),
        FLEXAPI_ALLOWED_HOSTS="testserver",
    )
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from rest_framework.test import APIClient

    from flexapi.api.models import ApiToken
    from flexapi.engine.instance import engine
    from flexapi.mirror import invalid, mirror
    from flexapi.mirror.disk import file
    from flexapi.mirror.edits import validation, writing

    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("bench")
    _, token = ApiToken.objects.create(user=user, name="bench")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    engine().call("version", timeout=120)
    # As a server does when it starts, which imports all views.
    client.get("/healthz")

    results: list[tuple[str, float, dict[str, float]]] = []
    begin = time.perf_counter()
    mirror.refresh()
    results.append(("first import of the file", (time.perf_counter() - begin) * 1000, {}))

    # As a server does, which then looks again and again.
    invalid.look(60)
    looks = invalid.InvalidTasks()
    looks.start()

    clock = Clock()
    clock.wrap(validation, "check", "FlexGet's validation")
    clock.wrap(mirror.CONFIG, "store", "revision and rows")
    clock.wrap(file.Replacement, "__init__", "temporary file, fsync")
    clock.wrap(file.Replacement, "put", "rename, fsync")
    clock.wrap(writing, "write", "the write in all")

    def path(number: int) -> str:
        return f"/api/tasks/task%20{number * 37 % tasks}"

    begin = time.perf_counter()
    answer = client.patch(path(EDITS + 1), {"config": {"priority": 1}}, "json")
    results.append(("first edit after the start", (time.perf_counter() - begin) * 1000, {}))
    if answer.status_code >= 300:
        raise RuntimeError(f"first edit: {answer.status_code} {answer.content!r}")

    yaml = "application/yaml"
    kinds: dict[str, Callable[[int], Any]] = {
        "change a value (PATCH config)": lambda n: client.patch(
            path(n), {"config": {"priority": 7000 + n}}, "json"
        ),
        "rename (PATCH name)": lambda n: client.patch(path(n), {"name": f"renamed {n}"}, "json"),
        "add (POST)": lambda n: client.post(
            "/api/tasks", {"name": f"new {n}", "config": {"mock": []}}, "json"
        ),
        "disable (PATCH enabled)": lambda n: client.patch(
            f"/api/tasks/new%20{n}", {"enabled": False}, "json"
        ),
        "delete (DELETE)": lambda n: client.delete(f"/api/tasks/new%20{n}"),
        "YAML source (PUT)": lambda n: client.put(
            f"/api/tasks/renamed%20{n}",
            f"# Changed.\nrenamed {n}:\n  mock: []  # nothing\n",
            content_type=yaml,
        ),
    }
    for label, request in kinds.items():
        times, shares = [], []
        for number in range(EDITS):
            clock.spent.clear()
            begin = time.perf_counter()
            answer = request(number)
            times.append((time.perf_counter() - begin) * 1000)
            if answer.status_code >= 300:
                raise RuntimeError(f"{label}: {answer.status_code} {answer.content!r}")
            spent = {name: seconds * 1000 for name, seconds in clock.spent.items()}
            whole = spent.pop("the write in all")
            spent["edit and proof of the text"] = whole - sum(spent.values())
            spent["request, answer"] = times[-1] - whole
            shares.append(spent)
        middle = statistics.median(times)
        nearest = min(range(EDITS), key=lambda at: abs(times[at] - middle))
        results.append((f"{label}, worst {max(times):.0f}", middle, shares[nearest]))
    looks.stop()
    engine().stop()
    return results


def main() -> None:
    """Print the report; a process for each size, since Django is set up once."""
    sizes = [int(size) for size in sys.argv[1:]] or [TASKS]
    if len(sizes) > 1:
        for size in sizes:
            subprocess.run([sys.executable, "-m", "bench.mirror", str(size)], check=True)
        return
    print(f"A config of {sizes[0]} tasks; median of {EDITS} edits, in ms (goal: at most 300)\n")
    for label, milliseconds, shares in report(sizes[0]):
        print(f"{milliseconds:8.1f}  {label}")
        for name, share in sorted(shares.items(), key=lambda item: -item[1]):
            print(f"          {share:8.1f}  {name}")


if __name__ == "__main__":
    main()

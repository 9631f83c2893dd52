"""FlexGet's own API, served by its daemon and by FlexAPI: the commonest calls, on the same config and database.

    .venv/bin/python -m bench.flexget_api [SECONDS]

Each call is asked for by a few connections at once, of both in turns; the first round only warms up.
"""

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from bench import machine
from bench.figures import Figure, median, milliseconds, table
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import flexget
from bench.load import Target, generate

SECONDS = 1.0
ROUNDS = 3
CONNECTIONS = 4
# What clients ask for again and again; `server/version/` is not among them, for the daemon asks the internet then.
CALLS = (
    "tasks/",
    "tasks/shows/",
    "tasks/queue/",
    "status/",
    "history/",
    "schedules/",
    "series/",
    "movie_list/1/movies/",
    "entry_list/1/entries/",
    "seen/",
)


def config() -> dict[str, Any]:
    """Return a config whose runs fill what is asked for."""
    shows = [f"Show {number}" for number in range(20)]
    films = [f"Film {number} (19{number + 10}) 1080p" for number in range(60)]
    return {
        "schedules": [{"tasks": "*", "interval": {"days": 7}}],
        "tasks": {
            "shows": {"mock": [_entry(f"{show} S01E01 720p") for show in shows], "series": shows},
            "films": {
                "mock": list(map(_entry, films)),
                "accept_all": True,
                "list_add": [{"movie_list": "films"}, {"entry_list": "films"}],
            },
        },
    }


def measure(folder: Path, seconds: float) -> list[Figure]:
    """Ask both servers; return a figure for each call."""
    for name in ("ours", "peer"):
        (folder / name).mkdir()
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(flexapi(folder / "ours", config()))
        _run(ours)
        for file in (folder / "ours").rglob("db-*.sqlite*"):
            shutil.copy(file, folder / "peer")
        peer = stack.enter_context(flexget(folder / "peer", config()))
        servers = {
            "ours": (ours.port, ours.authorization, "/flexget/api", ours.pids()),
            "peer": (peer.port, peer.authorization, "/api", peer.pids()),
        }
        return [_figure(call, servers, seconds) for call in CALLS]


def _entry(title: str) -> dict[str, str]:
    return {"title": title, "url": f"http://localhost/{title.replace(' ', '.')}"}


def _run(server: FlexApi) -> None:
    with contextlib.closing(server.client()) as client:
        # Read to its end, the stream of the log is the end of the runs.
        client.post("/api/execution?stream=true", {"tasks": ["shows", "films"]})


def _figure(call: str, servers: dict[str, Any], seconds: float) -> Figure:
    rates: dict[str, list[float]] = {"ours": [], "peer": []}
    cpus: dict[str, list[float]] = {"ours": [], "peer": []}
    for number in range(ROUNDS + 1):
        for name, (port, authorization, prefix, pids) in servers.items():
            before = _cpu(pids)
            path = f"{prefix}/{call}"
            answer = generate(Target(port, path, authorization, CONNECTIONS, seconds))
            if number:
                rates[name].append(answer["requests"] / answer["seconds"])
                cpus[name].append((_cpu(pids) - before) / answer["requests"])
    ratio = median([mine / its for mine, its in zip(rates["ours"], rates["peer"], strict=True)])
    cpu = ", ".join(f"{name} {milliseconds(median(spent))}" for name, spent in cpus.items())
    return Figure(
        "flexget_api",
        f"{call}: requests/s (CPU of one: {cpu})",
        f"{median(rates['ours']):.0f}",
        f"{median(rates['peer']):.0f}",
        f"{ratio:.2f}",
        "at least FlexGet's",
        ratio >= 1,
    )


def _cpu(pids: list[int]) -> float:
    return float(sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids))


def main() -> int:
    """Run the command line; 1 where FlexGet is quicker."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    print((__doc__ or "").strip(), flush=True)
    with tempfile.TemporaryDirectory(prefix="flexapi-bench-") as folder:
        figures = measure(Path(folder), seconds)
    print(f"\n{machine.in_words(machine.describe())}\n\n{table(figures)}")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())

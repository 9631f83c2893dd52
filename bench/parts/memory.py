"""(e) Memory of the idle servers, five minutes after each has run a task and answered a list, and of ours with FlexGet unloaded."""

import json
import time
from contextlib import closing
from pathlib import Path

from bench import configs
from bench.figures import Figure, mebibytes
from bench.flexapi_server import flexapi
from bench.flexget_daemon import flexget
from bench.http_client import Client
from bench.session import Session

RUN = {"tasks": [configs.TRIVIAL]}
# One minute, the least there is.
IDLE = {"FLEXAPI_ENGINE_IDLE": "1"}
TIMEOUT = 120.0
# Seconds after a run until a new process stands ready for the next one (`engine.host.service`), and some more.
QUIET = 305.0
GOAL, UNLOADED_GOAL = 1.5, 0.85


def measure(session: Session) -> list[Figure]:
    """Start both, use each a little, and add up what their processes take."""
    config = configs.one_task()
    folder = session.new_folder("flexapi")
    with flexapi(folder, config) as ours, closing(ours.client()) as client:
        _use(client)
        busy = _memory(ours.pids())
        time.sleep(QUIET)
        own = _memory(ours.pids())
    folder = session.new_folder("flexapi")
    with flexapi(folder, config, IDLE) as ours, closing(ours.client()) as client:
        _use(client)
        _wait_until_unloaded(client)
        unloaded = _memory(ours.pids())
    with flexget(session.new_folder("flexget"), config) as peer, closing(peer.client()) as client:
        client.post("/api/tasks/execute/", {**RUN, "progress": True, "summary": True})
        client.get("/api/tasks/")
        theirs = _memory(peer.pids())
    session.raw["e"] = {
        "flexapi": own,
        "flexapi, just used": busy,
        "unloaded": unloaded,
        "flexget": theirs,
    }
    return [
        _figure("idle memory", own, theirs, "PSS", GOAL),
        _figure("idle memory", own, theirs, "RSS", None),
        _figure("memory just after a run", busy, theirs, "PSS", None),
        _figure("with FlexGet unloaded", unloaded, theirs, "PSS", UNLOADED_GOAL),
    ]


def _use(client: Client) -> None:
    stream = client.post("/api/execution?stream=true", RUN)
    assert json.loads(stream.splitlines()[-1])["type"] == "end"
    client.get("/api/tasks")


def _figure(
    what: str,
    own: list[dict[str, int]],
    theirs: list[dict[str, int]],
    kind: str,
    goal: float | None,
) -> Figure:
    ratio = _total(own, kind) / _total(theirs, kind)
    return Figure(
        "e",
        f"{what}, {kind} of all processes ({len(own)} and {len(theirs)})",
        mebibytes(_total(own, kind)),
        mebibytes(_total(theirs, kind)),
        f"{ratio:.2f}",
        "" if goal is None else f"at most {goal}",
        None if goal is None else ratio <= goal,
    )


def _wait_until_unloaded(client: Client) -> None:
    deadline = time.monotonic() + TIMEOUT
    while client.get("/api/server")["object"]["engine"]["state"] != "unloaded":
        assert time.monotonic() < deadline
        time.sleep(1)
    # Its process is let go two seconds later.
    time.sleep(5)


def _total(processes: list[dict[str, int]], kind: str) -> int:
    return sum(process[kind] for process in processes)


def _memory(pids: list[int]) -> list[dict[str, int]]:
    """Return `{"RSS": bytes, "PSS": bytes}` for each process."""
    found = []
    for pid in pids:
        sizes: dict[str, int] = {}
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in ("Rss", "Pss"):
                sizes[name.upper()] = int(rest.split()[0]) * 1024
        found.append(sizes)
    return found

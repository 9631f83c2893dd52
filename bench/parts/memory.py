"""(e) Memory of the idle servers, after each has run a task and answered a list."""

import json
from contextlib import closing
from pathlib import Path

from bench import configs
from bench.figures import Figure, mebibytes
from bench.flexapi_server import flexapi
from bench.flexget_daemon import flexget
from bench.session import Session

RUN = {"tasks": [configs.TRIVIAL]}


def measure(session: Session) -> list[Figure]:
    """Start both, use each a little, and add up what their processes take."""
    config = configs.one_task()
    with flexapi(session.new_folder("flexapi"), config) as ours, closing(ours.client()) as client:
        stream = client.post("/api/execution?stream=true", RUN)
        assert json.loads(stream.splitlines()[-1])["type"] == "end"
        client.get("/api/tasks")
        own = _memory(ours.pids())
    with flexget(session.new_folder("flexget"), config) as peer, closing(peer.client()) as client:
        client.post("/api/tasks/execute/", {**RUN, "progress": True, "summary": True})
        client.get("/api/tasks/")
        theirs = _memory(peer.pids())
    session.raw["e"] = {"flexapi": own, "flexget": theirs}
    return [
        Figure(
            "e",
            f"idle memory, {kind} of all processes ({len(own)} and {len(theirs)})",
            mebibytes(_total(own, kind)),
            mebibytes(_total(theirs, kind)),
            f"{_total(own, kind) / _total(theirs, kind):.1f}",
        )
        for kind in ("PSS", "RSS")
    ]


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

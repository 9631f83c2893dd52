"""(c) A run that logs as fast as it can, watched by many: is anything lost, and how fast is it?"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import configs
from bench.figures import Figure, mebibytes
from bench.flexapi_server import FlexApi, flexapi
from bench.http_client import Client
from bench.session import Session
from bench.watchers import Watch, Watched, watching

FAULTS = ("lost", "doubled", "reordered")


def measure(session: Session) -> list[Figure]:
    """Run once for each number of clients."""
    figures = []
    session.raw["c"] = []
    expected = session.amounts.workload.many_lines
    config = configs.logging_tasks(session.amounts.workload)
    with (
        flexapi(session.new_folder("flexapi"), config) as ours,
        closing(ours.client()) as client,
    ):
        for clients in session.amounts.watchers:
            found = _run(ours, client, clients, expected)
            session.raw["c"].append(found)
            figures += _figures(found)
    return figures


def _run(ours: FlexApi, client: Client, clients: int, expected: int) -> dict[str, Any]:
    """Return what the clients got, added up, how fast, and the peak memory of server and host."""
    pids = (ours.pid, ours.host_pid())
    for pid in pids:
        _reset_peak(pid)
    answer = client.post("/api/execution", {"tasks": [configs.MANY]})
    execution = json.loads(answer)["object"]["id"]
    watch = Watch(ours.websocket, ours.authorization, execution, clients, expected)
    with watching(watch) as watchers:
        found = watchers.result()
    seconds = max(each.ended for each in found) - min(each.first_logged for each in found)
    return {
        "clients": clients,
        "lines": expected,
        "statuses": sorted({each.status for each in found}),
        "by_seq": _sum(found, "by_seq"),
        "by_content": _sum(found, "by_content"),
        "seconds": seconds,
        "lines_per_second": expected / seconds,
        "peak_server": _peak(pids[0]),
        "peak_host": _peak(pids[1]),
    }


def _sum(found: list[Watched], kind: str) -> dict[str, int]:
    return {fault: sum(getattr(each, kind)[fault] for each in found) for fault in FAULTS}


def _figures(found: dict[str, Any]) -> list[Figure]:
    counts = [found[kind][fault] for fault in FAULTS for kind in ("by_seq", "by_content")]
    shown = " / ".join(
        str(max(found["by_seq"][fault], found["by_content"][fault])) for fault in FAULTS
    )
    what = f"{found['lines']:,} lines, clients: {found['clients']}"
    return [
        Figure(
            "c",
            f"{what}: lost / doubled / reordered",
            shown,
            goal="none",
            met=not any(counts) and found["statuses"] == ["complete"],
        ),
        Figure("c", f"{what}: lines/s to the last client", f"{found['lines_per_second']:,.0f}"),
        Figure(
            "c",
            f"{what}: peak RSS of server + host",
            f"{mebibytes(found['peak_server'])} + {mebibytes(found['peak_host'])}",
        ),
    ]


def _reset_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _peak(pid: int) -> int:
    """Return the highest resident size since `_reset_peak`, in bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ValueError("the system does not tell VmHWM")

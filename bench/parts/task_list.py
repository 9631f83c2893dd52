"""(d) How many times a second each server lists the tasks, and how long a list takes."""

from contextlib import ExitStack
from typing import Any

import psutil

from bench import configs
from bench.figures import Figure, median, milliseconds, p95
from bench.flexapi_server import flexapi
from bench.flexget_daemon import flexget
from bench.load import Target, generate
from bench.session import Session

CONNECTIONS = 8


def measure(session: Session) -> list[Figure]:
    """Load the servers in turns, with a short config and with a long one."""
    figures = []
    for name, config in (
        ("1 task", configs.one_task()),
        ("100 tasks", configs.hundred_tasks()),
    ):
        found = _measure(session, config)
        session.raw[f"d, {name}"] = found
        figures += _figures(name, found)
    return figures


def _measure(session: Session, config: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    seconds = session.amounts.load_seconds
    found: dict[str, list[dict[str, Any]]] = {"ours": [], "peer": []}
    with ExitStack() as stack:
        ours = stack.enter_context(flexapi(session.new_folder("flexapi"), config))
        peer = stack.enter_context(flexget(session.new_folder("flexget"), config))
        # FlexGet's list has no pages.
        path = "/api/tasks?limit=100"
        targets = {
            "ours": (ours.pid, Target(ours.port, path, ours.authorization, CONNECTIONS, seconds)),
            "peer": (
                peer.pid,
                Target(peer.port, "/api/tasks/", peer.authorization, CONNECTIONS, seconds),
            ),
        }
        # The first round only warms up.
        for number in range(session.amounts.load_rounds + 1):
            for name, (pid, target) in targets.items():
                round_found = load(pid, target)
                if number:
                    found[name].append(round_found)
    return found


def load(pid: int, target: Target) -> dict[str, Any]:
    """Load the server of that process; return requests a second, seconds of the middle and the 95th of 100 answers and of the processor
    for one, and an answer's bytes."""
    process = psutil.Process(pid)
    before = sum(process.cpu_times()[:2])
    answer = generate(target)
    cpu = sum(process.cpu_times()[:2]) - before
    latencies = answer["latencies"]
    return {
        "rate": answer["requests"] / answer["seconds"],
        "p50": median(latencies),
        "p95": p95(latencies),
        "cpu": cpu / answer["requests"],
        "bytes": answer["bytes"],
    }


def _figures(name: str, found: dict[str, list[dict[str, Any]]]) -> list[Figure]:
    def middle(server: str, key: str) -> float:
        return median([each[key] for each in found[server]])

    def best(server: str) -> float:
        return float(max(each["rate"] for each in found[server]))

    def times(server: str) -> str:
        return f"{milliseconds(middle(server, 'p50'))} (p95 {milliseconds(middle(server, 'p95'))})"

    # Round by round, so that what else the machine does hits both sides of each ratio.
    ratio = median(
        [mine["rate"] / its["rate"] for mine, its in zip(found["ours"], found["peer"], strict=True)]
    )
    what = f"list of {name}, {CONNECTIONS} connections"
    return [
        Figure(
            "d",
            f"{what}: requests/s (best round)",
            f"{middle('ours', 'rate'):.0f} ({best('ours'):.0f})",
            f"{middle('peer', 'rate'):.0f} ({best('peer'):.0f})",
            f"{ratio:.2f}",
            "at least FlexGet's",
            ratio >= 1,
        ),
        Figure("d", f"{what}: p50", times("ours"), times("peer")),
        Figure(
            "d",
            f"{what}: CPU of the server",
            milliseconds(middle("ours", "cpu")),
            milliseconds(middle("peer", "cpu")),
            f"{middle('ours', 'cpu') / middle('peer', 'cpu'):.2f}",
        ),
    ]

"""(a) From the request to run a trivial task to the news that it is complete."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack, closing

from websockets.sync.client import ClientConnection, connect

from bench import configs
from bench.figures import Figure, median, spread
from bench.flexapi_server import FlexApi, flexapi
from bench.flexget_daemon import CommandLine, flexget
from bench.http_client import Client
from bench.session import Session

API_GOAL = 1 / 5
COMMAND_GOAL = 1 / 15
TIMEOUT = 60.0
REQUEST = {"tasks": [configs.TRIVIAL]}
# Seconds in which nothing happens, before a run that nobody was ready for.
PAUSE = 60.0
IN_A_ROW_GOAL = 0.040
AFTER_PAUSE_GOAL = 0.060


def measure(session: Session) -> list[Figure]:
    """Run the task in each of the ways, in turns."""
    with ExitStack() as stack:
        config = configs.one_task()
        ours = stack.enter_context(flexapi(session.new_folder("flexapi"), config))
        peer = stack.enter_context(flexget(session.new_folder("flexget"), config))
        command = CommandLine.prepare(session.new_folder("command"), config)
        client = stack.enter_context(closing(ours.client()))
        peer_client = stack.enter_context(closing(peer.client()))
        board = stack.enter_context(_board(ours))
        ways: dict[str, Callable[[], None]] = {
            "board": lambda: _until_board_says_so(client, board),
            "stream": lambda: _until_stream_ends(client),
            "peer": lambda: _until_peer_ends(peer_client),
        }
        times: dict[str, list[float]] = {name: [] for name in [*ways, "peer_summary", "command"]}
        for way in ways.values():
            way()  # The first run of each loads and makes what later ones find.
        for number in range(session.amounts.run_rounds):
            for name, way in ways.items():
                times[name].append(_timed(way))
            times["peer_summary"].append(_until_peer_sums_up(peer_client))
            if number < session.amounts.command_rounds:
                times["command"].append(_timed(lambda: command.execute(configs.TRIVIAL)))
        times["in_a_row"] = [_timed(ways["board"]) for _ in range(session.amounts.runs_in_a_row)]
        times["after_pause"] = []
        for _ in range(session.amounts.pauses):
            time.sleep(PAUSE)
            times["after_pause"].append(_timed(ways["board"]))
    session.raw["a"] = times
    return [
        _alone("POST to `complete`, one after the other", times["in_a_row"], IN_A_ROW_GOAL),
        _alone(f"the same, after {PAUSE:g} s of nothing", times["after_pause"], AFTER_PAUSE_GOAL),
        _figure("POST to `complete` on the board", times, "board", "peer", API_GOAL),
        _figure("POST `?stream=true` to its end", times, "stream", "peer", API_GOAL),
        _figure("same, FlexGet's until its summary", times, "stream", "peer_summary", None),
        _figure("same, against `flexget execute`", times, "stream", "command", COMMAND_GOAL),
    ]


def _figure(
    what: str, times: dict[str, list[float]], ours: str, peer: str, goal: float | None
) -> Figure:
    ratio = median(times[ours]) / median(times[peer])
    return Figure(
        "a",
        what,
        spread(times[ours]),
        spread(times[peer]),
        f"1/{1 / ratio:.1f}",
        "" if goal is None else f"at most 1/{1 / goal:.0f}",
        None if goal is None else ratio <= goal,
    )


def _alone(what: str, times: list[float], goal: float) -> Figure:
    reached = median(times) <= goal
    return Figure("a", what, spread(times), goal=f"at most {1000 * goal:g} ms", met=reached)


def _timed(action: Callable[[], None]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _board(ours: FlexApi) -> ClientConnection:
    headers = {"Authorization": ours.authorization}
    return connect(f"{ours.websocket}/ws/execution/", additional_headers=headers, proxy=None)


def _until_board_says_so(client: Client, board: ClientConnection) -> None:
    execution = json.loads(client.post("/api/execution", REQUEST))["object"]["id"]
    while True:
        news = json.loads(board.recv(TIMEOUT))["object"]
        if news["id"] == execution and news["finished"]:
            assert news["status"] == "complete", news
            return


def _until_stream_ends(client: Client) -> None:
    lines = client.post("/api/execution?stream=true", REQUEST).splitlines()
    assert json.loads(lines[-1])["status"] == "complete", lines[-1]


def _until_peer_ends(client: Client) -> None:
    # FlexGet streams only what is asked for.
    client.post("/api/tasks/execute/", {**REQUEST, "progress": True, "summary": True})


def _until_peer_sums_up(client: Client) -> float:
    """Return the time to the task's summary, the last thing that FlexGet's stream says."""
    started = time.perf_counter()
    body = {**REQUEST, "progress": True, "summary": True}
    seen, text = client.post_until("/api/tasks/execute/", body, b'"summary"')
    elapsed = time.perf_counter() - started
    assert seen, text
    client.finish()
    return elapsed

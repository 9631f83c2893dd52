"""How many connections a server opens at most, and what happens when PostgreSQL has fewer than all want."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from bench.figures import Figure
from bench.scale.accounts import PART, accounted, named
from bench.scale.fleet import Fleet
from flexapi.testing.live import LiveServer

# Of the connections that are open at work, so many are allowed.
SHARE = 0.7
# Superusers' own.
RESERVED = 3
# Seconds that it lasts, and requests at a time to each server.
SHORT, AT_ONCE = 15.0, 10
# Those that read and those that write, of a crowd that asks one server for so many seconds.
READERS, WRITERS, CROWDED = 20, 20, 4.0
QUEUE = 400
# What PostgreSQL says then.
SAID = ("too many clients already", "remaining connection slots")


def measure(on: Fleet) -> Iterator[Figure]:
    """Yield the figures."""
    on.clear()
    on.servers[0].token()
    yield _crowd(on)
    on.forget_waiting()
    on.wait_until(on.all_over)
    on.clear()
    on.queue(QUEUE)
    on.wait_until(on.over)
    used = on.meter.connections().total()
    allowed = round(SHARE * used)
    logged = _refusals(on)
    on.database.restart(max_connections=str(allowed + RESERVED))
    before = on.over()
    answers = _ask_all(on)
    meanwhile = on.over() - before
    refused = _refusals(on) - logged
    on.database.restart()
    before = on.over()
    seconds = on.wait_until(lambda: on.over() > before)
    on.wait_until(on.all_over)
    said = ", ".join(f"{count} × {answer}" for answer, count in sorted(answers.items()))
    exact = accounted(on, QUEUE)
    what = f"{used} connections in use, {allowed} allowed for {SHORT:.0f} s"
    yield Figure(PART, f"{what}: refused by PostgreSQL, as logs say", str(refused))
    unclear = sum(
        count for answer, count in answers.items() if not answer.startswith(("200", "503"))
    )
    yield Figure(
        PART, f"{what}: answers to requests", said, goal="200 or 503, in words", met=not unclear
    )
    yield Figure(PART, f"{what}: runs that ended meanwhile", str(meanwhile))
    yield Figure(PART, f"{what}: until another run had ended behind it", f"{seconds:.0f} s")
    yield Figure(PART, f"{what}: aborted", _reasons(on))
    yield Figure(
        PART, f"{what}: {exact.what}", exact.said, goal="none twice, none lost", met=exact.met
    )


def _crowd(on: Fleet) -> Figure:
    """Say how many connections one server has, while many ask it at the same time."""
    server = next(each for each in on.servers if each.process and each.process.poll() is None)
    before = on.meter.connections()["server"]
    deadline = time.monotonic() + CROWDED
    most = before
    with ThreadPoolExecutor(READERS + WRITERS) as threads:
        for number in range(READERS + WRITERS):
            threads.submit(_press, server, deadline, f"t{number}" if number < WRITERS else "")
        while time.monotonic() < deadline:
            most = max(most, on.meter.connections()["server"])
            time.sleep(0.2)
    what = f"a server that {WRITERS} write to and {READERS} read from at a time: connections more than before"
    return Figure(PART, what, str(most - before))


def _press(server: LiveServer, deadline: float, task: str) -> None:
    with server.client() as client:
        while time.monotonic() < deadline:
            if task:
                client.post("/api/execution", json={"tasks": [task]})
            else:
                client.get("/api/execution?status=all&limit=50")


def _ask_all(on: Fleet) -> Counter[str]:
    """Return what all servers answer to many requests at a time, by status and the words of errors."""
    deadline = time.monotonic() + SHORT
    live = [server for server in on.servers if server.process and server.process.poll() is None]
    # Two of them are enough to see it.
    askers = [server for server in live[:2] for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(len(askers)) as threads:
        counts = threads.map(lambda server: _ask(server, deadline), askers)
        return sum(counts, Counter[str]())


def _ask(server: LiveServer, deadline: float) -> Counter[str]:
    answers: Counter[str] = Counter()
    with server.client() as client:
        while time.monotonic() < deadline:
            try:
                answer = client.get("/api/execution?limit=5")
            except httpx.TransportError as error:
                answers[type(error).__name__] += 1
                continue
            answers[f"{answer.status_code}{_words(answer)}"] += 1
            time.sleep(0.2)
    return answers


def _words(answer: httpx.Response) -> str:
    if answer.is_success:
        return ""
    try:
        return f" {answer.json()['errors'][0]['detail']}"
    except (ValueError, KeyError):
        return f" {answer.text[:60]!r}"


def _refusals(on: Fleet) -> int:
    """Return how often PostgreSQL refused a connection, by its own log."""
    log = on.database.log()
    return sum(log.count(said) for said in SAID)


def _reasons(on: Fleet) -> str:
    sql = "SELECT abort_reason, count(*) FROM executions_execution WHERE status = 'aborted' GROUP BY 1"
    by_reason: Counter[str] = Counter()
    for reason, count in on.ask(sql):
        # Each names its worker.
        by_reason["a worker was lost" if "was lost" in reason else reason] += count
    return "; ".join(f"{count}: {reason}" for reason, count in by_reason.items()) or named(0, "run")

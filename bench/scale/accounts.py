"""What became of each execution: by what the database says, and by what the runs noted themselves."""

from collections import Counter
from dataclasses import dataclass

from bench.figures import Figure
from bench.scale.fleet import Fleet

PART = "scale"


@dataclass
class Accounted:
    """Whether each execution ran once; `said` says what became of them."""

    what: str
    said: str
    met: bool


def named(count: int, what: str) -> str:
    """Return a number of things."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def accounted(on: Fleet, queued: int) -> Accounted:
    """Compare what the database says with what the runs noted themselves; schedules may have queued more than `queued`."""
    statuses, began = on.statuses(), on.began()
    twice = sum(times > 1 for times in began.values())
    rows = on.ask("SELECT id, status, worker, log_lines, schedule FROM executions_execution")
    ran = {pk for pk, status, *_ in rows if status == "complete"}
    waits = {pk for pk, status, worker, *_ in rows if status == "pending" and not worker}
    lines = dict(on.ask("SELECT execution_id, count(*) FROM executions_logline GROUP BY 1"))
    gaps = sum(lines.get(pk, 0) != count for pk, _, _, count, _ in rows)
    # Claimed by a worker that lives, which doesn't know of it.
    stuck = sum(status == "pending" and worker != "" for _, status, worker, *_ in rows)
    gone = queued - sum(schedule is None for *_, schedule in rows)
    lost = len(ran - set(began)) + len(waits & set(began)) + gone + stuck
    said = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return Accounted(
        "each ran once",
        f"{said}; {twice} twice, {lost} lost, {gaps} with another number of lines than counted",
        not (twice or lost or gaps),
    )


def aborted(on: Fleet, what: str) -> list[Figure]:
    """Say whose executions ended as aborted: by their ids, exactly those that killed workers had in hand."""
    sql = "SELECT id, abort_reason FROM executions_execution WHERE status = 'aborted'"
    reasons = dict(on.ask(sql))
    ended = {
        pk for (pk,) in on.ask("SELECT id FROM executions_execution WHERE status = 'complete'")
    }
    # What a killed worker had begun and what it had only claimed, for nobody may run that twice.
    had = (on.begun_by_killed() | on.claimed_by_killed) - ended
    others = {pk: reason for pk, reason in reasons.items() if pk not in had}
    said = f"{len(reasons)} aborted, {len(had & reasons.keys())} of the {len(had)} that killed workers had in hand"
    if others:
        by_reason = Counter(others.values()).most_common()
        said += ", and " + "; ".join(f"{count} more: {reason}" for reason, count in by_reason)
    return [
        Figure(
            PART,
            f"{what}: ids of aborted executions",
            said,
            goal="the same",
            met=had == set(reasons),
        )
    ]

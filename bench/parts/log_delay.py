"""(b) From a log call inside FlexGet to the line's arrival at a websocket client."""

import json
from contextlib import closing

from bench import configs
from bench.figures import Figure, median, milliseconds, spread
from bench.flexapi_server import flexapi
from bench.session import Session
from bench.watchers import Watch, watching

GOAL = 0.05


def measure(session: Session) -> list[Figure]:
    """Log lines at a human pace and compare each line's clock with that of its reader."""
    delays: list[float] = []
    config = configs.logging_tasks(session.amounts.workload)
    with (
        flexapi(session.new_folder("flexapi"), config) as ours,
        closing(ours.client()) as client,
    ):
        for _ in range(session.amounts.delay_rounds):
            answer = client.post("/api/execution", {"tasks": [configs.SPACED]})
            execution = json.loads(answer)["object"]["id"]
            expected = session.amounts.workload.spaced_lines
            watch = Watch(ours.websocket, ours.authorization, execution, 1, expected, True)
            with watching(watch) as watchers:
                (watched,) = watchers.result()
            delays += watched.delays
    session.raw["b"] = delays
    middle = median(delays)
    return [
        Figure(
            "b",
            f"log call to websocket client, {len(delays)} lines",
            spread(delays),
            goal=f"median at most {milliseconds(GOAL)}",
            met=middle <= GOAL,
        )
    ]

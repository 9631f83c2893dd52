"""A FlexGet plugin that logs numbered lines; the benchmark puts it into a config's `plugins`.

    bench_lines: {count: 200, every: 0.03}   # seconds between two lines; 0: as fast as it can

A line is `bench 17 1790000000.123456`: its number from 1 and the time of the log call.
"""

import time
from typing import Any

from flexget import plugin
from flexget.event import event
from loguru import logger

logger = logger.bind(name="bench_lines")


class BenchLines:
    """Logs lines in the input phase and makes no entries."""

    schema = {
        "type": "object",
        "properties": {"count": {"type": "integer"}, "every": {"type": "number"}},
        "required": ["count", "every"],
        "additionalProperties": False,
    }

    def on_task_input(self, task: Any, config: dict[str, Any]) -> list[Any]:
        """Log them."""
        for number in range(1, config["count"] + 1):
            # The spacing is what is measured with, not a wait for something.
            if config["every"]:
                time.sleep(config["every"])
            logger.info("bench {} {:.6f}", number, time.time())
        return []


@event("plugin.register")
def register_plugin() -> None:
    """Tell FlexGet."""
    plugin.register(BenchLines, "bench_lines", api_ver=2)

"""A FlexGet plugin that notes each run; the benchmark puts it into a config's `plugins`.

bench_counter: /where/to.txt     # a line for each run: the task's name and the process
"""

import os
from typing import Any

from flexget import plugin
from flexget.event import event


class BenchCounter:
    """Appends a line to a file at the start of a task."""

    schema = {"type": "string"}

    def on_task_start(self, task: Any, config: str) -> None:
        """Append it, in one write that no other process comes between."""
        file = os.open(config, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, f"{task.name} {os.getpid()}\n".encode())
        os.close(file)


@event("plugin.register")
def register_plugin() -> None:
    """Tell FlexGet."""
    plugin.register(BenchCounter, "bench_counter", api_ver=2)

"""The configs that both servers are given: the same content, in a folder of each one's own."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

PLUGIN = Path(__file__).with_name("flexget_plugin.py")

TRIVIAL = "trivial"
SPACED = "spaced lines"
MANY = "many lines"
LINE_SPACING = 0.03


@dataclass(frozen=True, slots=True)
class Workload:
    """How much is logged by the tasks that log."""

    spaced_lines: int
    many_lines: int


def _trivial(number: int) -> dict[str, Any]:
    entry = {"title": f"Entry {number}", "url": f"http://localhost/{number}.torrent"}
    return {"mock": [entry], "accept_all": True}


def one_task() -> dict[str, Any]:
    """Return a config with the trivial task alone."""
    return {"schedules": False, "tasks": {TRIVIAL: _trivial(0)}}


def hundred_tasks() -> dict[str, Any]:
    """Return a config with a hundred trivial tasks."""
    tasks = {f"task {number}": _trivial(number) for number in range(100)}
    return {"schedules": False, "tasks": tasks}


def logging_tasks(workload: Workload) -> dict[str, Any]:
    """Return a config with the trivial task and those that log."""
    config = one_task()
    lines = {
        SPACED: {"count": workload.spaced_lines, "every": LINE_SPACING},
        MANY: {"count": workload.many_lines, "every": 0},
    }
    for name, options in lines.items():
        config["tasks"][name] = {"bench_lines": options, "accept_all": True}
    return config


def write(folder: Path, config: dict[str, Any], **sections: Any) -> Path:
    """Write a config with further root sections and the plugin beside it; return its path."""
    (folder / "plugins").mkdir(parents=True)
    shutil.copy(PLUGIN, folder / "plugins" / "bench_lines.py")
    path = folder / "config.yml"
    path.write_text(yaml.safe_dump({**config, **sections}, sort_keys=False), encoding="utf-8")
    return path

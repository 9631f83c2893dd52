"""One run of the benchmark: its options, its temporary folder and the raw numbers it collects."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .configs import Workload


@dataclass(frozen=True, slots=True)
class Amounts:
    """How often and how long things are measured."""

    run_rounds: int
    runs_in_a_row: int
    pauses: int
    command_rounds: int
    delay_rounds: int
    watchers: tuple[int, ...]
    load_rounds: int
    load_seconds: float
    workload: Workload


FULL = Amounts(
    run_rounds=20,
    runs_in_a_row=100,
    pauses=3,
    command_rounds=5,
    delay_rounds=3,
    watchers=(1, 10, 50),
    load_rounds=12,
    load_seconds=1.5,
    workload=Workload(spaced_lines=200, many_lines=20_000),
)
QUICK = Amounts(
    run_rounds=5,
    runs_in_a_row=20,
    pauses=1,
    command_rounds=1,
    delay_rounds=1,
    watchers=(1, 10),
    load_rounds=3,
    load_seconds=1.0,
    workload=Workload(spaced_lines=50, many_lines=2_000),
)


@dataclass
class Session:
    """What the parts share. `raw` ends up in the JSON beside the table."""

    folder: Path
    amounts: Amounts
    raw: dict[str, Any] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def new_folder(self, name: str) -> Path:
        """Return an empty folder for one server."""
        folder = self.folder / f"{next(self._numbers)}-{name}"
        folder.mkdir()
        return folder

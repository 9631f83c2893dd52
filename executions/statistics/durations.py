"""How long runs take, so that percentiles can be told: counted in steps, as single durations are not kept.

Each step ends a tenth above the one before, so what is told is at most 5 % off, whatever was counted and in whatever parts it is added up; this
is the sketch of Masson, Rim and Lee, "DDSketch" (2019), with a fixed first step.
"""

import math
from collections.abc import Mapping

GROWTH = 1.1
# Seconds: what is shorter is all the same.
SHORTEST = 0.01


def step_of(seconds: float) -> int:
    """Return the step that a duration falls into."""
    if seconds <= SHORTEST:
        return 0
    return math.ceil(math.log(seconds / SHORTEST, GROWTH))


def seconds_of(step: int) -> float:
    """Return the duration that stands for a step: as far from its beginning as from its end, in proportion."""
    if step == 0:
        return SHORTEST
    return 2 * SHORTEST * GROWTH**step / (GROWTH + 1)


def percentile(runs_by_step: Mapping[int, int], percent: int) -> float | None:
    """Return the seconds within which that share of the runs ended; None without any."""
    rank = math.ceil(sum(runs_by_step.values()) * percent / 100)
    counted = 0
    for step in sorted(runs_by_step):
        counted += runs_by_step[step]
        if counted >= rank:
            return round(seconds_of(step), 3)
    return None

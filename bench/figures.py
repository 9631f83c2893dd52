"""Figures and the table they make."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    `ratio` is that of this project to the peer; `met` says whether the goal is reached, None where
    there is none. Cells are texts, as they are printed.
    """

    part: str
    what: str
    ours: str
    peer: str = ""
    ratio: str = ""
    goal: str = ""
    met: bool | None = None


HEADINGS = ("", "what", "FlexAPI", "FlexGet", "ratio", "goal", "met")


def _cells(figure: Figure) -> tuple[str, ...]:
    met = "" if figure.met is None else "yes" if figure.met else "**no**"
    return (
        figure.part,
        figure.what,
        figure.ours,
        figure.peer,
        figure.ratio,
        figure.goal,
        met,
    )


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table with even columns."""
    rows = [HEADINGS, *map(_cells, figures)]
    widths = [max(3, *(len(row[column]) for row in rows)) for column in range(len(HEADINGS))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in (rows[0], rule, *rows[1:])
    )


def milliseconds(seconds: float) -> str:
    """Return a time as it is printed in the table."""
    value = seconds * 1000
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def spread(seconds: Sequence[float]) -> str:
    """Return median and p95 of times."""
    return f"{milliseconds(median(seconds))} (p95 {milliseconds(p95(seconds))})"


def mebibytes(size: float) -> str:
    """Return a size as it is printed in the table."""
    return f"{size / 2**20:.0f} MiB"

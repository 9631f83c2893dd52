"""Brings the index of words up to what is logged: whole blocks while a run goes on, the rest when it is over."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Left

from executions.models import ACTIVE, Execution, LogBlock, LogLine
from executions.searching.tables import place
from executions.searching.words import BLOCK, READ, Hide, Logged, tokens_of
from flexapi.mirror import credentials

# Blocks that are written in one transaction: some 10 ms, in which nobody else may write to SQLite.
BLOCKS_AT_ONCE = 24
# Executions that are looked through for lines to index.
LOOKED_THROUGH = 200


class _Part(NamedTuple):
    """Lines of one execution that are to be indexed: those behind `indexed`, to `up_to`."""

    execution: int
    indexed: int
    up_to: int

    @property
    def blocks(self) -> int:
        return -(-(self.up_to - self.indexed) // BLOCK)


class Indexed(NamedTuple):
    """How many lines were indexed, and whether these were all that can be yet."""

    lines: int
    is_all: bool


def index_some() -> Indexed:
    """Index the latest lines that are not yet, as many as go in one transaction.

    Several processes may do so at once: of two that index the same, one has done it for nothing. Raises DatabaseError.
    """
    parts = list(_parts())
    if not parts:
        return Indexed(0, is_all=True)
    # Before the lines are read: what they hold is known by then.
    hide = credentials.known().hide
    made = {part: _blocks(part, hide) for part in parts}
    indexed = 0
    with transaction.atomic():
        mine: list[LogBlock] = []
        for part, blocks in made.items():
            still = Execution.objects.filter(pk=part.execution, indexed_lines=part.indexed)
            if still.update(indexed_lines=part.up_to):
                mine += blocks
                indexed += part.up_to - part.indexed
        LogBlock.objects.bulk_create(mine)
    return Indexed(indexed, is_all=sum(part.blocks for part in parts) < BLOCKS_AT_ONCE)


def unindexed() -> int:
    """Return how many lines are to be indexed, those included that wait for their block to be whole."""
    behind = Execution.objects.filter(indexed_lines__lt=F("log_lines"))
    return behind.aggregate(lines=Sum(F("log_lines") - F("indexed_lines")))["lines"] or 0


def _parts() -> Iterator[_Part]:
    """Yield what is to be indexed now, the latest executions first."""
    behind = Execution.objects.filter(indexed_lines__lt=F("log_lines")).order_by("-pk")
    room = BLOCKS_AT_ONCE
    columns = ("pk", "status", "indexed_lines", "log_lines")
    for pk, status, indexed, lines in behind.values_list(*columns)[:LOOKED_THROUGH]:
        up_to = lines - lines % BLOCK if status in ACTIVE else lines
        part = _Part(pk, indexed, min(up_to, indexed + room * BLOCK))
        if part.blocks > 0:
            room -= part.blocks
            yield part
        if room <= 0:
            return


def _blocks(part: _Part, hide: Hide) -> list[LogBlock]:
    return [
        LogBlock(
            id=place(part.execution, start),
            execution_id=part.execution,
            tokens=" ".join(sorted(tokens_of(_lines(part, start), hide))),
        )
        for start in range(part.indexed + 1, part.up_to + 1, BLOCK)
    ]


def _lines(part: _Part, start: int) -> Iterator[Logged]:
    """Yield what is indexed of the block that begins at `start`."""
    end = min(start + BLOCK - 1, part.up_to)
    lines = LogLine.objects.filter(execution_id=part.execution, seq__range=(start, end))
    columns = ("level", "plugin", "task", Left("message", READ))
    return map(Logged._make, lines.order_by("seq").values_list(*columns))

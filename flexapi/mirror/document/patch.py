"""Texts with pieces replaced."""

from __future__ import annotations

from collections.abc import Callable

Splice = tuple[int, int, str]


def apply(text: str, splices: list[Splice]) -> str:
    """``text`` with ``text[start:end]`` replaced for each (start, end, new)."""
    pieces = []
    last = 0
    for start, end, new in sorted(splices):
        pieces += [text[last:start], new]
        last = end
    return "".join([*pieces, text[last:]])


def difference(old: str, new: str) -> Splice:
    """The one splice that makes ``new`` of ``old``."""
    size = min(len(old), len(new))
    start = _agree(size, lambda count: old[:count] == new[:count])
    end = _agree(size - start, lambda count: old[len(old) - count :] == new[len(new) - count :])
    return start, len(old) - end, new[start : len(new) - end]


def _agree(limit: int, test: Callable[[int], bool]) -> int:
    """The largest count up to ``limit`` that passes a test which smaller ones pass as well."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if test(middle):
            low = middle
        else:
            high = middle - 1
    return low

"""Garbage is collected by a thread of its own: none that answers requests waits for what garbage waits for."""

import gc
import threading
from collections.abc import Iterator

import pytest

from flexapi.garbage import GarbageCollector, collect


class Knot:
    """Something that holds itself, and tells which thread lets it go."""

    gone = threading.Event()
    thread = ""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Knot.thread = threading.current_thread().name
        Knot.gone.set()


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    collector = GarbageCollector()
    collector.start()
    yield collector
    collector.stop()


def test_no_other_thread_collects(collector: GarbageCollector) -> None:
    Knot.gone.clear()
    Knot()
    # As many allocations as have Python collect, time and again, where it may.
    kept: list[list[int]] = [[] for _ in range(50 * gc.get_threshold()[0])]
    assert Knot.gone.wait(10)
    assert Knot.thread == "garbage"
    assert kept


def test_python_collects_again_afterwards(collector: GarbageCollector) -> None:
    assert not gc.isenabled()
    assert gc.get_freeze_count() > 0
    collector.stop()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


@pytest.fixture
def thresholds() -> Iterator[tuple[int, int, int]]:
    """Python's own, which a test may change; nobody else collects meanwhile."""
    before = gc.get_threshold()
    gc.disable()
    yield before
    gc.set_threshold(*before)
    gc.enable()


def test_a_generation_without_a_threshold_is_never_due(thresholds: tuple[int, int, int]) -> None:
    gc.collect()
    gc.collect(1)  # The oldest one counts that.
    Knot.gone.clear()
    Knot()
    gc.set_threshold(1_000_000, 1_000_000, 0)
    collect()
    assert not Knot.gone.is_set()
    gc.set_threshold(1, 1_000_000, 0)
    collect()
    assert Knot.gone.is_set()

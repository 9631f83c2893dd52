"""Garbage is collected by a thread of its own: none that answers requests waits for what garbage waits for."""

import gc
import threading
from collections.abc import Iterator

import pytest

from flexapi.garbage import GarbageCollector


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

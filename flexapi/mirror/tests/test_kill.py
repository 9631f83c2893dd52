"""A write that is killed with -9 between any two steps leaves a file and a database that agree.

Each write runs in a forked child that kills itself before its n-th line of the mirror's code; n
walks all of them. What the next process finds and makes of it is looked at in another child.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from posix import _exit  # Not that of `os`, by which coverage writes down what it saw.

import pytest
from django.db import connections

from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.edits import writing
from flexapi.mirror.store.tables import ConfigRevision
from flexapi.testing.examples import FACTOR
from tasks.models import Task

# Each of the hundreds of children would write down what it covered, which takes longer than its work.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

# `make fuzz` dies at each line.
STEP = 3 if FACTOR == 1 else 1
MIRROR = Path(mirror.__file__).parent
# What runs in a write after the text is edited and checked.
TRACED = {
    str(MIRROR / "edits" / "writing.py"),
    str(MIRROR / "disk" / "file.py"),
    str(MIRROR / "kept.py"),
    str(MIRROR / "store" / "snapshot.py"),
    str(MIRROR / "store" / "rows.py"),
    str(MIRROR.parents[1] / "tasks" / "rows.py"),
}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes here, so no file needs time to settle."""
    monkeypatch.setattr(file, "REST", 0.0)


def in_child(work: Callable[[], object]) -> int:
    """Run `work` in a forked process; return how that ended, as `os.waitstatus_to_exitcode` does."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    try:
        mirror.forget()
        work()
        connections.close_all()
        _exit(0)
    except BaseException:  # noqa: BLE001  nothing of pytest may go on in the child
        sys.excepthook(*sys.exc_info())
        _exit(99)


def killed_at(count: int, work: Callable[[], object]) -> Callable[[], object]:
    """`work` in a process that dies before line `count` of the traced modules."""
    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            lines += 1
            if lines == count:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def traced():
        sys.settrace(trace)
        work()
        sys.settrace(None)

    return traced


def edit(value: int) -> None:
    writing.write(
        lambda base: base.document.set(("tasks", "tv", "priority"), value),
        origin="api",
        validate=False,
    )


def walk(look: Callable[[], None], check: Callable[[int], None], step: int = 1) -> int:
    """Kill an edit at every `step`-th line; return how many lines there are.

    After each, `look` runs as the next process would, and `check` in this one.
    """

    def look_and_go_back() -> None:
        look()
        edit(1)

    count = 1
    assert in_child(partial(edit, 1)) == 0
    while True:
        code = in_child(killed_at(count, partial(edit, 1000 + count)))
        assert code in (0, -signal.SIGKILL)
        check(count)
        assert in_child(look_and_go_back) == 0, f"killed at line {count}"
        if code == 0:
            return count
        count += step


def agree(config: Path) -> None:
    """The file, the current revision and the rows are of one text, and nothing lies around."""
    assert mirror.recover() is None
    current = mirror.current()
    assert config.read_text() == current.document.text
    assert Task.objects.get(key="tv").config == mirror.mapping(current.document)["tasks"]["tv"]
    assert ConfigRevision.objects.get(pk=current.revision).written
    assert [path.name for path in config.parent.iterdir() if path.name.startswith(".")] == []


def test_at_every_line_file_and_database_agree_after_restart(config):
    outcomes = set()

    def look() -> None:
        committed = ConfigRevision.objects.latest("pk").text
        agree(config)
        # What was committed was accepted, and is on disk now.
        assert config.read_text() == committed

    def check(count: int) -> None:
        outcomes.add(f"priority: {1000 + count}" in config.read_text())

    lines = walk(look, check, step=STEP)

    assert outcomes == {True, False}
    assert lines > 60


def test_a_hand_edit_after_the_kill_is_not_overwritten(config):
    def look() -> None:
        by_hand = config.read_text() + "# by hand\n"
        config.write_text(by_hand)
        agree(config)
        assert config.read_text() == by_hand

    walk(look, lambda count: None, step=4)


@pytest.mark.parametrize("back", [1, 2])
def test_an_old_text_that_somebody_puts_back_stays(config, back):
    edit(1)
    edit(2)
    edit(3)
    old = ConfigRevision.objects.order_by("-pk")[back]
    config.write_text(old.text)

    for _ in range(3):
        assert in_child(lambda: agree(config)) == 0
        assert config.read_text() == old.text
    assert ConfigRevision.objects.filter(hash=old.hash).count() == 2


def test_a_cut_off_write_is_ended_by_a_server_that_already_runs(config):
    mirror.refresh()
    assert in_child(kill_after_commit) == -signal.SIGKILL
    assert "priority: 7" not in config.read_text()

    mirror.recover()

    assert "priority: 7" in config.read_text()


def kill_after_commit() -> None:
    def put(replacement):
        os.kill(os.getpid(), signal.SIGKILL)

    file.Replacement.put = put  # type: ignore[method-assign]
    edit(7)


def test_the_lock_of_a_killed_writer_is_free(config):
    assert in_child(kill_after_commit) == -signal.SIGKILL
    edit(8)

    assert "priority: 8" in config.read_text()
    assert ConfigRevision.objects.filter(written=True).count() == 3

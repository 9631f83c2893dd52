"""A server that is killed while it follows the others loses no edit, and doubles none."""

import signal
import socket
from functools import partial
from pathlib import Path

import pytest

from flexapi.mirror.disk import file, in_step
from flexapi.mirror.store.tables import ConfigRevision, digest

from . import test_kill
from .machines import Machine
from .test_kill import in_child, killed_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes here, so no file needs time to settle."""
    monkeypatch.setattr(file, "REST", 0.0)


def test_killed_at_any_line_a_joined_edit_is_neither_lost_nor_doubled(
    a: Machine, b: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`b` looks at a file that was edited while it lagged behind, and dies in the middle."""
    traced = test_kill.TRACED | {str(Path(in_step.__file__))}
    monkeypatch.setattr(test_kill, "TRACED", traced)
    monkeypatch.setattr(socket, "gethostname", lambda: "b")
    count, code = 1, -signal.SIGKILL
    while code:
        assert in_child(partial(a.edit, count)) == 0
        edited = b.text.replace("# My config.", f"# My config.\n# {count}")
        b.config.write_text(edited)
        code = in_child(killed_at(count, b.look))
        assert code in (0, -signal.SIGKILL)

        assert in_child(b.look) == 0
        assert in_child(a.look) == 0

        where = f"killed at line {count}"
        assert b.text == a.text, where
        assert b.text.count(f"# {count}\n") == 1, where
        assert f"priority: {count}\n" in b.text, where
        assert ConfigRevision.objects.filter(hash=digest(edited.encode())).count() == 1, where
        count += 37
    assert count > 100

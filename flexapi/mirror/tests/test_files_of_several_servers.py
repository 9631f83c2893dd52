"""Files that the config names, on servers with one database: they travel as the config does."""

from collections.abc import Callable

import pytest

from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.files import named
from flexapi.mirror.store.tables import ConfigRevision

from .machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes here, so no file needs time to settle."""
    monkeypatch.setattr(file, "REST", 0.0)


def replace(machine: Machine, old: str, new: str) -> str:
    """Edit a machine's file by hand; return its new text."""
    assert old in machine.text
    machine.config.write_text(machine.text.replace(old, new))
    return machine.text


class TestFilesThatTheConfigNames:
    """They travel as the config does, where they are in its folder."""

    TEXT = "tasks: {a: {mock: [], include: [more.yml, /nowhere/else.yml]}}\nvariables: vars.yml\n"

    @pytest.fixture
    def pair(self, machine: Callable[[str], Machine]) -> tuple[Machine, Machine]:
        a, b = machine("a"), machine("b")
        a.config.write_text(self.TEXT)
        (a.config.parent / "more.yml").write_text("seen: no\n")
        (a.config.parent / "vars.yml").write_text("x: 1\n")
        self.look(a)
        b.on()
        mirror.join()
        self.look(b)
        return a, b

    @staticmethod
    def look(server: Machine) -> None:
        assert server.look() is None
        for _ in named.recover():
            pass

    @staticmethod
    def text(server: Machine, name: str = "more.yml") -> str:
        return (server.config.parent / name).read_text()

    def test_they_arrive(self, pair: tuple[Machine, Machine]) -> None:
        assert (self.text(pair[1]), self.text(pair[1], "vars.yml")) == ("seen: no\n", "x: 1\n")

    def test_a_hand_edit_on_either_reaches_the_other(self, pair: tuple[Machine, Machine]) -> None:
        a, b = pair
        for here, there, text in ((a, b, "seen: yes\n"), (b, a, "seen: local # b\n")):
            (here.config.parent / "more.yml").write_text(text)
            self.look(here)
            self.look(there)
            assert self.text(there) == text
        assert ConfigRevision.every.filter(file__path="more.yml").count() == 3

    def test_edits_on_both_are_joined(self, pair: tuple[Machine, Machine]) -> None:
        a, b = pair
        (a.config.parent / "more.yml").write_text("# a\nseen: no\n")
        (b.config.parent / "more.yml").write_text("seen: no\naccept_all: yes\n")
        self.look(a)
        self.look(b)
        self.look(a)

        assert self.text(a) == self.text(b) == "# a\nseen: no\naccept_all: yes\n"

    def test_those_elsewhere_stay_where_they_are(self, pair: tuple[Machine, Machine]) -> None:
        [outside] = [file for file in named.all_named() if file.refusal]

        assert outside.row.path == "/nowhere/else.yml"
        assert "each server" in outside.refusal
        assert not ConfigRevision.every.filter(file=outside.row).exists()

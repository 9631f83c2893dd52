"""Servers on one database, each with a file of its own: none takes the other's write for an edit."""

import os
import socket
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from flexapi.mirror import mirror
from flexapi.mirror.disk import file, in_step
from flexapi.mirror.document import Document
from flexapi.mirror.edits import writing
from flexapi.mirror.store import revisions, snapshot
from flexapi.mirror.store.tables import ConfigRevision
from flexapi.testing.config_file import CONFIG
from tasks.models import Task

from .machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else writes here, so no file needs time to settle."""
    monkeypatch.setattr(file, "REST", 0.0)


def texts() -> set[str]:
    return {revision.text for revision in ConfigRevision.objects.all()}


def replace(machine: Machine, old: str, new: str) -> str:
    """Edit a machine's file by hand; return its new text."""
    assert old in machine.text
    machine.config.write_text(machine.text.replace(old, new))
    return machine.text


class TestFilesThatLagBehind:
    def test_a_new_server_gets_the_config(self, a: Machine, b: Machine) -> None:
        assert b.text == a.text
        assert ConfigRevision.objects.count() == 1

    def test_what_another_server_wrote_arrives(self, a: Machine, b: Machine) -> None:
        for value in range(3):
            a.edit(value)
            assert b.look() is None
            assert b.text == a.text
        b.edit(9)
        a.look()
        assert a.text == b.text
        assert "priority: 9" in a.text
        assert ConfigRevision.objects.count() == 5

    def test_many_writes_later_too(self, a: Machine, b: Machine) -> None:
        for value in range(3):
            a.edit(value)
        b.look()

        assert b.text == a.text
        assert ConfigRevision.objects.count() == 4

    def test_a_write_on_top_of_one_that_did_not_arrive_yet(self, a: Machine, b: Machine) -> None:
        a.edit(1, "tv")
        b.edit(2, "movies")

        assert "priority: 1" in b.text
        assert "priority: 2" in b.text
        a.look()
        assert a.text == b.text

    def test_an_edit_is_made_again_on_top_of_a_quicker_one(self, a: Machine, b: Machine) -> None:
        bases = []

        def edit(base: snapshot.Snapshot) -> Document:
            bases.append(base.revision)
            if len(bases) < 8:
                # As another server does it.
                quicker = base.document.set(("tasks", f"quicker {len(bases)}"), {"mock": []})
                mirror.CONFIG.store(quicker.to_bytes(), quicker, "api", base=base)
            return base.document.set(("tasks", "tv", "priority"), 1)

        a.on()
        writing.write(edit, origin="api", validate=False)

        assert len(bases) == 8
        assert a.text.count("quicker") == 7
        assert "priority: 1" in a.text
        assert ConfigRevision.objects.count() == 9

    def test_reads_do_not_wait_for_the_file(self, a: Machine, b: Machine) -> None:
        a.edit(1)
        b.on()
        mirror.refresh()
        assert "priority: 1" in mirror.current().document.text

    def test_a_write_that_was_taken_back_leaves_other_files_as_well(
        self, a: Machine, b: Machine
    ) -> None:
        before = mirror.current()
        taken = a.edit(1)
        b.look()
        a.on()
        assert mirror.CONFIG.withdraw(taken, before, "no space")
        for server in (a, b):
            server.look()
            assert server.text == CONFIG

    def test_a_write_that_fails_here_stays_where_another_server_has_built_on_it(
        self, a: Machine, b: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(replacement: file.Replacement) -> None:
            base = mirror.current()
            later = base.document.set(("tasks", "later"), {"mock": []})
            mirror.CONFIG.store(later.to_bytes(), later, "api", base=base)
            raise OSError(28, os.strerror(28))

        with monkeypatch.context() as patch:
            patch.setattr(file.Replacement, "put", full)
            a.edit(1)
        for server in (a, b):
            server.look()
            assert "priority: 1" in server.text
            assert "later" in server.text
        assert Task.objects.filter(key="later").exists()

    def test_a_full_disk_is_tried_again(
        self, a: Machine, b: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a.edit(1)

        def full(replacement: file.Replacement) -> None:
            raise OSError(28, os.strerror(28))

        with monkeypatch.context() as patch:
            patch.setattr(file.Replacement, "put", full)
            problem = b.look()
            assert problem is not None
            assert problem.code == "unwritable"
        assert mirror.recover() is None
        assert b.text == a.text


class TestHandEdits:
    def test_one_is_taken_on_any_server(self, a: Machine, b: Machine) -> None:
        edited = replace(b, "# My config.", "# Ours.")
        b.look()
        a.look()

        assert a.text == b.text == edited
        assert ConfigRevision.objects.latest("pk").summary.endswith(f"on {socket.gethostname()}.")

    def test_an_old_text_that_somebody_puts_back_stays(self, a: Machine, b: Machine) -> None:
        a.edit(1)
        b.look()
        b.config.write_text(CONFIG)
        b.look()
        a.look()

        assert a.text == b.text == CONFIG

    def test_one_of_a_file_that_lagged_behind_is_joined(self, a: Machine, b: Machine) -> None:
        a.edit(1)
        edited = replace(b, "title: Show S01E01", "title: Show S01E02  # by hand")
        b.look()
        a.look()

        assert a.text == b.text
        assert "S01E02  # by hand" in a.text
        assert "priority: 1" in a.text
        assert edited in texts()
        config = Task.objects.get(key="tv").config
        assert config is not None
        assert (config["priority"], config["mock"][0]["title"]) == (1, "Show S01E02")

    def test_so_are_two_tasks_added_at_one_place(self, a: Machine, b: Machine) -> None:
        a.config.write_text(a.text + "  one: {mock: []}\n")
        b.config.write_text(b.text + "  two: {mock: []}\n")
        for server in (a, b, a):
            server.look()

        assert a.text == b.text == CONFIG + "  one: {mock: []}\n  two: {mock: []}\n"

    def test_one_that_contradicts_is_kept_aside(self, a: Machine, b: Machine) -> None:
        a.edit(1)
        edited = replace(b, "  tv:\n", "  tv:\n    priority: 2\n")
        assert b.look() is None

        kept = ConfigRevision.objects.exclude(problem="").get()
        assert kept.text == edited
        assert "Make the change again" in kept.problem
        assert "+    priority: 2" in revisions.diff(kept, masked=False)
        assert "\n-" not in revisions.diff(kept, masked=False)
        assert b.text == a.text
        assert "priority: 1" in b.text
        # Made again, it is taken: now it is on top of what came.
        again = replace(b, "priority: 1", "priority: 2")
        b.look()
        assert b.text == again
        b.config.write_text(edited)
        b.look()
        assert b.text == edited

    def test_one_within_a_transaction_waits_for_its_end(self, a: Machine, b: Machine) -> None:
        from django.db import transaction

        a.edit(1)
        replace(b, "# My config.", "# Ours.")
        b.on()
        with transaction.atomic():
            assert mirror.refresh() is None
            transaction.set_rollback(True)
        b.look()

        assert b.text.startswith("# Ours.")
        assert "priority: 1" in b.text

    def test_a_broken_one_stays_until_it_is_mended(self, a: Machine, b: Machine) -> None:
        broken = replace(b, "tasks:\n", "tasks: [\n")
        a.edit(1)
        problem = b.look()
        assert problem is not None
        assert problem.code == "broken"
        assert b.text == broken
        with pytest.raises(writing.Unusable):
            b.edit(2)
        replace(b, "tasks: [\n", "tasks:   # mended\n")
        assert b.look() is None
        assert "tasks:   # mended" in b.text
        assert "priority: 1" in b.text

    def test_one_in_the_moment_in_which_the_file_follows_is_kept(
        self, a: Machine, b: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a.edit(1)
        put = file.Replacement.put

        def late(replacement: file.Replacement) -> bytes | None:
            b.config.write_text("# too late\n" + CONFIG)
            return put(replacement)

        with monkeypatch.context() as patch:
            patch.setattr(file.Replacement, "put", late)
            b.look()

        assert "# too late\n" + CONFIG in texts()
        assert b.text == a.text

    def test_one_between_commit_and_rename_is_joined_with_the_write(
        self, a: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = mirror.CONFIG.store

        def late(*args: object, **options: object) -> snapshot.Snapshot:
            taken = store(*args, **options)  # type: ignore[arg-type]
            if "# My config." in a.text:
                replace(a, "# My config.", "# late")
            return taken

        a.on()
        mirror.refresh()
        monkeypatch.setattr(mirror.CONFIG, "store", late)
        calls = iter(range(9))
        writing.write(
            lambda base: base.document.set(("tasks", f"new {next(calls)}"), {"mock": []}),
            origin="api",
            validate=False,
        )

        assert a.text.startswith("# late")
        assert "  new 0:\n" in a.text
        assert "  new 1:\n" not in a.text


class TestStrangers:
    def test_a_file_of_another_config_is_neither_taken_nor_overwritten(
        self, machine: Callable[[str], Machine], a: Machine
    ) -> None:
        b = machine("b")
        b.config.write_text("tasks: {mine: {}}\n")
        b.on()
        problem = mirror.join()

        assert problem is not None
        assert problem.code == "unknown"
        assert "Move the file away" in problem.detail
        with pytest.raises(writing.Unusable):
            b.edit(1)
        assert b.text == "tasks: {mine: {}}\n"
        assert a.look() is None
        assert a.text == CONFIG
        b.config.unlink()
        b.on()
        assert mirror.join() is None
        assert b.text == CONFIG

    def test_nor_is_one_whose_note_is_of_another_database(
        self, machine: Callable[[str], Machine], a: Machine
    ) -> None:
        b = machine("b")
        b.config.write_text("tasks: {mine: {}}\n")
        b.on()
        mirror.CONFIG.steps.note(b.config, mirror.current().revision, "0" * 64)
        problem = b.look()
        assert problem is not None
        assert problem.code == "unknown"

    def test_a_file_that_somebody_deleted_is_told(self, a: Machine, b: Machine) -> None:
        b.config.unlink()
        a.edit(1)
        problem = b.look()

        assert problem is not None
        assert problem.code == "missing"
        assert not b.config.exists()

    def test_a_data_folder_that_is_full_is_no_hindrance(
        self, a: Machine, b: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(number: int) -> None:
            raise OSError(28, os.strerror(28))

        with monkeypatch.context() as patch:
            patch.setattr(in_step, "os", SimpleNamespace(fsync=full))
            b.edit(1)
            a.edit(2)
            assert b.look() is None
        assert a.text == b.text
        assert ConfigRevision.objects.count() == 3

    def test_a_note_that_was_cut_off_is_no_note(self, a: Machine, b: Machine) -> None:
        (b.data / in_step.NAME).write_text('{"path": "')
        a.edit(1)
        assert b.look() is None
        assert b.text == a.text


class TestOneFileForTwo:
    @pytest.fixture
    def other(self, machine: Callable[[str], Machine], a: Machine) -> Machine:
        """A server with a data folder of its own, and the first one's file."""
        other = machine("other")
        other.config = a.config
        assert other.look() is None
        return other

    def test_both_write_it(self, a: Machine, other: Machine) -> None:
        for value in range(3):
            a.edit(value)
            other.edit(value, "movies")
        a.look()

        assert a.text.count("priority: 2") == 2
        assert ConfigRevision.objects.count() == 7

    def test_who_writes_keeps_the_other_out(self, a: Machine, other: Machine) -> None:
        a.on()
        with mirror.locked():
            pid = os.fork()
            if not pid:
                try:
                    with pytest.MonkeyPatch.context() as patch:
                        patch.setattr(file, "LOCK_TIMEOUT", 0.05)
                        patch.setattr(file, "_threads", threading.Lock())
                        other.on()
                        with mirror.locked():
                            os._exit(0)
                except file.LockBusy:
                    os._exit(7)
                finally:
                    os._exit(1)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7

"""A worker's config follows the database, and nothing of anybody's is lost."""

import logging
import os
from collections.abc import Callable

import pytest
from django.db import connection

from flexapi.mirror import mirror
from flexapi.mirror.disk import file, worker_copy
from flexapi.mirror.files import named
from flexapi.mirror.store.tables import ConfigRevision
from flexapi.testing.config_file import CONFIG

from .machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(machine: Callable[[str], Machine]) -> Machine:
    """A server whose file is the shared config."""
    server = machine("server")
    server.config.write_text(CONFIG)
    server.look()
    return server


@pytest.fixture
def worker(machine: Callable[[str], Machine], server: Machine) -> Machine:
    """A worker that has started on an empty data folder; this process is it."""
    return started(machine("worker"))


def started(worker: Machine) -> Machine:
    worker.on()
    worker.config = worker_copy.adopt()
    return worker


def put_aside(worker: Machine) -> list[str]:
    return [path.read_text() for path in worker.config.parent.glob("config.yml.edited-*")]


def test_it_writes_the_current_revision_into_the_data_folder(
    server: Machine, worker: Machine
) -> None:
    taken = worker_copy.write_current()

    assert worker.config == worker.data / "flexget" / "config.yml"
    assert worker.text == server.text == taken.document.text
    assert worker.config.stat().st_mode & 0o777 == 0o600
    assert taken.revision == mirror.current().revision


def test_it_costs_one_query_when_nothing_changed(
    worker: Machine, django_assert_num_queries: Callable[[int], object]
) -> None:
    worker_copy.write_current()
    before = worker.config.stat()

    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        worker_copy.write_current()

    assert worker.config.stat() == before


def test_each_revision_reaches_it(server: Machine, worker: Machine) -> None:
    for value in range(3):
        mirror.follow(False)
        server.edit(value)
        worker.on()
        mirror.follow()
        assert worker_copy.write_current().document.text == server.text == worker.text
    assert put_aside(worker) == []


@pytest.mark.parametrize("edit", ["tasks: {}\n", "tasks: [\n", ""])
def test_a_hand_edit_is_put_aside(
    worker: Machine, edit: str, caplog: pytest.LogCaptureFixture
) -> None:
    text = worker_copy.write_current().document.text
    worker.config.write_text(edit)
    with caplog.at_level(logging.WARNING, "flexapi.mirror"):
        worker_copy.write_current()

    assert worker.text == text
    assert put_aside(worker) == [edit]
    (aside,) = worker.config.parent.glob("*.edited-*")
    assert aside.stat().st_mode & 0o777 == 0o600
    assert "Edit it on a server" in caplog.text
    assert ConfigRevision.objects.count() == 1


def test_so_is_one_that_is_made_while_it_writes(
    server: Machine, worker: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker_copy.write_current()
    mirror.follow(False)
    server.edit(1)
    worker.on()
    mirror.follow()
    put = file.Replacement.put

    def late(replacement: file.Replacement) -> bytes | None:
        worker.config.write_text("tasks: {late: {}}\n")
        return put(replacement)

    monkeypatch.setattr(file.Replacement, "put", late)
    worker_copy.write_current()

    assert put_aside(worker) == ["tasks: {late: {}}\n"]
    assert worker.text == server.text


def test_a_deleted_copy_is_written_again(worker: Machine) -> None:
    text = worker_copy.write_current().document.text
    worker.config.unlink()
    worker_copy.write_current()

    assert worker.text == text


def test_it_does_not_overwrite_what_was_never_ours(
    machine: Callable[[str], Machine], server: Machine
) -> None:
    worker = machine("worker")
    path = worker.data / "flexget" / "config.yml"
    path.parent.mkdir()
    path.write_text("tasks: {mine: {}}\n")

    with pytest.raises(worker_copy.NotOurs, match="Move it away"):
        started(worker)
    assert path.read_text() == "tasks: {mine: {}}\n"


def test_it_takes_a_copy_of_any_revision(
    machine: Callable[[str], Machine], server: Machine
) -> None:
    server.edit(1)
    worker = machine("worker")
    path = worker.data / "flexget" / "config.yml"
    path.parent.mkdir()
    path.write_text(CONFIG)
    started(worker)
    worker_copy.write_current()

    assert worker.text == server.text
    assert put_aside(worker) == []


def test_after_a_restart_it_knows_its_own_file(worker: Machine) -> None:
    text = worker_copy.write_current().document.text
    worker.config.write_text("tasks: {by_hand: {}}\n")
    started(worker)
    worker_copy.write_current()

    assert worker.text == text
    assert put_aside(worker) == ["tasks: {by_hand: {}}\n"]


def test_the_file_that_is_named_is_used_and_no_other(
    machine: Callable[[str], Machine], server: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = machine("worker")
    monkeypatch.setenv("FLEXAPI_CONFIG", str(worker.config))
    started(worker)
    worker_copy.write_current()

    assert worker.config == worker.data.parent / "config.yml"
    assert worker.text == server.text


def test_without_a_config_in_the_database_it_says_so(machine: Callable[[str], Machine]) -> None:
    worker = started(machine("worker"))
    with pytest.raises(worker_copy.NoConfig, match="start a server"):
        worker_copy.write_current()
    worker.config.write_text("tasks: {}\n")
    with pytest.raises(worker_copy.NoConfig):
        worker_copy.write_current()
    assert not ConfigRevision.objects.exists()


def test_a_file_that_cannot_be_written_is_told(
    server: Machine, worker: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(replacement: file.Replacement) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(file.Replacement, "put", full)
        with pytest.raises(worker_copy.CopyFailed, match="No space"):
            worker_copy.write_current()
    # And tried again, when there is space.
    assert worker_copy.write_current().document.text == worker.text
    connection.close()


def test_what_the_config_names_comes_along(server: Machine, worker: Machine) -> None:
    mirror.follow(False)
    server.on()
    server.config.write_text("tasks: {a: {mock: [], include: more/tv.yml}}\n")
    more = server.config.parent / "more" / "tv.yml"
    more.parent.mkdir()
    more.write_text("seen: no\n")
    server.look()
    list(named.recover())
    worker.on()
    mirror.follow()
    worker_copy.write_current()
    copy = worker.config.parent / "more" / "tv.yml"
    assert copy.read_text() == "seen: no\n"

    copy.write_text("seen: yes\n")
    worker_copy.write_current()

    assert copy.read_text() == "seen: no\n"
    assert [path.read_text() for path in copy.parent.glob("tv.yml.edited-*")] == ["seen: yes\n"]

"""Several writers of one file at once: none loses what another wrote."""

import os
import threading
import time

import pytest
from django.db import connections

from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.edits import writing
from flexapi.mirror.models import ConfigRevision
from tasks.models import Task

pytestmark = pytest.mark.django_db(transaction=True)


def edit(value, task="tv"):
    return writing.write(
        lambda base: base.document.set(("tasks", task, "priority"), value),
        origin="api",
        validate=False,
    )


def config_of(key) -> dict:
    return Task.objects.get(key=key).config or {}


class TestTwoWriters:
    def test_threads_lose_no_edit(self, config):
        mirror.refresh()
        errors = []

        def work(number):
            try:
                for step in range(5):
                    writing.write(
                        lambda base: base.document.set(("tasks", "tv", f"set{number}"), step),  # noqa: B023
                        origin="api",
                        validate=False,
                    )
            except Exception as error:  # noqa: BLE001  the assertion below shows it
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert errors == []
        mirror.refresh()
        assert {f"set{number}": 4 for number in range(6)}.items() <= (config_of("tv").items())
        assert ConfigRevision.objects.count() == 31

    def test_processes_lose_no_edit(self, config):
        mirror.refresh()
        connections.close_all()
        children = []
        for number in range(4):
            pid = os.fork()
            if not pid:
                code = 1
                try:
                    mirror.forget()
                    for step in range(5):
                        writing.write(
                            lambda base: base.document.set(("tasks", "tv", f"set{number}"), step),  # noqa: B023
                            origin="api",
                            validate=False,
                        )
                    code = 0
                finally:
                    os._exit(code)
            children.append(pid)
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 4

        mirror.forget()
        mirror.refresh()
        tv = config_of("tv")
        assert {f"set{number}": 4 for number in range(4)}.items() <= tv.items()
        assert ConfigRevision.objects.count() == 21

    def test_an_editor_that_saves_all_the_time_loses_nothing(self, config, monkeypatch):
        monkeypatch.setattr(file, "LATEST", 0.5)
        mirror.refresh()
        stop = threading.Event()
        saved = []

        def save():
            number = 0
            while not stop.is_set():
                number += 1
                text = config.read_text() + f"# save {number}\n"
                # As editors do: write beside, then rename.
                beside = config.with_suffix(".tmp")
                beside.write_text(text)
                beside.rename(config)
                saved.append(text)
                time.sleep(0.15)

        editor = threading.Thread(target=save)
        editor.start()
        accepted = []
        for value in range(3):
            try:
                edit(value)
                accepted.append(value)
            except writing.KeepsChanging:
                pass
        stop.set()
        editor.join()
        mirror.refresh()

        texts = {revision.text for revision in ConfigRevision.objects.all()}
        for value in accepted:
            assert any(f"priority: {value}\n" in text for text in texts)
        assert config.read_text() in texts


class TestTransactions:
    def test_a_write_within_a_transaction_is_refused(self, config):
        from django.db import transaction

        with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
            edit(1)

    def test_a_hand_edit_read_within_one_that_is_rolled_back_is_read_again(self, config):
        from django.db import transaction

        mirror.refresh()
        config.write_text("tasks:\n  new: {mock: []}\n")
        with transaction.atomic():
            assert mirror.task_names() == ["new"]
            transaction.set_rollback(True)

        assert mirror.task_names() == ["new"]
        assert Task.objects.get().name == "new"

"""What people and other programs do to the file by themselves."""

import contextlib
import os
import threading
import time

import pytest

from flexapi.mirror import kept, mirror
from flexapi.mirror.disk import file
from flexapi.mirror.disk.watch import Watcher
from flexapi.mirror.edits import writing
from flexapi.mirror.models import ConfigRevision
from flexapi.mirror.status import config_status
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


def wait_for(condition, seconds=2.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


@contextlib.contextmanager
def slow_writer(path, pieces):
    """Write one task after another into the file; inside, the first is there. Waits for the last."""
    begun = threading.Event()

    def write():
        with path.open("w") as handle:
            handle.write("tasks:\n")
            for number in range(pieces):
                handle.write(f"  t{number}: {{mock: []}}\n")
                handle.flush()
                begun.set()
                time.sleep(file.REST / 3)

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait()
    try:
        yield
    finally:
        writer.join()


class TestTakingIn:
    def test_it_costs_one_stat_when_nothing_changed(self, config, django_assert_num_queries):
        mirror.refresh()
        os.utime(config, (1, 1))
        mirror.refresh()

        with django_assert_num_queries(0):
            mirror.refresh()

    def test_a_change_that_keeps_size_and_time_is_seen(self, config):
        mirror.refresh()
        before = config.stat()
        config.write_text(config.read_text().replace("Show S01E01", "Show S01E02"))
        os.utime(config, ns=(before.st_atime_ns, before.st_mtime_ns))

        mirror.refresh()

        assert "Show S01E02" in mirror.current().document.text

    def test_it_comes_before_a_write_and_both_stay(self, config):
        mirror.refresh()
        config.write_text(config.read_text() + "# by hand\n")
        edit(5)

        assert "# by hand" in config.read_text()
        assert "priority: 5" in config.read_text()
        assert list(ConfigRevision.objects.values_list("origin", flat=True)) == [
            "api", "file", "file",
        ]  # fmt: skip

    def test_within_two_seconds_when_nobody_asks(self, config):
        watcher = Watcher()
        watcher.start()
        try:
            wait_for(lambda: Task.objects.filter(name="tv").exists())
            config.write_text("tasks:\n  other: {mock: []}\n")
            wait_for(lambda: Task.objects.filter(name="other").exists())
        finally:
            watcher.stop()

    def test_a_file_that_is_being_written_is_waited_for(self, config):
        mirror.refresh()
        with slow_writer(config, pieces=8):
            mirror.refresh()

        mirror.refresh()

        assert Task.objects.count() == 8
        assert ConfigRevision.objects.count() == 2

    def test_meanwhile_reads_show_what_was_there_before(self, config, monkeypatch):
        monkeypatch.setattr(kept, "READ_PATIENCE", 0.1)
        mirror.refresh()
        with slow_writer(config, pieces=8):
            assert mirror.task_names() == ["tv", "movies", "_off"]
            assert mirror.is_being_written()

    def test_the_watcher_takes_only_what_rests(self, config):
        mirror.refresh()
        watcher = Watcher(interval=0.02)
        watcher.start()
        try:
            with slow_writer(config, pieces=8):
                pass
            wait_for(lambda: Task.objects.count() == 8)
        finally:
            watcher.stop()

        assert ConfigRevision.objects.count() == 2

    def test_what_never_rests_is_taken_after_all(self, config, monkeypatch):
        monkeypatch.setattr(file, "LATEST", 0.2)
        monkeypatch.setattr(kept, "READ_PATIENCE", 0.0)
        mirror.refresh()
        with slow_writer(config, pieces=8):
            wait_for(lambda: mirror.task_names()[0] == "t0")

            assert ConfigRevision.objects.count() == 2

    def test_a_fresh_read_sees_what_was_just_saved(self, config, api, editor):
        client = api(editor)
        client.get("/api/tasks")
        config.write_text("tasks: {new: {mock: []}}\n")

        assert [task["name"] for task in client.get("/api/tasks").json()["items"]] == ["new"]

    def test_a_time_stamp_in_the_future_keeps_nobody_waiting_for_long(self, config):
        mirror.refresh()
        config.write_text("tasks: {new: {mock: []}}\n")
        os.utime(config, (time.time() + 3600, time.time() + 3600))

        assert mirror.task_names() == ["new"]

    def test_what_was_edited_by_hand_between_check_and_write_is_kept(self, config, monkeypatch):
        mirror.refresh()
        prepare = file.Replacement.__init__
        calls = []

        def meanwhile(self, path, content):
            prepare(self, path, content)
            calls.append(1)
            if len(calls) == 1:
                config.write_text(config.read_text() + "# at the same moment\n")

        monkeypatch.setattr(file.Replacement, "__init__", meanwhile)
        edit(5)

        assert "# at the same moment" in config.read_text()
        assert "priority: 5" in config.read_text()
        assert ConfigRevision.objects.count() == 3

    def test_what_is_written_into_the_replaced_file_is_kept(self, config, monkeypatch):
        mirror.refresh()
        text = config.read_text()
        put = file.Replacement.put

        def late(self):
            config.write_text("# too late\n" + text)
            return put(self)

        monkeypatch.setattr(file.Replacement, "put", late)
        edit(5)

        kept = ConfigRevision.objects.exclude(problem="").get()
        assert kept.text.startswith("# too late")
        assert "priority: 5" in config.read_text()


class TestBroken:
    CASES = {
        "no YAML": b"tasks:\n  tv: [\n",
        "a tab": b"tasks:\n\ttv: x\n",
        "a list": b"- a\n",
        "not UTF-8": b"tasks:\n  tv: \xff\n",
        "UTF-16": "tasks: {}\n".encode("utf-16"),
        "NUL": b"tasks: {}\n\x00\n",
        "an object": b"tasks: !!python/object:os.system {}\n",
        "recursion": b"tasks: &a\n  b: *a\n",
        "a bomb": b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 10)) for n in range(97, 106)
        ),
        "depth": b"[" * 10_000,
        "two documents": b"a: 1\n---\nb: 2\n",
        "an impossible date": b"tasks:\n  tv: 2024-99-99\n",
    }

    @pytest.mark.parametrize("content", CASES.values(), ids=CASES)
    def test_reads_go_on_and_writes_say_where(self, config, api, editor, content):
        client = api(editor)
        assert client.get("/api/tasks/tv").status_code == 200
        config.write_bytes(content)

        read = client.get("/api/tasks/tv")
        write = client.patch("/api/tasks/tv", {"enabled": False})
        state = config_status()

        assert read.status_code == 200
        assert write.status_code == 409
        assert "line" in write.json()["errors"][0]["detail"]
        assert (state["state"], state["problem"]["line"] >= 1) == ("broken", True)
        assert config.read_bytes() == content

    def test_mending_it_by_hand_is_enough(self, config, api, editor):
        client = api(editor)
        good = config.read_text()
        client.get("/api/tasks")
        config.write_text(good + "\n]")
        assert client.patch("/api/tasks/tv", {"enabled": False}).status_code == 409
        config.write_text(good)

        assert client.patch("/api/tasks/tv", {"enabled": False}).status_code == 200
        assert config_status()["state"] == "ok"

    def test_a_huge_file_is_refused_and_left_alone(self, config, api, editor):
        client = api(editor)
        client.get("/api/tasks")
        config.write_bytes(b"# padding\n" * 1_100_000)

        assert client.get("/api/tasks/tv").status_code == 200
        assert client.patch("/api/tasks/tv", {"enabled": False}).status_code == 409

    def test_an_empty_file_is_an_empty_config(self, config, api, editor):
        api(editor).get("/api/tasks")
        config.write_bytes(b"")

        assert api(editor).get("/api/tasks").json()["items"] == []


class TestStorage:
    def test_a_deleted_file_is_told(self, config, api, editor):
        client = api(editor)
        client.get("/api/tasks")
        config.unlink()

        assert client.get("/api/tasks/tv").status_code == 200
        assert client.patch("/api/tasks/tv", {"enabled": False}).status_code == 409
        assert config_status()["state"] == "missing"
        assert not config.exists()

    def test_a_link_that_leads_nowhere_is_a_problem_until_it_is_mended(self, config, api, editor):
        config.unlink()
        config.symlink_to("nowhere.yml")
        state = config_status()
        write = api(editor).post("/api/tasks", {"name": "new", "config": {}})

        assert (state["state"], state["errors"]) == ("missing", [])
        assert "symbolic link to nowhere.yml" in state["problem"]["detail"]
        assert write.status_code == 409
        config.with_name("nowhere.yml").write_text("tasks: {new: {mock: []}}\n")
        assert config_status()["state"] == "ok"
        assert config.is_symlink()

    def test_a_file_that_may_be_read_again_is_no_problem_any_more(self, config, monkeypatch):
        def refuse(path):
            raise PermissionError(13, os.strerror(13))

        read = file.read
        os.utime(config, (1, 1))
        monkeypatch.setattr(file, "read", refuse)
        assert config_status()["state"] == "unreadable"
        # As after `chmod`, which changes neither size nor time.
        monkeypatch.setattr(file, "read", read)

        assert config_status()["state"] == "ok"

    @pytest.mark.parametrize(
        ("number", "words"), [(28, "space"), (30, "Read-only"), (13, "denied")]
    )
    def test_what_cannot_be_written_changes_nothing(
        self, config, api, editor, monkeypatch, number, words
    ):
        client = api(editor)
        client.get("/api/tasks")
        before = config.read_bytes()

        def fail(handle):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fail)
        answer = client.patch("/api/tasks/tv", {"enabled": False})
        monkeypatch.undo()

        assert answer.status_code == 507
        assert words in answer.json()["errors"][0]["detail"]
        assert config.read_bytes() == before
        assert client.get("/api/tasks/tv").json()["object"]["enabled"] is True
        assert [path.name for path in config.parent.iterdir() if "flexapi-" in path.name] == []

    def test_a_rename_that_fails_takes_the_revision_back(self, config, monkeypatch):
        mirror.refresh()
        before = mirror.current()

        def fail(replacement):
            raise OSError(16, os.strerror(16))

        monkeypatch.setattr(file.Replacement, "put", fail)
        with pytest.raises(writing.WriteFailed, match="mount its folder"):
            edit(5)

        assert mirror.current().revision == before.revision
        assert "priority" not in config_of("tv")

    def test_mode_owner_and_link_stay(self, config):
        target = config.parent / "real" / "flexget.yml"
        target.parent.mkdir()
        config.rename(target)
        config.symlink_to("real/flexget.yml")
        target.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(target, 1234, 4321)
        edit(5)

        assert config.is_symlink()
        found = target.stat()
        assert found.st_mode & 0o777 == 0o640
        if os.geteuid() == 0:
            assert (found.st_uid, found.st_gid) == (1234, 4321)
        assert "priority: 5" in target.read_text()

    def test_line_ends_mark_and_missing_newline_stay(self, config):
        content = b"\xef\xbb\xbftasks:\r\n  tv:\r\n    priority: 1 # x\r\n    mock: []"
        config.write_bytes(content)
        edit(5)

        assert config.read_bytes() == content.replace(b"1 #", b"5 #")

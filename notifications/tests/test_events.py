"""Where events become true: each is stored there, by the real thing where a test can have it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from executions import telling as of_executions
from executions.models import Execution, TaskResult, Worker
from executions.running.reaper import Reaper
from executions.tests.conftest import config, run_to_the_end
from flexapi import events
from flexapi.api.accounts import telling as of_tokens
from flexapi.api.models import ApiToken
from flexapi.engine.client import Engine
from flexapi.mirror import invalid, mirror
from flexapi.mirror import telling as of_config
from flexapi.testing.flexget_home import FlexGetHome, accepting, mock
from flexget_state import telling as of_approval
from notifications.checking import Checker, forget_tasks_that_are_gone
from notifications.models import Channel, Notice, Trouble, default_events
from schedules import telling as of_schedules
from schedules.models import Schedule
from tasks.models import Task

__all__ = ["config"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def channel(db: None) -> Channel:
    """Somebody who wants to know everything."""
    kinds = [*default_events(), "taken"]
    return Channel.objects.create(
        name="All", type="webhook", address="https://x.example/", events=kinds
    )


def said() -> list[tuple[str, str]]:
    """Kind and title of all that is to be told, in its order."""
    return list(Notice.objects.order_by("pk").values_list("kind", "title"))


def check(name: str) -> None:
    Checker().check(name, events.checks[name])


def test_a_run_tells_of_its_end(config: FlexGetHome, flexget_engine: Engine) -> None:
    failing = mock("x", misbehave="raise")
    config.write({"tv": failing, "films": accepting("Sintel 2010", "Tears")})
    run_to_the_end(flexget_engine, None, {})
    run_to_the_end(flexget_engine, ["tv"], {})
    assert [kind for kind, _ in said()] == ["failed", "taken"]
    failed = Notice.objects.get(kind="failed")
    assert (failed.title, failed.count, failed.tasks) == ("Task tv failed", 2, ["tv"])
    assert failed.detail
    taken = Notice.objects.get(kind="taken")
    assert taken.title == "2 entries were taken by films"
    assert taken.detail == "Sintel 2010\nTears"
    config.write({"tv": mock("x")})
    execution = run_to_the_end(flexget_engine, ["tv"], {})
    well = Notice.objects.get(kind="well")
    assert (well.title, well.count) == ("Task tv is healthy again", 2)
    assert well.execution == execution.pk
    assert not Trouble.objects.exists()


def ended(tasks: list[str], status: str, reason: str = "", **results: str) -> Execution:
    execution = Execution.objects.create(tasks=tasks, status=status, abort_reason=reason)
    for task, result in results.items():
        TaskResult.objects.create(execution=execution, task=task, status=result)
    of_executions.on_end(execution)
    return execution


def test_what_failed_before_any_task_is_told_of_those_that_were_asked_for() -> None:
    ended(["tv", "films"], "failed", "FlexGet can't be loaded")
    ended(["t*"], "failed", "FlexGet can't be loaded")
    titles = ["Task tv failed", "Task films failed", "The run failed"]
    assert [title for _, title in said()] == titles
    ended(["tv"], "complete", tv="complete")
    assert {title for kind, title in said() if kind == "well"} == {
        "Task tv is healthy again",
        "The run is healthy again",
    }


def test_a_task_that_was_skipped_is_not_healthy_for_it() -> None:
    ended(["tv"], "failed", tv="failed")
    ended(["tv"], "complete", tv="skipped")
    assert Trouble.objects.filter(kind="failed").exists()


def test_aborted_runs_are_told_of_wherever_they_were(db: None) -> None:
    waiting, claimed = (Execution.objects.create(tasks=[name]) for name in ("a", "b"))
    waiting.request_abort("Enough.")
    Execution.objects.filter(pk=claimed.pk).update(worker="gone", status="running")
    Execution.objects.end_of("gone", "The worker gone was lost.")
    trial = Execution.objects.create(tasks=["c"], trial=True)
    trial.request_abort("Enough.")
    assert said() == [
        ("aborted", "The run of a was aborted"),
        ("aborted", "The run of b was aborted"),
    ]


def test_a_lost_worker_is_told_of_once() -> None:
    Worker.objects.create(name="w1", slots=1, seen=timezone.now() - timedelta(minutes=5))
    for _ in range(2):
        Reaper(None).look()
    assert said() == [("worker", "Worker w1 is lost")]


def test_a_failing_handler_doesn_t_keep_a_run_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*arguments: Any, **more: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(events, "happened", broken)
    execution = Execution.objects.create(tasks=["a"])
    execution.request_abort("Enough.")
    execution.refresh_from_db()
    assert execution.status == "aborted"


def test_an_invalid_task_and_its_mending(config: FlexGetHome) -> None:
    config.write({"tv": mock("x")})
    mirror.refresh()
    complaint = {"tv": [{"attr": "tasks.tv", "detail": "rss is not a URL"}]}
    invalid._store(complaint, timezone.now())
    invalid._store(complaint, timezone.now())
    invalid._store({}, timezone.now())
    assert said() == [
        ("invalid", "FlexGet refuses to run task tv"),
        ("well", "Task tv is valid again"),
    ]


def test_a_broken_config_and_its_mending(config: FlexGetHome) -> None:
    config.write({"tv": mock("x")})
    check("config")
    config.config.write_text("tasks: [\n")
    check("config")
    check("config")
    config.write({"tv": mock("x", accept_all=True)})
    check("config")
    assert said() == [
        ("config", "FlexGet's config can't be used"),
        ("well", "The config is used again"),
    ]


def test_a_missed_schedule_is_told_of(config: FlexGetHome) -> None:
    config.write({"tv": mock("x")}, schedules=[{"tasks": "tv", "interval": {"days": 3}}])
    mirror.refresh()
    now = timezone.now()
    schedule = Schedule.rows.get()
    Schedule.rows.update(next_run=now - timedelta(hours=30))
    Schedule.rows.fire(list(Schedule.rows.due(now)), now, to_daemon=False)
    assert said() == [("missed", "The schedule of tv was missed")]
    assert Schedule.rows.get(pk=schedule.pk).last_missed is not None


def test_a_schedule_that_does_not_fire_and_a_run_that_never_starts(config: FlexGetHome) -> None:
    config.write({"tv": mock("x")}, schedules=[{"tasks": "tv", "interval": {"days": 3}}])
    mirror.refresh()
    past = timezone.now() - timedelta(hours=2)
    Schedule.rows.update(next_run=past)
    waiting = Execution.objects.create(tasks=["tv"], schedule=1, created=past, waiting_for="a lock")
    check("missed")
    assert [title for _, title in said()] == [
        "The schedule of tv did not fire",
        f"Execution {waiting.pk} of schedule 1 never started",
    ]
    assert timedelta(hours=2) > of_schedules.OVERDUE
    Schedule.rows.update(next_run=timezone.now() + timedelta(hours=1))
    waiting.delete()
    check("missed")
    assert not Trouble.objects.exists()


def test_a_disk_that_is_nearly_full(
    config: FlexGetHome, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write({"tv": mock("x", download="/srv/{{ series }}/x", move={"to": "~/none"})})
    mirror.refresh()
    assert list(of_config.folders(mirror.current().data)) == ["/srv/", "~/none"]
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=999_000_000))
    checker, disk = Checker(), of_config.DiskCheck()
    checker.check("disk", events.Check(disk.look, 1, local=True))
    ((kind, title), *_) = said()
    assert (kind, title.startswith("The disk of ")) == ("disk", True)
    # A little more is not room again.
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1_050_000_000))
    checker.check("disk", events.Check(disk.look, 1, local=True))
    assert Trouble.objects.filter(kind="disk").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=5_000_000_000))
    checker.check("disk", events.Check(disk.look, 1, local=True))
    assert said()[-1][1].startswith("There is room again for ")


def test_another_machine_s_disk_is_its_own_affair(config: FlexGetHome) -> None:
    events.wrong(events.Event(kind="disk", title="full", subject="elsewhere: /"))
    mirror.refresh()
    check("disk")
    assert Trouble.objects.filter(kind="disk", subject="elsewhere: /").exists()


def test_flexget_s_database_damaged_and_large(config: FlexGetHome, settings: Any) -> None:
    path = config.folder / "db-config.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [("y" * 500,)] * 200)
    connection.close()
    whole = path.read_bytes()
    assert of_config.fault_of(path) == ""
    path.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    settings.DATABASE_MB = 0
    found = of_config.DatabaseCheck()
    titles = [event.title for event in found.look()]
    assert titles == ["FlexGet's database is damaged", "FlexGet's database has more than 0 MB"]
    path.write_bytes(whole)
    assert [event.subject for event in found.look()] == ["large"]
    path.unlink()


def test_flexget_s_database_that_grows(config: FlexGetHome, settings: Any) -> None:
    path = config.folder / "db-config.sqlite"
    path.unlink(missing_ok=True)
    now = [1000.0]
    settings.DATABASE_GROWTH_MB = 1

    def grow(table: str, rows: int) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (x)")
            many = [("y" * 1000,)] * rows
            connection.executemany(f"INSERT INTO {table} VALUES (?)", many)
        connection.close()

    def subjects(hours: float) -> list[str]:
        now[0] += hours * 3600
        return [event.subject for event in found.look()]

    found = of_config.DatabaseCheck(lambda: now[0])
    grow("small", 10)
    assert subjects(0) == []
    grow("log", 800)
    assert subjects(2) == []
    grow("log", 800)
    assert subjects(2) == ["growing"]
    (event,) = found.look()
    assert "Most of it is in log, small" in event.detail
    # A day later it is no news any more.
    assert subjects(25) == []
    path.unlink()


def test_another_flexget_than_the_one_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    state = SimpleNamespace(flexget="")
    monkeypatch.setattr(of_executions, "engine", lambda: SimpleNamespace(state=state))
    check("release")
    state.flexget = "3.0.1"
    check("release")
    assert "is installed, 3.0.1 is loaded" in Trouble.objects.get(kind="release").title
    state.flexget = ""
    check("release")
    assert Trouble.objects.count() == 1, "nothing is known while FlexGet is loaded"
    state.flexget = version("flexget")
    check("release")
    assert not Trouble.objects.exists()


def test_a_token_that_is_about_to_expire(make_user: Callable[..., User]) -> None:
    now = timezone.now()
    used = {"last_used": now, "created": now - timedelta(days=300)}
    for name, days in (("soon", 3), ("later", 30), ("over", -1)):
        token, _ = ApiToken.objects.create(user=make_user(name), name=name)
        ApiToken.objects.filter(pk=token.pk).update(expiry=now + timedelta(days=days), **used)
    check("token")
    assert said() == [("token", "The API token soon of soon expires")]
    ApiToken.objects.all().delete()
    check("token")
    assert (len(said()), Trouble.objects.count()) == (1, 0), "that it is gone is no news"
    assert timedelta(days=7) == of_tokens.NOTICE


def test_what_waits_for_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [{"id": 3, "title": "Sintel", "task_name": "films"}]
    state = SimpleNamespace(name="ready")
    asked = SimpleNamespace(state=state, call=lambda *names, **more: {"items": waiting})
    monkeypatch.setattr(of_approval, "engine", lambda: asked)
    check("approval")
    waiting.append({"id": 4, "title": "Tears", "task_name": "films"})
    check("approval")
    assert [title for _, title in said()] == [
        "Sintel waits for approval",
        "Tears waits for approval",
    ]
    state.name = "starting"
    waiting.clear()
    check("approval")
    assert Trouble.objects.count() == 2, "nothing is known while FlexGet is loaded"


def test_an_engine_that_fails_and_works_again(monkeypatch: pytest.MonkeyPatch) -> None:
    state = SimpleNamespace(name="failed", reason="No module named flexget")
    monkeypatch.setattr(of_executions, "engine", lambda: SimpleNamespace(state=state))
    check("engine")
    state.name = "starting"
    check("engine")
    state.name = "ready"
    check("engine")
    kinds = [kind for kind, _ in said()]
    assert kinds == ["engine", "well"]
    assert Notice.objects.get(kind="engine").detail == "No module named flexget"


def test_a_check_that_fails_leaves_things_as_they_are() -> None:
    events.wrong(events.Event(kind="disk", title="full", subject="x"))

    def broken() -> list[events.Event]:
        raise ZeroDivisionError

    Checker().check("disk", events.Check(broken, 1))
    assert Trouble.objects.exists()


def test_a_task_that_is_gone_is_forgotten(config: FlexGetHome) -> None:
    config.write({"tv": mock("x")})
    mirror.refresh()
    assert Task.objects.exists()
    ended(["tv", "gone"], "failed", "no")
    forget_tasks_that_are_gone()
    assert [trouble.subject for trouble in Trouble.objects.all()] == ["tv"]


def test_a_monitor_gets_start_and_end(
    config: FlexGetHome, flexget_engine: Engine, channel: Channel
) -> None:
    config.write({"tv": mock("x")}, schedules=[{"tasks": "tv", "interval": {"days": 3}}])
    mirror.refresh()
    schedule = Schedule.rows.get()
    monitor = Channel.objects.create(
        name="M", type="monitor", address="https://hc.example/1", schedule=schedule
    )
    Execution.objects.enqueue(["tv"], {}, schedule=schedule.pk)
    from executions.running.runner import Runner

    execution = Execution.objects.claim("test")
    assert execution is not None
    Runner(execution, flexget_engine).run()
    kinds = list(monitor.notices.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["started", "ended"]
    assert not channel.notices.exists()


def test_texts_hide_what_the_config_hides(config: FlexGetHome) -> None:
    text = "tasks:\n  tv:\n    rss: {url: 'http://x/', password: hunter2hunter2}\n"
    Path(config.config).write_text(text)
    mirror.refresh()
    ended(["tv"], "failed", "401 for hunter2hunter2")
    assert "hunter2" not in Notice.objects.get().detail


def test_times_are_told_by_the_clock_on_the_wall() -> None:
    from flexapi.time_zone import clock

    assert len(clock(timezone.now())) == 5
    assert " " in clock(datetime(2020, 1, 31, 3, tzinfo=UTC))

"""The scheduler: what it fires, when, and what it leaves alone. The clock is the test's own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from executions.models import Execution, Status
from flexapi.engine import flexget_lock
from flexapi.mirror import mirror
from flexapi.mirror.store.snapshot import EMPTY
from schedules.models import Schedule
from schedules.scheduler import Scheduler

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 4, 10, 0, 0, 250000, tzinfo=UTC)
HOURLY = "{tasks: a, interval: {hours: 1}}"


class Clock:
    """A clock that the test puts on and back."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def on(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return clock


@pytest.fixture
def write(config, clock):
    """Put schedules into the file."""

    def write(*entries: str) -> None:
        lines = "".join(f"  - {entry}\n" for entry in entries)
        config.write_text(f"tasks: {{}}\nschedules:\n{lines}")
        mirror.refresh()

    return write


def fired():
    return Execution.objects.count()


def end_all():
    Execution.objects.update(status=Status.COMPLETE, finished=START)


def test_it_fires_at_the_moment_and_not_before(write, clock):
    write("{tasks: [b, a], interval: {hours: 1}}")
    server = Scheduler(clock)
    server.tick()
    clock.on(minutes=59, seconds=59)
    server.tick()
    assert fired() == 0
    clock.on(seconds=1)
    server.tick()
    server.tick()

    execution = Execution.objects.get()
    schedule = Schedule.objects.get()
    assert execution.tasks == ["b", "a"]
    assert execution.options == {"cron": True}
    assert execution.schedule == schedule.pk
    assert execution.requested_by is None
    assert (schedule.last_run, schedule.last_execution) == (clock.now, execution)
    assert schedule.next_run == START + timedelta(hours=2)


def test_a_config_imported_while_it_starts_keeps_its_schedules(write, clock, monkeypatch):
    write(HOURLY)
    monkeypatch.setattr(mirror, "current", lambda: EMPTY)  # As it was a moment ago.
    Scheduler(clock).tick()
    assert Schedule.objects.count() == 1


def test_all_tasks_are_no_choice_of_tasks(write, clock):
    write("{tasks: '*', interval: {hours: 1}}")
    clock.on(hours=1)
    Scheduler(clock).tick()
    assert Execution.objects.get().tasks == []


def test_it_says_how_long_to_wait(write, clock):
    write(HOURLY)
    server = Scheduler(clock)
    assert server.tick() == 1.0
    clock.on(minutes=59, seconds=59.75)
    assert server.tick() == pytest.approx(0.25)


def test_what_was_missed_runs_once(write, clock):
    write(HOURLY, "{tasks: b, schedule: {minute: '*/5'}}")
    clock.on(days=7, minutes=30)
    Scheduler(clock).tick()
    assert sorted(Execution.objects.values_list("tasks", flat=True)) == [["a"], ["b"]]
    Scheduler(clock).tick()
    assert fired() == 2


def test_what_was_missed_more_than_a_day_ago_does_not_run(write, clock):
    write("{tasks: a, schedule: {day: 5, hour: 4}}")
    missed = datetime(2026, 5, 5, 2, tzinfo=UTC)
    clock.on(days=3)
    Scheduler(clock).tick()
    assert fired() == 0
    assert Schedule.objects.get().last_missed == missed


def test_a_run_that_is_not_over_takes_the_next_one_in(write, clock, api, viewer):
    write(HOURLY)
    server = Scheduler(clock)
    for _ in range(3):
        clock.on(hours=1)
        server.tick()
    assert fired() == 1
    (item,) = api(viewer).get("/api/schedules").json()["items"]
    assert item["coalesced"] == 2
    assert item["last_coalesced"] == "2026-05-04T13:00:00.250000Z"
    end_all()
    clock.on(hours=1)
    server.tick()
    assert fired() == 2


def test_a_disabled_one_rests_and_makes_nothing_up(write, clock):
    write(HOURLY)
    Schedule.objects.get().set_enabled(False)
    clock.on(hours=5, minutes=30)
    Scheduler(clock).tick()
    assert fired() == 0
    Schedule.objects.get().set_enabled(True)
    Scheduler(clock).tick()
    assert fired() == 0
    assert Schedule.objects.get().next_run == clock.now + timedelta(hours=1)


class TestClock:
    def test_put_back_an_hour_nothing_runs_twice_and_nothing_dies(self, write, clock):
        write(HOURLY, "{tasks: b, schedule: {minute: 0}}")
        server = Scheduler(clock)
        clock.on(hours=1)
        server.tick()
        end_all()
        assert fired() == 2  # One at 11:00:00, one at 11:00:00.25.
        clock.on(hours=-1)
        for _ in range(13):
            server.tick()
            clock.on(minutes=5)
        # The interval counts on from where it stood; 11:00 has been.
        assert Execution.objects.filter(tasks=["a"]).count() == 2
        assert Execution.objects.filter(tasks=["b"]).count() == 1
        clock.on(minutes=60)
        server.tick()
        assert Execution.objects.filter(tasks=["b"]).count() == 2

    def test_put_back_by_months_it_goes_on_at_once(self, write, clock):
        write(HOURLY, "{tasks: b, schedule: {minute: 0}}")
        server = Scheduler(clock)
        clock.on(days=100)
        server.tick()
        end_all()
        assert fired() == 2
        clock.on(days=-100)
        server.tick()
        clock.on(hours=1)
        server.tick()
        assert fired() == 4

    def test_put_back_while_the_server_was_down(self, write, clock):
        write(HOURLY)
        clock.on(days=100)
        Scheduler(clock).tick()
        end_all()
        clock.on(days=-100)
        server = Scheduler(clock)
        server.tick()
        clock.on(hours=1)
        server.tick()
        assert fired() == 2

    def test_put_on_it_runs_once(self, write, clock):
        write(HOURLY)
        server = Scheduler(clock)
        server.tick()
        clock.on(days=400)
        server.tick()
        end_all()
        server.tick()
        assert fired() == 1

    @pytest.mark.parametrize(
        ("day", "runs"),
        [
            (datetime(2026, 3, 28, 12, tzinfo=UTC), 1),  # 02:30 is left out: it runs at 03:30.
            (datetime(2026, 10, 24, 12, tzinfo=UTC), 1),  # 02:30 comes twice.
        ],
    )
    def test_summer_time_begins_and_ends(self, write, clock, day, runs):
        clock.now = day
        write("{tasks: a, schedule: {hour: 2, minute: 30}}")
        server = Scheduler(clock)
        for _ in range(24):
            clock.on(hours=1)
            server.tick()
            end_all()
        assert fired() == runs

    def test_another_time_zone_moves_what_goes_by_the_wall(self, write, clock, monkeypatch):
        write(HOURLY, "{tasks: b, schedule: {hour: 6, minute: 0}}")
        server = Scheduler(clock)
        server.tick()
        hourly, daily = Schedule.objects.values_list("next_run", flat=True)
        monkeypatch.setenv("TZ", "Asia/Tokyo")
        clock.on(minutes=2)
        server.tick()

        after = list(Schedule.objects.values_list("next_run", flat=True))
        assert daily == datetime(2026, 5, 5, 4, tzinfo=UTC)
        assert after == [hourly, datetime(2026, 5, 4, 21, tzinfo=UTC)]


class TestDaemon:
    @pytest.fixture
    def daemon(self, config, monkeypatch, other_process):
        monkeypatch.setattr(
            flexget_lock, "_command", lambda pid, port: ["flexget", "daemon", "start"]
        )
        path = flexget_lock.lock_file(config)
        path.write_text(f"PID: {other_process}\npassword: x\nport: 4567\n")
        return path

    def test_its_scheduler_rules(self, write, clock, daemon, other_process, api, viewer):
        write(HOURLY)
        server = Scheduler(clock)
        clock.on(hours=1)
        server.tick()
        assert fired() == 0
        said = api(viewer).get("/api/server").json()["object"]["scheduler"]
        assert said["state"] == "standing_down"
        assert str(other_process) in said["reason"]

        # What it ran is not made up for.
        daemon.unlink()
        server.tick()
        assert fired() == 0
        clock.on(hours=1)
        server.tick()
        assert fired() == 1
        said = api(viewer).get("/api/server").json()["object"]["scheduler"]
        assert (said["state"], said["reason"]) == ("running", None)

    def test_a_flexget_that_only_executes_is_waited_for(self, write, clock, daemon, monkeypatch):
        monkeypatch.setattr(flexget_lock, "_command", lambda pid, port: ["flexget", "execute"])
        write(HOURLY)
        clock.on(hours=1)
        Scheduler(clock).tick()
        assert fired() == 1

    def test_a_lock_that_a_dead_process_left_is_none(self, write, clock, daemon):
        daemon.write_text("PID: 4194305\nport: 4567\n")
        write(HOURLY)
        clock.on(hours=1)
        Scheduler(clock).tick()
        assert fired() == 1


class TestBadLuck:
    def test_a_locked_database_delays_and_loses_nothing(self, write, clock, monkeypatch):
        write(HOURLY, "{tasks: b, interval: {hours: 1}}")
        server = Scheduler(clock)
        server.tick()
        clock.on(hours=1)
        moved_on = Schedule.moved_on
        calls = []

        def fails_second(self, *args, **kwargs):
            calls.append(self)
            if len(calls) == 2:
                raise OperationalError("database is locked")
            return moved_on(self, *args, **kwargs)

        monkeypatch.setattr(Schedule, "moved_on", fails_second)
        with pytest.raises(OperationalError):
            server.tick()
        assert fired() == 0
        assert Schedule.objects.filter(next_run__gt=clock.now).count() == 0
        server.tick()
        assert fired() == 2

    def test_a_schedule_that_broke_leaves_the_others_alone(self, write, clock):
        write(HOURLY, "{tasks: b, interval: {hours: 1}}")
        server = Scheduler(clock)
        server.tick()
        write("{tasks: a, schedule: {hour: 99}}", "{tasks: b, interval: {hours: 1}}")
        clock.on(hours=1)
        server.tick()
        assert Execution.objects.get().tasks == ["b"]

    def test_it_takes_in_what_rows_do_not_show_yet(self, write, clock):
        write(HOURLY)
        Schedule.rows.all().delete()
        Scheduler(clock).tick()
        assert Schedule.objects.count() == 1

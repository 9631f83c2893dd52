"""When schedules are due: next to APScheduler's own jobs, which FlexGet's daemon has."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from schedules.times import BadSchedule, Times

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # Its clocks are put on by half an hour.


def entry(**times):
    return {"tasks": "a", **times}


def job_of(trigger, first):
    """A job as FlexGet adds it."""
    return Job(
        BackgroundScheduler(timezone="UTC"),
        trigger=trigger,
        func=print,
        args=(),
        kwargs={},
        id="x",
        executor="default",
        name="x",
        misfire_grace_time=86400,
        coalesce=True,
        max_instances=1,
        next_run_time=first,
    )


class OnceANight(CronTrigger):
    """FlexGet's trigger, but for the times that the clock shows twice: what names its hour takes the first."""

    def get_next_fire_time(self, previous_fire_time, now):
        moment = super().get_next_fire_time(previous_fire_time, now)
        while moment is not None and moment.fold and self.names_its_hour:
            moment = super().get_next_fire_time(moment, moment)
        return moment


@pytest.mark.parametrize("zone", [BERLIN, LORD_HOWE, UTC], ids=str)
@pytest.mark.parametrize(
    "fields",
    [
        {"hour": 2, "minute": 30},
        {"minute": "7-50/13"},
        {"hour": "*/5", "day_of_week": "mon-fri"},
        {"day": "last", "hour": 23, "minute": 59},
        {"day": "2nd sun"},
        {"week": "*/2", "day_of_week": "sat", "hour": 4},
        {"month": "3,10", "hour": "1-3", "minute": 30},
        {"year": "2027", "minute": 1},
        {"day_of_week": "6"},
        {"month": 1},
    ],
    ids=str,
)
def test_cron_is_due_when_flexget_runs_it(fields, zone):
    """Over both changes of the clock, with servers that look now and then."""
    now = datetime(2026, 3, 20, 11, 22, 33, tzinfo=UTC)
    ours = Times(entry(schedule=fields), zone)
    trigger = OnceANight(**fields, timezone=zone)
    # Without an hour, or one of the smaller units, FlexGet takes midnight.
    trigger.names_its_hour = "minute" not in fields or "hour" in fields
    planned = ours.first(now)
    theirs = trigger.get_next_fire_time(None, now.astimezone(zone))
    gaps = [timedelta(minutes=3), timedelta(hours=7), timedelta(days=2), timedelta(days=9)]
    for look in range(120):
        assert planned == theirs, (look, now)
        now += gaps[look % 4]
        if planned is None or planned > now:
            continue
        run_times = job_of(trigger, theirs)._get_run_times(now)
        due = ours.due(planned, now)
        if now - run_times[-1] <= timedelta(days=1):
            assert due.latest.astimezone(UTC) == run_times[-1].astimezone(UTC)
        planned, theirs = due.next, trigger.get_next_fire_time(run_times[-1], now)


@pytest.mark.parametrize(
    "units", [{"hours": 1}, {"minutes": 0.5}, {"days": 1, "hours": -1}, {"weeks": 1.25}], ids=str
)
def test_intervals_are_due_when_flexget_runs_them(units):
    now = datetime(2026, 10, 24, 11, 22, 33, 456, tzinfo=UTC)
    ours = Times(entry(interval=units), BERLIN)
    trigger = IntervalTrigger(
        **units, timezone=BERLIN, start_date=(now + timedelta(**units)).astimezone(BERLIN)
    )
    planned = ours.first(now)
    theirs = trigger.get_next_fire_time(None, now)
    for gap in (1, 50, 3600, 90_000, 17, 700_000, 3, 86_400 * 30):
        assert planned == theirs
        now += timedelta(seconds=gap)
        if planned > now:
            continue
        run_times = job_of(trigger, theirs)._get_run_times(now)
        due = ours.due(planned, now)
        assert abs(due.latest - run_times[-1]) < timedelta(milliseconds=1)
        planned, theirs = due.next, trigger.get_next_fire_time(due.latest, now)


def test_jitter_delays_by_no_more_than_it_says():
    now = datetime(2026, 5, 1, tzinfo=UTC)
    for times in (
        Times(entry(interval={"hours": 1, "jitter": 600}), UTC),
        Times(entry(schedule={"hour": 1, "minute": 0, "jitter": 600}), UTC),
    ):
        found = {times.first(now) for _ in range(50)}
        assert len(found) > 1
        for moment in found:
            assert moment is not None
            delay = moment - datetime(2026, 5, 1, 1, tzinfo=UTC)
            assert timedelta(0) <= delay <= timedelta(seconds=600)


@pytest.mark.parametrize(
    "times",
    [{"interval": {"minutes": 0.0001}}, {"schedule": {"minute": "*"}}, {"schedule": {}}],
    ids=str,
)
def test_years_of_missed_runs_are_passed_over_at_once(times):
    """It can be counted how often APScheduler is asked: once per missed run would be millions."""
    now = datetime(2026, 5, 1, tzinfo=UTC)
    due = Times(entry(**times), UTC).due(now - timedelta(days=1000), now)
    assert now - due.latest < timedelta(minutes=2)
    assert due.next is not None
    assert due.latest <= now < due.next


def test_a_moment_that_is_long_gone_is_not_made_up_for_by_an_earlier_one():
    came_due = datetime(2026, 1, 1, tzinfo=UTC)
    due = Times(entry(schedule={"month": 1, "day": 1, "hour": 0}), UTC).due(
        came_due, came_due + timedelta(days=40)
    )
    assert due.latest == came_due
    assert due.next == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "first", "shown"),
    [
        # The clock strikes half past two twice on the 25th.
        ({"hour": 2, "minute": 30}, (24, 0), ["24 02:30 CEST", "25 02:30 CEST", "26 02:30 CET"]),
        ({"minute": 30}, (25, 0), ["25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"]),
        ({"hour": "*", "minute": 30}, (25, 0), ["25 02:30 CEST", "25 02:30 CET", "25 03:30 CET"]),
    ],
    ids=str,
)
def test_the_next_runs_are_told(schedule, first, shown):
    times = Times(entry(schedule=schedule), BERLIN)
    day, hour = first
    moments = times.upcoming(datetime(2026, 10, day, hour, 30, tzinfo=UTC), 3)
    assert [f"{moment.astimezone(BERLIN):%d %H:%M %Z}" for moment in moments] == shown


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        (entry(interval={"hours": 1}, schedule={}), ("schedule",)),
        (entry(interval={"hours": float("inf")}), ("interval", "hours")),
        (entry(interval={"hours": float("nan")}), ("interval", "hours")),
        (entry(interval={"hours": True}), ("interval", "hours")),
        (entry(interval={"hours": 1, "days": -1}), ("interval", "days")),
        (entry(interval=[1]), ("interval",)),
        (entry(schedule={"hour": 1, "jitter": "x"}), ("schedule", "jitter")),
        (entry(schedule={"day_of_week": "mon-sub"}), ("schedule", "day_of_week")),
        (entry(schedule={"hour": "1" * 5000}), ("schedule", "hour")),
        (entry(schedule={"hour": "*/0"}), ("schedule", "hour")),
        ({"tasks": [1], "interval": {"hours": 1}}, ("tasks",)),
        (["tasks"], ()),
    ],
    ids=str,
)
def test_what_is_no_schedule_says_where(bad, path):
    with pytest.raises(BadSchedule) as caught:
        Times(bad, UTC)
    assert caught.value.path == path

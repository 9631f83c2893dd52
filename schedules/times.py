"""When a schedule is due: APScheduler's triggers, asked as FlexGet's daemon asks them.

FlexGet gives each schedule a job of APScheduler with `coalesce` and a grace of one day: of the runs
that were missed the last one is made up for, once, unless it is more than a day old.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

GRACE = timedelta(days=1)
# The longest interval; what is longer than that, FlexGet can't count either.
LONGEST = timedelta(days=36500)
# What doesn't come due by then never does; to search all years up to 9999 takes seconds.
END = datetime(2200, 1, 1, tzinfo=UTC)
# Windows in which the last run before now is looked for, the nearest first.
WINDOWS = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=8))
UNITS = ("minutes", "hours", "days", "weeks")
KEYS = ("tasks", "interval", "schedule")
TOO_LONG = f"It is longer than {LONGEST.days} days."
EITHER = "Either `cron` or `interval` must be defined."


class BadSchedule(Exception):
    """An entry of `schedules` can't be used; `path` leads to what is wrong in it."""

    def __init__(self, message: str, *path: str) -> None:
        super().__init__(f"{'.'.join(path)}: {message}" if path else message)
        self.message = message
        self.path = path


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule that has come due: the last moment it did so, and the next one (None: never)."""

    latest: datetime
    next: datetime | None


class Times:
    """The moments at which an entry of `schedules` is due. Raises BadSchedule for a bad entry."""

    def __init__(self, entry: Any, zone: tzinfo) -> None:
        check_shape(entry)
        self.zone = zone
        self._interval: dict[str, Any] | None = entry.get("interval")
        self._jitter = (self._interval or entry.get("schedule") or {}).get("jitter") or 0
        if isinstance(self._jitter, bool) or not isinstance(self._jitter, int):
            raise BadSchedule(f"Got `{self._jitter}`, expected: integer", self._kind, "jitter")
        if self._jitter < 0:
            raise BadSchedule(f"{self._jitter} is less than the minimum of 0", self._kind, "jitter")
        if self._interval is not None:
            self._length = _length(self._interval)
        else:
            self._cron = _cron(entry["schedule"], zone)
            plain = {key: value for key, value in entry["schedule"].items() if key != "jitter"}
            self._plain_cron = _cron(plain, zone)

    @property
    def is_interval(self) -> bool:
        """Whether it counts from its last run, rather than going by the clock on the wall."""
        return self._interval is not None

    @property
    def _kind(self) -> str:
        return "schedule" if self._interval is None else "interval"

    def first(self, now: datetime) -> datetime | None:
        """Return when it is due for the first time after `now`; None for never."""
        if self._interval is None:
            return self._next(self._cron, None, now)
        start = now.astimezone(UTC) + self._length
        return self._next(self._trigger(start.astimezone(self.zone)), None, now)

    def due(self, came_due: datetime, now: datetime) -> Due:
        """Return the last moment up to `now` at which it was due, having come due at `came_due`."""
        latest = self._skip(came_due, now).astimezone(self.zone)
        while (upcoming := self.after(latest, now)) is not None and upcoming <= now:
            latest = upcoming
        return Due(latest, upcoming)

    def after(self, previous: datetime, now: datetime) -> datetime | None:
        """Return the moment that follows `previous`; None for never."""
        trigger = self._cron if self._interval is None else self._trigger(previous)
        return self._next(trigger, previous.astimezone(self.zone), now)

    def upcoming(self, first: datetime, count: int) -> Iterator[datetime]:
        """Yield `first` and what follows it, `count` moments in all, jitter left aside."""
        moment: datetime | None = first
        for _ in range(count):
            if moment is None:
                return
            yield moment
            if self._interval is None:
                # In its own zone: APScheduler can't tell whether UTC is the same moment when
                # the clock strikes twice.
                moment = self._next(self._plain_cron, moment.astimezone(self.zone), moment)
            else:
                moment += self._length

    def latest_possible(self, now: datetime) -> datetime | None:
        """Return the latest moment at which the next run may be that is not yet planned."""
        moment = self.first(now)
        return None if moment is None else moment + timedelta(seconds=self._jitter)

    def _trigger(self, start: datetime) -> BaseTrigger:
        given = self._interval or {}
        units = {unit: given[unit] for unit in UNITS if unit in given}
        return IntervalTrigger(
            **units, jitter=self._jitter or None, start_date=start, timezone=self.zone
        )

    def _next(
        self, trigger: BaseTrigger, previous: datetime | None, now: datetime
    ) -> datetime | None:
        moment: datetime | None = trigger.get_next_fire_time(previous, now.astimezone(self.zone))
        while moment is not None and moment.fold and _names_its_hour(trigger):
            # The clock was put back, and this time of the night was there once already.
            moment = trigger.get_next_fire_time(moment, moment)
        return None if moment is None else moment.astimezone(UTC)

    def _skip(self, came_due: datetime, now: datetime) -> datetime:
        """Return a moment near `now` at which it was due as well: a server may be down for months."""
        if self._interval is not None:
            steps = int((now - came_due) / self._length) - 1
            return came_due + max(steps, 0) * self._length
        for window in (*WINDOWS, GRACE):
            if now - window <= came_due:
                return came_due
            moment = self._next(self._plain_cron, None, now - window)
            if moment is not None and moment <= now:
                return moment
        return came_due


def _names_its_hour(trigger: BaseTrigger) -> bool:
    """Whether it goes by certain hours of the day, and not by each that passes."""
    return isinstance(trigger, CronTrigger) and any(
        field.name == "hour" and str(field) != "*" for field in trigger.fields
    )


def check_shape(entry: Any) -> None:
    """Raise BadSchedule unless the entry names tasks and has one kind of time, in FlexGet's words."""
    if not isinstance(entry, dict):
        raise BadSchedule(f"Got `{entry}`, expected: dict")
    for key in entry:
        if key not in KEYS:
            raise BadSchedule(f"The key `{key}` is not valid here.", str(key))
    if "tasks" not in entry:
        raise BadSchedule("'tasks' is a required property", "tasks")
    tasks = entry["tasks"]
    names = tasks if isinstance(tasks, list) else [tasks]
    if not names:
        raise BadSchedule("[] should be non-empty", "tasks")
    if not all(isinstance(name, str) for name in names):
        raise BadSchedule(f"Got `{tasks}`, expected: string or list", "tasks")
    if ("interval" in entry) == ("schedule" in entry):
        raise BadSchedule(EITHER, "schedule" if "interval" in entry else "interval")
    for key in ("interval", "schedule"):
        if key in entry and not isinstance(entry[key], dict):
            raise BadSchedule(f"Got `{entry[key]}`, expected: dict", key)


def _length(interval: dict[str, Any]) -> timedelta:
    """The length of an interval: what FlexGet takes, unless it is no time at all."""
    for key in interval:
        if key not in (*UNITS, "jitter"):
            raise BadSchedule(f"The key `{key}` is not valid here.", "interval", str(key))
    given = {unit: interval[unit] for unit in UNITS if unit in interval}
    if not given:
        raise BadSchedule(
            f"Interval must be specified as one or more of {', '.join(UNITS)}", "interval"
        )
    for unit, value in given.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadSchedule(f"Got `{value}`, expected: number", "interval", unit)
    try:
        length = timedelta(**given)
    except (OverflowError, ValueError) as error:
        raise BadSchedule(TOO_LONG, "interval", next(iter(given))) from error
    if length > LONGEST:
        raise BadSchedule(TOO_LONG, "interval", next(iter(given)))
    if length <= timedelta(0):
        unit = min(given, key=lambda unit: given[unit])
        raise BadSchedule(
            f"{given[unit]} is less than or equal to the minimum of 0", "interval", unit
        )
    return length


def _cron(fields: dict[str, Any], zone: tzinfo) -> CronTrigger:
    """The trigger for the fields. Which of them is wrong, APScheduler tells for each by itself."""
    known = (*(name for name in CronTrigger.FIELD_NAMES if name != "second"), "jitter")
    for key, value in fields.items():
        if key not in known:
            raise BadSchedule(f"The key `{key}` is not valid here.", "schedule", str(key))
        if key == "jitter":
            continue
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise BadSchedule(f"Got `{value}`, expected: integer or string", "schedule", key)
        try:
            CronTrigger(**{key: value}, timezone=zone)
        except (ValueError, TypeError) as error:
            raise BadSchedule(str(error), "schedule", key) from error
    return CronTrigger(**fields, timezone=zone, end_date=END)

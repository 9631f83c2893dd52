"""This machine's time zone by its IANA name, which is what Django wants.

`TZ` may be such a name, or one of the forms that POSIX describes (`CST-8`, `<+03>-3`): the C library
understands both, so its clock says what the second kind means. Imports no Django.
"""

import difflib
import functools
import os
import re
import time
import zoneinfo
from datetime import UTC, datetime

import tzlocal

from flexapi.phrases import phrase

# `man 3 tzset`: a name and an offset from UTC, then perhaps when summer time is.
POSIX = re.compile(
    r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d{1,3}(?::\d{1,2}){0,2}(?![\d:]).*", re.ASCII
)
YEARS = 2
NO_NAME = phrase(
    "TZ={given} follows the summer time of no zone that has a name, so schedules go by UTC. Set TZ to a name such as {likely}."
)
NO_ZONE = phrase(
    "TZ={given} is no time zone, so schedules go by UTC. Set TZ to a name such as {likely}."
)


def local() -> tuple[str, str]:
    """Return the zone's name and what is wrong with `TZ`; UTC where that names no zone, "" where all is well."""
    given = _given()
    return _named(given) if given else (_of_the_system(), "")


def zone() -> zoneinfo.ZoneInfo:
    """Return the zone as it is now: without a `TZ`, the system's may change while the server runs."""
    return zoneinfo.ZoneInfo(local()[0])


def _given() -> str:
    """Return what `TZ` says; "" where it leaves it to the system, or names a file as the system does."""
    given = os.environ.get("TZ", "").removeprefix(":")
    return "" if given.startswith("/") else given


def clock(moment: datetime) -> str:
    """Return a moment as people here say it: 03:00, or 31 Jan 03:00 where that is not today."""
    here = zone()
    local = moment.astimezone(here)
    today = local.date() == datetime.now(here).date()
    return f"{local:%H:%M}" if today else f"{local:%d %b %H:%M}"


@functools.cache
def _named(given: str) -> tuple[str, str]:
    if _exists(given):
        return given, ""
    if POSIX.fullmatch(given):
        name = _by_the_clock()
        if name is not None:
            return name, ""
        problem = NO_NAME
    else:
        problem = NO_ZONE
    return "UTC", problem.format(given=given, likely=_likely(given))


def _of_the_system() -> str:
    try:
        name = str(tzlocal.reload_localzone())
    except (LookupError, ValueError):
        return _by_the_clock() or "UTC"
    return name if _exists(name) else "UTC"


def _exists(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


def _by_the_clock() -> str | None:
    """Return a zone that agrees with the system's clock at every hour of the coming years."""
    now = int(time.time())
    hours = range(now, now + YEARS * 366 * 86400, 3600)
    offsets = {moment: time.localtime(moment).tm_gmtoff for moment in hours}
    seconds = offsets[now]
    if set(offsets.values()) == {seconds} and seconds % 3600 == 0 and -12 <= seconds // 3600 <= 14:
        # The sign of these names is POSIX's: hours behind UTC.
        return f"Etc/GMT{-seconds // 3600:+d}" if seconds else "UTC"
    names = sorted(zoneinfo.available_timezones(), key=lambda name: ("/" not in name, name))
    return next((name for name in names if _agrees(zoneinfo.ZoneInfo(name), offsets)), None)


def _agrees(zone: zoneinfo.ZoneInfo, offsets: dict[int, int]) -> bool:
    return all(
        (offset := datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()) is not None
        and offset.total_seconds() == seconds
        for moment, seconds in offsets.items()
    )


def _likely(given: str) -> str:
    """Return the name that somebody who wrote this may have meant."""
    names = sorted(zoneinfo.available_timezones())
    cities: dict[str, str] = {}
    for name in names:
        if not name.startswith(("posix/", "right/")):
            cities.setdefault(name.rpartition("/")[2].lower(), name)
    wanted = given.rpartition("/")[2].replace(" ", "_").lower()
    (found,) = difflib.get_close_matches(wanted, cities, n=1) or ("berlin",)
    return cities[found]

"""When something may be told: digests and quiet hours, by the clock on the wall."""

from datetime import datetime, time, timedelta, tzinfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class Digest(TextChoices):
    """How often events are told; "" is at once."""

    AT_ONCE = "", gettext_lazy("At once")
    HOURLY = "hourly", gettext_lazy("Hourly")
    DAILY = "daily", gettext_lazy("Daily")


def next_digest(digest: Digest, at: time | None, now: datetime, zone: tzinfo) -> datetime:
    """Return the moment at which what happens now is told."""
    local = now.astimezone(zone)
    if digest == Digest.HOURLY:
        return (local + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    if digest == Digest.DAILY and at is not None:
        return _next(at, local, zone)
    return now


def after_quiet(begin: time, end: time, moment: datetime, zone: tzinfo) -> datetime:
    """Return the moment, or the end of the quiet hours that it is in; these may go over midnight."""
    local = moment.astimezone(zone)
    clock = local.time()
    quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    return _next(end, local, zone) if quiet else moment


def _next(at: time, local: datetime, zone: tzinfo) -> datetime:
    """Return when the clock shows a time next, after a moment."""
    today = datetime.combine(local.date(), at, zone)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), at, zone)

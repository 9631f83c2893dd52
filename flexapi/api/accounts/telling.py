"""Tells of API tokens that are about to expire."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop

from flexapi import events
from flexapi.api.models import ApiToken
from flexapi.events import Check, Event, Kind
from flexapi.phrases import phrase

EXPIRES = phrase("The API token {token} of {user} expires")
EXPIRY = phrase("On {date}. What uses it needs a new one by then.")

# How long before.
NOTICE = timedelta(days=7)
PERIOD = 3600.0
# Those that are told of at a time.
MOST = 50


def register() -> None:
    """Add the kind of event and the check; called once, when the app is ready."""
    # One that has expired, or was revoked, is nothing to tell of.
    events.kinds.add("token", Kind(gettext_noop("An API token is about to expire"), urgent=False))
    events.checks.add("token", Check(expiring, PERIOD))


def expiring() -> Iterator[Event]:
    """Yield the tokens that expire soon and were used: whoever uses them needs new ones."""
    now = timezone.now()
    soon = ApiToken.objects.filter(expiry__gt=now, expiry__lt=now + NOTICE, last_used__isnull=False)
    for token in soon.select_related("user").order_by("expiry")[:MOST]:
        # One that is made for less than a week is meant to end.
        if token.expiry - token.created > NOTICE:
            yield Event(
                kind="token",
                title=EXPIRES.format(token=token, user=token.user.get_username()),
                detail=EXPIRY.format(date=f"{token.expiry:%d %B %Y}"),
                subject=str(token.pk),
            )

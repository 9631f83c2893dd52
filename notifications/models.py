"""Where to tell whom of what, what waits to be told, and what became of it."""

import base64
import fnmatch
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from flexapi import events, time_zone
from flexapi.events import Event
from flexapi.phrases import phrase
from notifications import hours
from notifications.hours import Digest
from notifications.troubles import Trouble
from schedules.models import Schedule

GIVEN_UP = phrase("Channel {channel} can't be reached; messages to it are given up after a day")

__all__ = ["Channel", "Delivery", "Notice", "Trouble"]

# Notices that one delivery carries at most. To people the first ones are told, and how many more there are; each of a
# monitor's says something else.
AT_ONCE = {"apprise": 1000, "push": 1000, "webhook": 100, "monitor": 1}
# Old deliveries that are deleted in one go.
PRUNED_AT_ONCE = 100
# Seconds for which a server that delivers has a channel for itself; renewed with each delivery.
LEASE = 60
# How long a delivery is tried for, and the longest pause between two tries.
PATIENCE = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
# Deliveries that are over and are kept, of each channel.
KEPT = 500


def default_events() -> list[str]:
    """Return the kinds of events that a new channel tells of."""
    return [name for name, kind in events.kinds.items() if kind.chosen]


def urgent_events() -> list[str]:
    """Return the kinds that break the quiet hours of a new channel: none."""
    return []


def new_secret() -> str:
    """Return a key to sign with, in the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Channels, by what is to be done for them."""

    def due(self, now: datetime) -> Self:
        """Those that have something to deliver now, and that nobody is delivering to."""
        pending = Delivery.objects.filter(channel=OuterRef("pk"), state=Delivery.State.PENDING)
        waiting = Notice.objects.filter(channel=OuterRef("pk"), delivery=None, due__lte=now)
        return self.filter(
            Q(claimed_until=None) | Q(claimed_until__lt=now),
            Exists(pending.filter(next_try__lte=now)) | (Exists(waiting) & ~Exists(pending)),
            enabled=True,
        )


class Channel(models.Model):
    """Somebody who is told of events: a name, an address, and which events of which tasks."""

    class Type(models.TextChoices):
        """What stands at the address."""

        APPRISE = "apprise", gettext_lazy("Apprise (people: mail, chats, phones)")
        WEBHOOK = "webhook", gettext_lazy("Webhook (programs: signed JSON)")
        PUSH = "push", gettext_lazy("Push (a browser)")
        MONITOR = "monitor", gettext_lazy("Monitor of a schedule (healthchecks)")

    name = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=8, choices=Type, default=Type.APPRISE)
    address = models.TextField(
        max_length=2000,
        help_text="For Apprise its URL, such as `ntfys://topic` or `mailto://user:password@example.org`; for programs "
        "where the JSON is sent; for a browser its subscription as JSON; for a monitor its ping URL. It is a credential.",
    )
    secret = models.CharField(
        max_length=200,
        blank=True,
        help_text="What a webhook is signed with; made where none is given. It is a credential.",
    )
    enabled = models.BooleanField(default=True)
    events = models.JSONField(
        default=default_events, blank=True, help_text="The kinds of events to tell of."
    )
    tasks = models.JSONField(
        default=list,
        blank=True,
        help_text="Names or globs; of events about tasks, only those about these are told. None: all.",
    )
    schedule = models.ForeignKey(
        Schedule,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Of a monitor: the schedule whose runs are reported, when they start and how they end.",
    )
    digest = models.CharField(
        max_length=6,
        choices=Digest,
        blank=True,
        help_text="Whether events are told at once (empty), or together: hourly, or daily.",
    )
    digest_at = models.TimeField(
        null=True, blank=True, help_text="Of a daily digest: when, by the clock on the wall."
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="From when on nothing is told, by the clock on the wall."
    )
    quiet_until = models.TimeField(
        null=True, blank=True, help_text="When what waited is told after all."
    )
    quiet_except = models.JSONField(
        default=urgent_events, blank=True, help_text="The kinds that are told in quiet hours."
    )
    template = models.TextField(
        max_length=4000,
        blank=True,
        help_text="What is said of an event, as a template of Django's; empty: the usual text.",
    )

    created = models.DateTimeField(default=timezone.now, editable=False)
    claimed_by = models.CharField(max_length=36, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        permissions = (("test_channel", "Can send a test to a channel"),)

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save it, with a secret if it needs one; what waits comes due by the hours as they are now."""
        if self.type == self.Type.WEBHOOK and not self.secret:
            self.secret = new_secret()
        if not self._state.adding and kwargs.get("update_fields") is None:
            # Not who delivers: that may have changed since this was read.
            kwargs["update_fields"] = [
                field.name for field in self._meta.concrete_fields if field.editable
            ]
            kwargs["update_fields"].remove("id")
        with transaction.atomic():
            super().save(*args, **kwargs)
            self._plan_again()

    def clean(self) -> None:
        """Check what goes together. Raises ValidationError."""
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValidationError(
                {"quiet_until": gettext("Quiet hours have a beginning and an end.")}
            )
        if self.digest == Digest.DAILY and self.digest_at is None:
            raise ValidationError({"digest_at": gettext("When is the daily digest to be sent?")})
        if (self.type == self.Type.MONITOR) != (self.schedule is not None):
            raise ValidationError(
                {"schedule": gettext("A monitor has a schedule, and nothing else has.")}
            )

    def _plan_again(self) -> None:
        waiting = Notice.objects.filter(channel=self, delivery=None, repeat=0)
        now = timezone.now()
        waiting.filter(kind__in=self.quiet_except).update(due=self.due(now, loud=True))
        waiting.exclude(kind__in=self.quiet_except).update(due=self.due(now, loud=False))

    def due(self, now: datetime, *, loud: bool) -> datetime:
        """Return when what happens now may be told; what is `loud` breaks quiet hours."""
        zone = time_zone.zone()
        moment = hours.next_digest(Digest(self.digest), self.digest_at, now, zone)
        if not loud and self.quiet_from is not None and self.quiet_until is not None:
            return hours.after_quiet(self.quiet_from, self.quiet_until, moment, zone)
        return moment

    def wants(self, event: Event, of: str = "") -> bool:
        """Whether it is to tell of an event; `of` is the kind of the trouble that is over, if one is."""
        if self.type == self.Type.MONITOR:
            return False
        if event.kind not in self.events or (of and of not in self.events):
            return False
        if not self.tasks or not event.tasks:
            return True
        globs = [glob.lower() for glob in self.tasks]
        names = [name.lower() for name in event.tasks]
        return any(fnmatch.fnmatchcase(name, glob) for name in names for glob in globs)

    # -- delivering

    def claim(self, now: datetime) -> str:
        """Have it for this thread alone, for LEASE seconds; return the claim, "" where another was quicker."""
        claim = str(uuid.uuid4())
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        until = now + timedelta(seconds=LEASE)
        mine = Channel.objects.filter(free, pk=self.pk)
        return claim if mine.update(claimed_by=claim, claimed_until=until) else ""

    def renew(self, claim: str, now: datetime) -> bool:
        """Have it for LEASE seconds more; False where it is another's by now, or gone, or off."""
        mine = Channel.objects.filter(pk=self.pk, claimed_by=claim, enabled=True)
        return bool(mine.update(claimed_until=now + timedelta(seconds=LEASE)))

    def release(self, claim: str) -> None:
        """Let others have it."""
        mine = Channel.objects.filter(pk=self.pk, claimed_by=claim)
        mine.update(claimed_by="", claimed_until=None)

    def next_delivery(self, now: datetime) -> "Delivery | None":
        """Return what to deliver next: what was tried before and is due again, else all notices that are due.

        None where there is nothing, or what was tried before has to wait: the order is kept.
        """
        pending = self.deliveries.filter(state=Delivery.State.PENDING).order_by("pk").first()
        if pending is not None:
            return pending if pending.next_try is None or pending.next_try <= now else None
        return self.new_delivery(now)

    def new_delivery(self, now: datetime) -> "Delivery | None":
        """Return a delivery of all notices that are due, where none is pending; None where there are none."""
        with transaction.atomic(savepoint=False):
            due = Notice.objects.filter(channel=self, delivery=None, due__lte=now)
            count = AT_ONCE[self.type]
            keys = list(due.order_by("due", "pk").values_list("pk", flat=True)[:count])
            if not keys:
                return None
            delivery = self.deliveries.create(next_try=now)
            Notice.objects.filter(pk__in=keys, delivery=None).update(delivery=delivery)
        return delivery


class NoticeQuerySet(models.QuerySet["Notice"]):
    """What is to be told."""

    def waiting(self) -> Self:
        """What is in no delivery yet."""
        return self.filter(delivery=None)


class Notice(models.Model):
    """An event that a channel is to tell of, stored in the transaction that makes it true. Repeats that wait are joined."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notices")
    delivery = models.ForeignKey(
        "Delivery", null=True, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=20)
    subject = models.TextField(blank=True)
    title = models.TextField()
    detail = models.TextField(blank=True)
    tasks = models.JSONField(default=list)
    execution = models.BigIntegerField(null=True)
    count = models.PositiveIntegerField(default=1, help_text="How often it happened.")
    since = models.DateTimeField(help_text="When it happened first.")
    time = models.DateTimeField(help_text="When it happened last.")
    due = models.DateTimeField(help_text="When it may be told.")
    repeat = models.PositiveSmallIntegerField(
        default=0, help_text="How often the channel was told of the same trouble before."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        default_permissions = ()
        indexes = (
            models.Index(
                fields=["channel", "due"], name="notice_waiting", condition=Q(delivery=None)
            ),
            # Whether it is a repeat.
            models.Index(fields=["channel", "kind", "-id"], name="notice_kind"),
        )

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """What is sent to a channel at once, under one id however often it is tried, and what the other side answered."""

    class State(models.TextChoices):
        """What became of it."""

        PENDING = "pending", gettext_lazy("Pending")
        TESTING = "testing", gettext_lazy("Testing")
        DELIVERED = "delivered", gettext_lazy("Delivered")
        GIVEN_UP = "given_up", gettext_lazy("Given up")

        @classmethod
        def open(cls) -> "list[Delivery.State]":
            """Those that are not the end of it."""
            return [cls.PENDING, cls.TESTING]

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    test = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(
        null=True, help_text="The HTTP status that the other side answered last, where it is known."
    )
    answer = models.TextField(blank=True, help_text="What the other side answered, or what failed.")

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "deliveries"
        indexes = (
            models.Index(
                fields=["channel", "id"], name="delivery_pending", condition=Q(state="pending")
            ),
        )

    def __str__(self) -> str:
        return f"Delivery {self.pk}"

    def delivered(self, now: datetime, status: int | None, answer: str) -> None:
        """Store that the other side has it."""
        with transaction.atomic(savepoint=False):
            self._note(self.State.DELIVERED, now, status, answer)
            events.well("channel", [str(self.channel_id)])

    def failed(self, now: datetime, status: int | None, answer: str) -> None:
        """Store that it did not arrive: it is tried again, or given up after a day (a test: at once)."""
        if not self.test and now - self.created < PATIENCE:
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self.attempts, 16))
            return self._note(self.State.PENDING, now, status, answer, now + pause)
        with transaction.atomic(savepoint=False):
            self._note(self.State.GIVEN_UP, now, status, answer)
            if not self.test:
                events.wrong(self._given_up(answer))
        return None

    def _given_up(self, answer: str) -> Event:
        name, subject = self.channel.name, str(self.channel_id)
        title = GIVEN_UP.format(channel=name)
        return Event(kind="channel", title=title, detail=answer[:300], subject=subject, shown=name)

    def gone(self, now: datetime, status: int | None, answer: str) -> None:
        """Note that nobody is there any more, and turn the channel off."""
        with transaction.atomic(savepoint=False):
            self._note(self.State.GIVEN_UP, now, status, answer)
            Channel.objects.filter(pk=self.channel_id).update(enabled=False)

    def _note(
        self,
        state: str,
        now: datetime,
        status: int | None,
        answer: str,
        next_try: datetime | None = None,
    ) -> None:
        self.state, self.status, self.answer, self.next_try = state, status, answer, next_try
        self.finished = None if state == self.State.PENDING else now
        mine = Delivery.objects.filter(pk=self.pk, state__in=self.State.open())
        mine.update(
            state=state,
            status=status,
            answer=answer,
            next_try=next_try,
            finished=self.finished,
            attempts=F("attempts") + 1,
        )
        self.attempts += 1

    @classmethod
    def prune(cls, channel: Channel) -> None:
        """Delete what is over, except for the newest KEPT of a channel."""
        over = cls.objects.filter(channel=channel).exclude(state__in=cls.State.open())
        oldest = over.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + PRUNED_AT_ONCE]
        cls.objects.filter(pk__in=list(oldest)).delete()

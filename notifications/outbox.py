"""From an event to the notices of those who want to know: stored in the transaction that makes the event true.

Registered as the receiver of all events (see `flexapi.events`).
"""

import dataclasses
import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.dispatch import Signal
from django.utils import timezone

from flexapi import events
from flexapi.events import WELL, Event
from flexapi.mirror import credentials
from flexapi.phrases import phrase
from notifications.models import Channel, Delivery, Notice, Trouble

TEST = phrase("A test of FlexAPI")
ARRIVES = phrase("Messages to {channel} arrive here.")
IT_WAS = phrase("It was: {problem}")

# Sent when notices were stored and that is committed.
stored = Signal()

# Characters of a title and of a detail that are kept.
LONGEST_TITLE = 300
LONGEST_DETAIL = 2000
# How long a channel isn't told again of the same trouble: after the first time, the second, and any later one.
REPEATS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def key_of(subject: str) -> str:
    """Return what troubles of one kind are told apart by."""
    return hashlib.blake2b(subject.encode(), digest_size=16).hexdigest()


class Outbox:
    """Receives events. However many come together, they cost as many queries as one, for each channel."""

    def __init__(self, clock: Callable[[], datetime] = timezone.now) -> None:
        self.clock = clock

    def happened(self, event: Event) -> None:
        """Store it for all channels that want it, each time."""
        now = self.clock()
        (event,) = _fit_for_all([event])
        _store([_notice(channel, event, now) for channel in _channels() if channel.wants(event)])

    def wrong(self, found: Collection[Event], *, counted: bool) -> None:
        """Begin troubles, or count them once more; channels hear of the beginning, and of repeats now and then."""
        now = self.clock()
        said = {(event.kind, key_of(event.subject)): event for event in _fit_for_all(found)}
        begun, known = _begin(said, now)
        again = _count(known, said) if counted else _change(known, said)
        if begun or again:
            for channel in _channels():
                _tell(channel, begun, now)
                _tell_again(channel, again, now)

    def well(self, kind: str, subjects: Collection[str] | None, execution: int | None) -> None:
        """End troubles; who was told of one hears that it is over."""
        now = self.clock()
        for trouble in Trouble.objects.filter(kind=kind):
            if subjects is not None and trouble.subject not in subjects:
                continue
            # Of two who notice, one says so.
            if Trouble.objects.filter(pk=trouble.pk).delete()[0] and events.kinds[kind].well:
                _tell_the_end(trouble, execution, now)


def test_of(channel: Channel) -> Delivery:
    """Return a new delivery that tells nothing but that it arrives."""
    now = timezone.now()
    with transaction.atomic():
        # Nobody else is to try it.
        delivery = Delivery.objects.create(channel=channel, test=True, state=Delivery.State.TESTING)
        Notice.objects.create(
            channel=channel,
            delivery=delivery,
            kind="test",
            title=TEST,
            detail=ARRIVES.format(channel=channel.name),
            since=now,
            time=now,
            due=now,
        )
    return delivery


def tell_monitors(schedule: int | None, event: Event) -> None:
    """Store what happened to a run of a schedule, for whoever monitors that schedule; in a transaction."""
    now = timezone.now()
    channels = list(Channel.objects.filter(enabled=True, schedule=schedule))
    if channels:
        (event,) = _fit_for_all([event])
        _store([_notice(channel, event, now) for channel in channels])


class _Transaction:
    """What is asked once in a transaction, however many events become true in it; called when it is committed.

    It is found in the transaction's own list, so that it is forgotten with it, also where that is rolled back.
    """

    def __init__(self) -> None:
        self.channels = list(Channel.objects.filter(enabled=True))
        self.stored = False

    def __call__(self) -> None:
        if self.stored:
            stored.send(sender=None)


def _transaction() -> _Transaction | None:
    """Return what is known for the rest of the transaction; None outside of one, and in those of Django's test cases."""
    blocks = connection.atomic_blocks
    if not blocks or any(getattr(block, "_from_testcase", False) for block in blocks):
        return None
    for entry in connection.run_on_commit:
        if isinstance(entry[1], _Transaction):
            return entry[1]
    begun = _Transaction()
    transaction.on_commit(begun)
    return begun


def _channels() -> Iterable[Channel]:
    known = _transaction()
    return Channel.objects.filter(enabled=True) if known is None else known.channels


def _fit_for_all(found: Iterable[Event]) -> list[Event]:
    """Return events as anybody may read them, and no longer than messages should be."""
    eyes = credentials.Eyes(reveal=False)
    return [
        dataclasses.replace(
            event,
            title=_cut(eyes.shown(event.title), LONGEST_TITLE),
            detail=_cut(eyes.shown(event.detail), LONGEST_DETAIL),
        )
        for event in found
    ]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


# -- troubles

Said = dict[tuple[str, str], Event]
# Troubles with the event that tells of them.
Told = list[tuple[Trouble, Event]]


def _begin(said: Said, now: datetime) -> tuple[Told, Told]:
    """Store the troubles that are new; return these, and those that were there."""
    kinds = {kind for kind, _ in said}
    keys = {key for _, key in said}
    known = {
        (row.kind, row.key): row for row in Trouble.objects.filter(kind__in=kinds, key__in=keys)
    }
    new = said.keys() - known.keys()
    begun: Told = []
    if new:
        call = uuid.uuid4()
        rows = [_trouble(said[place], place, call, now) for place in said if place in new]
        # Another server may notice the same in this moment: whose row it is says so.
        Trouble.objects.bulk_create(rows, ignore_conflicts=True)
        mine = Trouble.objects.filter(call=call).order_by("pk")
        begun = [(row, said[row.kind, row.key]) for row in mine]
    return begun, [(row, said[place]) for place, row in known.items() if place in said]


def _trouble(event: Event, place: tuple[str, str], call: uuid.UUID, now: datetime) -> Trouble:
    return Trouble(
        kind=event.kind,
        key=place[1],
        call=call,
        subject=event.subject,
        shown=event.shown or event.subject,
        title=event.title,
        detail=event.detail,
        tasks=list(event.tasks),
        since=now,
    )


def _change(known: Told, said: Said) -> Told:
    """Store what is said of troubles now, where that is something else; it is not worth telling again."""
    changed = []
    for trouble, event in known:
        if (trouble.title, trouble.detail) != (event.title, event.detail):
            trouble.title, trouble.detail = event.title, event.detail
            changed.append(trouble)
    if changed:
        Trouble.objects.bulk_update(changed, ["title", "detail"])
    return []


def _count(known: Told, said: Said) -> Told:
    """Count troubles once more; return them."""
    _change(known, said)
    if known:
        Trouble.objects.filter(pk__in=[row.pk for row, _ in known]).update(count=F("count") + 1)
        for trouble, _ in known:
            trouble.count += 1
    return known


# -- notices


def _notice(channel: Channel, event: Event, now: datetime, **more: Any) -> Notice:
    """Return what a channel is to tell of an event, as soon as its hours allow."""
    due = channel.due(now, loud=event.kind in channel.quiet_except)
    values = {"count": 1, "since": now, "due": due, **more}
    values["due"] = max(values["due"], due)
    return Notice(
        channel=channel,
        kind=event.kind,
        subject=event.subject,
        title=event.title,
        detail=event.detail,
        tasks=list(event.tasks),
        execution=event.execution,
        time=now,
        **values,
    )


def _store(notices: list[Notice]) -> None:
    if notices:
        Notice.objects.bulk_create(notices)
        known = _transaction()
        if known is None:
            transaction.on_commit(lambda: stored.send(sender=None))
        else:
            known.stored = True


def _tell(channel: Channel, begun: Told, now: datetime) -> None:
    """Store notices of troubles that begin."""
    _store([_notice(channel, event, now) for _, event in begun if channel.wants(event)])


def _tell_again(channel: Channel, again: Told, now: datetime) -> None:
    """Store notices of troubles that go on; those that wait already are joined."""
    wanted = [(trouble, event) for trouble, event in again if channel.wants(event)]
    if not wanted:
        return
    subjects = {event.subject for _, event in wanted}
    earlier = channel.notices.filter(
        kind__in={event.kind for _, event in wanted},
        subject__in=subjects,
        time__gte=min(trouble.since for trouble, _ in wanted),
    )
    last = {(notice.kind, notice.subject): notice for notice in earlier.order_by("pk")}
    new = []
    for trouble, event in wanted:
        counted = {"count": trouble.count, "since": trouble.since}
        before = last.get((event.kind, event.subject))
        if before is None or before.time < trouble.since:
            new.append(_notice(channel, event, now, **counted))
        elif before.delivery_id is not None or not _join(before, event, now, counted):
            pause = REPEATS[min(before.repeat, len(REPEATS) - 1)]
            more = {"due": before.time + pause, "repeat": min(before.repeat + 1, 1000)}
            new.append(_notice(channel, event, now, **counted, **more))
    _store(new)


def _join(notice: Notice, event: Event, now: datetime, counted: dict[str, Any]) -> bool:
    """Say with a notice that waits what happened since; False where it is being delivered by now."""
    joined = {"title": event.title, "detail": event.detail, "execution": event.execution}
    mine = Notice.objects.waiting().filter(pk=notice.pk)
    return bool(mine.update(time=now, **joined, **counted))


def _tell_the_end(trouble: Trouble, execution: int | None, now: datetime) -> None:
    title = events.kinds[trouble.kind].well.format(subject=trouble.shown)
    detail = "" if trouble.count > 1 else IT_WAS.format(problem=trouble.title)
    event = Event(
        kind=WELL,
        title=title,
        detail=detail,
        subject=trouble.subject,
        tasks=tuple(trouble.tasks),
        execution=execution,
    )
    for channel in _channels():
        # That it went on is told by the end of it.
        repeats = channel.notices.waiting().filter(kind=trouble.kind, subject=trouble.subject)
        repeats.filter(repeat__gt=0).delete()
        if channel.wants(event, of=trouble.kind):
            counted = {"count": trouble.count, "since": trouble.since}
            _store([_notice(channel, event, now, **counted)])

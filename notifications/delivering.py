"""Delivers what waits: a loop in each server, and a few threads of its own, one for each channel at work."""

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.utils import timezone

from flexapi.background import Loop
from flexapi.mirror.credentials import MASK
from flexapi.phrases import phrase
from flexapi.text import storable
from notifications import outbox, texts
from notifications.models import Channel, Delivery
from notifications.sending import Answer, Stopped, senders

UNSUBSCRIBED = phrase(
    "The browser has unsubscribed, so the channel is off. Subscribe again in the browser, or delete it."
)

logger = logging.getLogger("notifications")

# Seconds between two looks where nobody calls: other processes store events as well.
POLL = 1.0
# Channels that are delivered to side by side.
WORKING = 8
# Deliveries to a channel in a row before others may have the thread.
IN_A_ROW = 50
# Deliveries to a channel after which old ones are deleted.
PRUNED_EACH = 50
# What push services answer where a browser has unsubscribed.
PUSH_GONE = (404, 410)
# Characters of an answer that are kept.
LONGEST_ANSWER = 1000

Ask = Callable[[dict[str, Any]], Answer]


def request_of(delivery: Delivery) -> dict[str, Any]:
    """Return what the sender is asked to do (see `notifications.sender.__main__`)."""
    channel = delivery.channel
    notices = list(delivery.notices.order_by("due", "pk"))
    if channel.type == Channel.Type.WEBHOOK:
        body = json.dumps(texts.body_of(delivery, notices))
        about = {"id": str(delivery.uuid), "secret": channel.secret, "body": body}
        return {"do": "webhook", "address": channel.address, **about}
    if channel.type == Channel.Type.MONITOR:
        (notice,) = notices
        signal = {"started": "start", "failed": "fail"}.get(notice.kind, "")
        body = f"{notice.title}\n{notice.detail}\n{texts.page_of('', notice.execution)}".strip()
        run = str(_run_id(delivery, notice.execution))
        about = {"signal": signal, "run": run, "body": body}
        return {"do": "monitor", "address": channel.address, **about}
    title, body, level = texts.message(channel, notices)
    if channel.type == Channel.Type.PUSH:
        from notifications import push  # With it comes cryptography, which few servers need.

        url = texts.page_of(notices[0].kind, notices[0].execution if len(notices) == 1 else None)
        return push.request_of(channel.address, title, body, url, level)
    about = {"title": title, "body": body, "level": level}
    return {"do": "apprise", "address": channel.address, **about}


def send(delivery: Delivery, clock: Callable[[], datetime], ask: Ask = senders.ask) -> bool:
    """Try a delivery once and store what came of it; return whether it has arrived. Call it outside of transactions."""
    answer = ask(request_of(delivery))
    store(delivery, answer, clock())
    return answer.ok


def store(delivery: Delivery, answer: Answer, now: datetime) -> None:
    """Store what came of a delivery."""
    said = _without_address(delivery.channel, storable(answer.text))[:LONGEST_ANSWER]
    if answer.ok:
        delivery.delivered(now, answer.status, said)
    elif delivery.channel.type == Channel.Type.PUSH and answer.status in PUSH_GONE:
        delivery.gone(now, answer.status, UNSUBSCRIBED)
    else:
        delivery.failed(now, answer.status, said)
        logger.info("Channel %s: %s", delivery.channel.name, said)


def _run_id(delivery: Delivery, execution: int | None) -> uuid.UUID:
    """Return what start and end of one run have in common; healthchecks wants a UUID."""
    return uuid.uuid5(
        uuid.NAMESPACE_URL, f"{settings.SECRET_KEY}/{delivery.channel_id}/{execution}"
    )


def _without_address(channel: Channel, text: str) -> str:
    """Hide an address, its parts that may be secret, and the secret: errors like to quote them."""
    parts = {channel.address, channel.secret, *re.split(r"[/?&=:@#]+", channel.address)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= 6:
            text = text.replace(part, MASK)
    return text


class Deliverer(Loop):
    """Any number of servers may have one: each delivery is made by who has claimed its channel."""

    def __init__(
        self, clock: Callable[[], datetime] = timezone.now, ask: Ask = senders.ask
    ) -> None:
        super().__init__("notifications", self.look, period=POLL)
        self._clock, self._ask = clock, ask
        self._pool = ThreadPoolExecutor(WORKING, thread_name_prefix="notifications")
        self._working = 0
        self._lock = threading.Lock()
        # How many arrived since old ones were deleted, by channel; the first time that is at once.
        self._unpruned: dict[int, int] = {}
        # Where no other server can be, nobody delivers when this one begins, whatever the last one left.
        self._alone = not settings.DATABASE_URL

    def start(self) -> None:
        """Begin."""
        outbox.stored.connect(self._on_stored)
        senders.start()
        super().start()

    def stop(self, timeout: float | None = None) -> bool:
        """End at once: what is being sent is sent again, under its id, by the next server."""
        outbox.stored.disconnect(self._on_stored)
        ended = super().stop(timeout)
        senders.stop()
        self._pool.shutdown(cancel_futures=True)
        return ended

    def _on_stored(self, **kwargs: Any) -> None:
        self.call()

    def look(self) -> None:
        """Give each channel that has something to deliver a thread. Raises DatabaseError."""
        if self._alone:
            Channel.objects.exclude(claimed_by="").update(claimed_by="", claimed_until=None)
            self._alone = False
        senders.retire()
        now = self._clock()
        for channel in Channel.objects.due(now)[: WORKING - self._working]:
            claim = channel.claim(now)
            if claim:
                with self._lock:
                    self._working += 1
                self._pool.submit(self._serve, channel, claim)

    def _serve(self, channel: Channel, claim: str) -> None:
        try:
            self.deliver(channel, claim)
        except DatabaseError as error:
            logger.warning("Channel %s is delivered to later: %s", channel.name, error)
        finally:
            connections.close_all()
            with self._lock:
                self._working -= 1
        self.call()

    def deliver(self, channel: Channel, claim: str) -> int:
        """Deliver what a claimed channel has, in its order, until one fails; release it; return how many arrived."""
        arrived, released = 0, False
        try:
            delivery = channel.next_delivery(self._clock())
            while delivery is not None:
                answer = self._ask(request_of(delivery))
                # What came of it, and what comes next, in one commit: a kill before it sends this one again, no other.
                with transaction.atomic():
                    now = self._clock()
                    store(delivery, answer, now)
                    arrived += answer.ok
                    more = answer.ok and arrived < IN_A_ROW and not self.stopping
                    more = more and channel.renew(claim, now)
                    delivery = channel.new_delivery(now) if more else None
                    if delivery is None:
                        channel.release(claim)
                released = delivery is None
            self._prune(channel, arrived)
        except Stopped:
            pass  # It goes on with the next server.
        finally:
            if not released:
                channel.release(claim)
        return arrived

    def _prune(self, channel: Channel, arrived: int) -> None:
        """Delete what is old, now and then."""
        unpruned = self._unpruned.get(channel.pk, PRUNED_EACH) + arrived
        if unpruned >= PRUNED_EACH:
            Delivery.prune(channel)
            unpruned = 0
        self._unpruned[channel.pk] = unpruned

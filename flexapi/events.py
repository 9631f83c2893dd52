"""What people may want to be told, said by whoever finds it out, and taken by whoever tells people. Imports no Django.

    events.kinds.add("missed", events.Kind("A schedule was missed"))              # in the ready() of an AppConfig
    events.happened(Event(kind="missed", title="Schedule 3 was missed"))          # in the transaction that makes it true

A *trouble* stays until it is over: `wrong` begins it, or counts it once more, and `well` ends it. What no transaction makes
true, such as a disk that fills up, is looked for: a *check* answers all that is wrong of its kind, time and again.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext_noop

from flexapi.registry import Registry

# What is said of a trouble that is over.
WELL = "well"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. `label` is for who chooses kinds, `page` the name of the URL that shows more of it.

    `well` is what is said when a trouble of the kind is over, with its `{subject}`; "" where nobody has to be told.
    `urgent` ones may break quiet hours, `chosen` tells whether a new channel has it unless somebody says otherwise.
    """

    label: str
    page: str = "dashboard"
    well: str = ""
    urgent: bool = True
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Its texts are plain, short, and fit for everybody who may read anything.

    `subject` tells troubles of one kind apart, and `shown` is how it is called (the subject itself, unless said). `tasks`
    are those that it is about: channels choose by them.
    """

    kind: str
    title: str
    detail: str = ""
    subject: str = ""
    shown: str = ""
    tasks: tuple[str, ...] = ()
    execution: int | None = None
    schedule: int | None = None


class Unknown(Exception):
    """Raised by a check that can't tell now: what it said before still holds."""


@dataclass(frozen=True, slots=True)
class Check:
    """`look` answers all that is wrong of one kind, or raises Unknown; it is called each `period` seconds or so.

    With `local`, it is about the machine that looks: others know nothing of it.
    """

    look: Callable[[], Iterable[Event]]
    period: float
    local: bool = False


class Receiver(Protocol):
    """Whoever tells people. All are called inside of the transaction that makes the thing true, and do no other I/O."""

    def happened(self, event: Event) -> None: ...

    def wrong(self, found: Collection[Event], *, counted: bool) -> None: ...

    def well(self, kind: str, subjects: Collection[str] | None, execution: int | None) -> None: ...


kinds: Registry[str, Kind] = Registry("kind of event")
checks: Registry[str, Check] = Registry("check")
receivers: Registry[str, Any] = Registry("receiver of events")


def happened(event: Event) -> None:
    """Say that something happened. Call it in the transaction that makes it true."""
    for receiver in receivers.values():
        receiver.happened(event)


def wrong(*found: Event, counted: bool = False) -> None:
    """Say that things are wrong. `counted`: they went wrong once more, which is worth telling again."""
    if found:
        for receiver in receivers.values():
            receiver.wrong(found, counted=counted)


def well(
    kind: str, subjects: Collection[str] | None = None, *, execution: int | None = None
) -> None:
    """Say that nothing of the kind is wrong (any more) with the subjects, None being all of them."""
    for receiver in receivers.values():
        receiver.well(kind, subjects, execution)


kinds.add(WELL, Kind(gettext_noop("Something that was wrong is well again"), urgent=False))

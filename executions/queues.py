"""Which queue a run belongs to: a worker serves some queues, and a task may ask for one of its own.

queues.resolve_with(queues_of_tasks)      # in the ready() of the AppConfig that knows the tasks
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Share:
    """What one queue gets of a request: the patterns that choose its tasks, none being all."""

    queue: str
    tasks: list[str]


class SeveralQueues(Exception):
    """The tasks of one execution belong to different queues; `shares` says which to which."""

    def __init__(self, shares: list[Share]) -> None:
        self.shares = shares
        named = "; ".join(
            f"{share.queue}: {', '.join(share.tasks[:5])}{', …' if share.tasks[5:] else ''}"
            for share in shares
        )
        super().__init__(
            gettext(
                "These tasks run on different workers, so run those of each queue by themselves ({queues})."
            ).format(queues=named)
        )


Resolver = Callable[[list[str]], list[Share]]


def _all_to_default(tasks: list[str]) -> list[Share]:
    return [Share(DEFAULT, tasks)]


_resolver: Resolver = _all_to_default


def resolve_with(resolver: Resolver) -> None:
    """Have `resolver(patterns)` split requests; the patterns are as in `Execution.tasks`."""
    global _resolver
    _resolver = resolver


def shares(tasks: list[str]) -> list[Share]:
    """Return what each queue gets of a request, one share where all goes to one queue."""
    return _resolver(tasks)


def queue_of(tasks: list[str]) -> str:
    """Return the queue that all of these tasks belong to. Raises SeveralQueues."""
    found = shares(tasks)
    if len(found) > 1:
        raise SeveralQueues(found)
    return found[0].queue

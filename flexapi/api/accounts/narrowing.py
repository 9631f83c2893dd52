"""Tokens that may do less than their user: read alone, or run some tasks; from some addresses.

What a narrowed token may do is decided at one place: the user object of its request has fewer permissions (`Backend`), and is neither
staff nor superuser. So it holds for every endpoint, websocket and page, those of plugins included.
"""

import fnmatch
import glob
import ipaddress
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from rest_framework.exceptions import PermissionDenied

from flexapi.api.models import ApiToken, Scope

# What a token to run tasks may do; its executions are looked at and aborted by `covers`.
RUN = frozenset({"executions.add_execution"})


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is left of what a user may do. `tasks` are globs; `superuser`: whether the user is one."""

    scope: str
    tasks: tuple[str, ...]
    superuser: bool

    @property
    def runs(self) -> bool:
        """Whether it is for running tasks and nothing else."""
        return self.scope == Scope.RUN

    def of(self, permissions: Iterable[str]) -> set[str]:
        """Return those of a user's permissions (`app.codename`) that are left."""
        if self.runs:
            return {*permissions} & RUN
        return {one for one in permissions if one.partition(".")[2].startswith("view_")}

    def covers(self, tasks: Collection[str]) -> bool:
        """Whether all of these tasks, which may be none, may be run."""
        return bool(tasks) and all(
            any(fnmatch.fnmatchcase(_meant(task).lower(), one.lower()) for one in self.tasks)
            for task in tasks
        )

    def runnable(self, asked: Sequence[str], names: Iterable[str]) -> list[str]:
        """Return the tasks that globs ask for (none: all enabled ones), as globs that fit nothing else.

        What a glob fits may be another by the time of the run. Raises PermissionDenied where one of them may not be run.
        """
        known = list(names)
        if asked and "*" not in asked:
            found = [
                name
                for name in known
                if any(fnmatch.fnmatchcase(name.lower(), one.lower()) for one in asked)
            ]
        else:
            found = [name for name in known if not name.startswith("_")]
        if denied := [name for name in found if not self.covers([name])]:
            raise PermissionDenied(
                gettext("This token may not run {denied}.").format(denied=", ".join(denied[:5]))
            )
        if not found:
            raise PermissionDenied(gettext("This token runs tasks that it names."))
        return [glob.escape(name) for name in found]


def _meant(task: str) -> str:
    """Undo what `glob.escape` does to a task's name."""
    return re.sub(r"\[([*?[])\]", r"\1", task)


def narrow(user: Any, token: ApiToken) -> None:
    """Leave the user of a request with what its token may do; the object is the request's own, and is not saved."""
    if token.scope != Scope.ALL:
        user.narrowing = Narrowing(token.scope, tuple(token.task_globs), user.is_superuser)
        user.is_superuser = user.is_staff = False


def narrowing_of(user: Any) -> Narrowing | None:
    """Return how a user is narrowed by what they came with; None where they are not."""
    found: Narrowing | None = getattr(user, "narrowing", None)
    return found


def is_from(token: ApiToken, address: str | None) -> bool:
    """Whether a token may be shown from an address; from any unless it names some."""
    networks = token.networks
    if not networks:
        return True
    try:
        at = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return False
    if isinstance(at, ipaddress.IPv6Address) and at.ipv4_mapped:
        at = at.ipv4_mapped
    return any(at in ipaddress.ip_network(network) for network in networks)


def valid_network(text: str) -> str:
    """Return an address or a network as it is stored. Raises Django's ValidationError."""
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise ValidationError(
            gettext("{text!r} is no address and no network.").format(text=text)
        ) from error

"""What is known of the connections of the config's section `irc`, whichever server has them."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from .signals import steered

# Lines of its log that are kept of each connection.
LOG_LINES = 50
# A connection's `live` before anything was heard of it.
UNKNOWN: dict[str, Any] = {
    "state": "off",
    "server": None,
    "port": None,
    "nickname": None,
    "channels": [],
    "connected_since": None,
    "last_line": None,
    "last_announce": None,
    "last_error": None,
    "announces": 0,
    "dropped": 0,
    "log": [],
}


class IrcConnection(models.Model):
    """A connection by its name in the config: what somebody wants of it, and how it was when it was last heard of.

    There may be none for a connection of which nothing is known yet.
    """

    name = models.TextField(unique=True)
    stopped = models.BooleanField(
        default=False, help_text="Whether somebody stopped it; it stays so until a restart."
    )
    restarts = models.PositiveIntegerField(
        default=0, help_text="How often somebody asked for a restart."
    )
    live = models.JSONField(default=dict)

    class Meta:
        ordering = ("name",)
        verbose_name = "IRC connection"
        permissions = (("steer_ircconnection", "Can restart and stop IRC connections"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def stop(cls, name: str) -> None:
        """Have a connection ended, and left alone until `restart`."""
        cls._steer(name, {"stopped": True})

    @classmethod
    def restart(cls, name: str) -> None:
        """Have a connection made again, whether it was stopped or not."""
        cls._steer(name, {"stopped": False, "restarts": F("restarts") + 1})

    @classmethod
    def _steer(cls, name: str, changes: dict[str, Any]) -> None:
        with transaction.atomic():
            cls.objects.get_or_create(name=name)
            cls.objects.filter(name=name).update(**changes)
            transaction.on_commit(lambda: steered.send(sender=None))


class IrcCompanionQuerySet(models.QuerySet["IrcCompanion"]):
    """The one row that says which server has FlexGet's connections."""

    def hold(self, server: str, *, among_others: bool) -> bool:
        """Have the connections be this server's, or still be; False where another's are.

        One that has given no sign of life for so long that it has given them up counts no more; without others, no
        earlier one does.
        """
        self.get_or_create(pk=1)
        free = Q(server="") | Q(server=server)
        if among_others:
            free |= Q(seen__lt=Now() - timedelta(seconds=settings.WORKER_TIMEOUT))
        else:
            free |= ~Q(server=server)
        return bool(self.filter(free, pk=1).update(server=server, seen=Now()))

    def note(self, server: str, **changes: Any) -> None:
        """Store how its companion is."""
        self.filter(pk=1, server=server).update(**changes)

    def release(self, server: str) -> None:
        """Let others have the connections."""
        self.filter(server=server).update(server="", pid=None, since=None, reason="")

    def alive(self) -> Self:
        """The row, while the server that it names gives signs of life."""
        overdue = Now() - timedelta(seconds=settings.WORKER_TIMEOUT)
        return self.exclude(server="").filter(seen__gte=overdue)


class IrcCompanion(models.Model):
    """The process that has the connections, and the server that looks after it."""

    server = models.CharField(max_length=200, blank=True)
    seen = models.DateTimeField(db_default=Now(), help_text="When the server gave a sign of life.")
    pid = models.PositiveIntegerField(null=True)
    since = models.DateTimeField(null=True)
    restarts = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="Why there is no process.")

    objects = IrcCompanionQuerySet.as_manager()

    class Meta:
        verbose_name = "IRC companion"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.server}: {self.pid}"

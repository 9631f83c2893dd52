"""The app that tells people."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_noop


class NotificationsConfig(AppConfig):
    """Who is told of what, and what became of it."""

    name = "notifications"
    verbose_name = "Notifications"
    role_permissions: ClassVar[dict[str, list[str]]] = {"viewer": ["view_*"], "editor": ["*"]}

    def ready(self) -> None:
        """Receive events, report runs to monitors, and say at `/api/server` what is wrong."""
        from executions import extensions
        from flexapi import events
        from flexapi.api.status import server
        from flexapi.phrases import phrase
        from notifications import checking, monitors, outbox

        events.kinds.add(
            "channel",
            events.Kind(
                gettext_noop("Messages to a channel are given up"),
                page="notifications",
                well=phrase("Channel {subject} is reached again"),
            ),
        )
        events.kinds.add(
            "test", events.Kind(gettext_noop("A test"), page="notifications", chosen=False)
        )
        events.receivers.add("notifications", outbox.Outbox())
        extensions.on_start("monitors", monitors.on_start)
        extensions.on_end("monitors", monitors.on_end)
        server.register("problems", checking.problems)

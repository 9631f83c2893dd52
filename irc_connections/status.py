"""What `/api/server` says of IRC, and which connections there are."""

from typing import Any

from django.utils.translation import gettext

from flexapi import phrases
from flexapi.api.status.help import troubleshooting
from flexapi.mirror import mirror

from .models import UNKNOWN, IrcCompanion, IrcConnection


def section(data: Any) -> dict[str, Any]:
    """Return the connections of a config as it is loaded, by their names as text."""
    found = mirror.rows.mapping(mirror.rows.mapping(data).get("irc"))
    return {str(name): mirror.rows.mapping(config) for name, config in found.items()}


def connections() -> list[dict[str, Any]]:
    """Return each connection of the current config, in its order, as `serializers.IrcConnectionSerializer` shows it."""
    known = {row.name: row for row in IrcConnection.objects.all()}
    is_there = IrcCompanion.objects.alive().filter(pid__isnull=False).exists()
    return [
        _shown(name, config, known.get(name), is_there=is_there)
        for name, config in section(mirror.current().data).items()
    ]


def _shown(
    name: str, config: dict[str, Any], row: IrcConnection | None, *, is_there: bool
) -> dict[str, Any]:
    configured = {key: config.get(key) for key in ("server", "port", "nickname")}
    live = {} if row is None else row.live
    answer = {"name": name, **UNKNOWN, **configured, **live}
    stopped = row is not None and row.stopped
    if stopped or not is_there:
        answer["state"] = "stopped" if stopped else "off"
        answer["connected_since"] = None
        answer["channels"] = [{**channel, "joined": False} for channel in answer["channels"]]
    return answer


def irc_status() -> dict[str, Any]:
    """Return where the connections are, and how many of them are up.

    `{"state": "none" (the config has none) | "running" | "starting" | "failed", "reason": why it failed or null, "help": where to read on then, or null,
    "server": which one has them, or null, "pid", "since", "restarts", "connections", "connected"}`.
    """
    found = connections()
    row = IrcCompanion.objects.alive().first()
    reason = row.reason if row else ""
    if not found:
        state = "none"
    elif row and row.pid:
        state = "running"
    else:
        state = "failed" if reason else "starting"
    return {
        "state": state,
        "reason": phrases.translated(reason, gettext) if state == "failed" else None,
        "help": troubleshooting("irc") if state == "failed" else None,
        "server": row.server if row else None,
        "pid": row.pid if row else None,
        "since": row.since if row else None,
        "restarts": row.restarts if row else 0,
        "connections": len(found),
        "connected": sum(connection["state"] == "connected" for connection in found),
    }


def why_not_run() -> str:
    """Return why nothing comes of the section `irc`; "" where something does."""
    row = IrcCompanion.objects.alive().filter(pid__isnull=True).exclude(reason="").first()
    if row is None:
        return ""
    reason = phrases.translated(row.reason, gettext)
    return gettext("Nothing connects to IRC: {reason}").format(reason=reason)

"""The app of IRC: FlexGet's own connections, kept in a companion of its process, and what they ask for."""

from typing import ClassVar

from django.apps import AppConfig


class IrcConnectionsConfig(AppConfig):
    """The connections of the config's section `irc`."""

    name = "irc_connections"
    verbose_name = "IRC"
    engine_methods = "irc_connections.flexget"
    role_permissions: ClassVar[dict[str, list[str]]] = {
        "viewer": ["view_*"],
        # It makes nothing happen but runs, which they may ask for themselves.
        "operator": ["steer_ircconnection"],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Say where the config is checked why nothing connects, where that is so."""
        from flexapi.mirror.checking.warnings import not_run
        from irc_connections.status import why_not_run

        not_run.add("irc", why_not_run)

"""IRC inside FlexGet's process: FlexGet's own plugin, in a companion of the host. No Django here."""

import sys
from importlib import import_module

from flexget.utils.tools import get_config_hash

from flexapi.engine import protocol
from flexapi.engine.host.companions import Kind
from flexapi.engine.host.manager import WarmManager
from flexapi.engine.host.methods import Method

from .companion import live

METHODS: dict[str, Method] = {}


def mark(manager: WarmManager) -> str:
    """Return what tells one section `irc` from another, "" where there is none. Raises RpcError where it can't be used."""
    section = manager.config.get("irc")
    if complaint := manager.complaint_of("irc"):
        raise protocol.RpcError(
            protocol.CONFIG_INVALID, f"FlexGet complains of the section irc: {complaint}"
        )
    if not section:
        return ""
    try:
        import_module("irc_bot.simple_irc_bot")
    except ImportError as error:
        raise protocol.RpcError(
            protocol.NOT_FOUND,
            f"FlexGet's irc needs the Python package irc_bot, which {sys.executable} can't import ({error}): "
            "install irc_bot there, then load FlexGet again",
        ) from error
    return str(get_config_hash(section))


COMPANION = Kind(mark, live)

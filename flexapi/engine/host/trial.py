"""A trial: a run of a config that is not saved. It is FlexGet's test run, with the world kept out of it.

FlexGet's `--test` works on a copy of its database, and its plugins are to say what they would do. These do it all the
same (FlexGet 3.22), and are left out.
"""

import inspect
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import flexget
from flexget import plugin
from flexget.plugin import PluginInfo
from loguru import logger

from .manager import WarmManager

logger = logger.bind(name="flexapi")

# Plugins that act in a test, with what they do.
ACTING = {
    "convert_magnet": "asks the network for a torrent and writes it to the disk",
    "cronitor": "tells a monitor",
    "emby_refresh": "has a media server look for new files",
    "ftp_download": "downloads",
    "kodi_library": "has a media server look for new files",
    "make_html": "writes a file",
    "periscope": "downloads subtitles",
    "sftp_download": "downloads, and may delete what it has downloaded",
    "sftp_upload": "uploads, and may delete what it has uploaded",
    "symlink": "makes links",
}
# Lists that are files. FlexGet changes no list in a test that says of itself to be elsewhere (`online`).
FILE_LISTS = {"yaml_list": "flexget.components.managed_lists.lists.yaml_list:YamlManagedList"}
# In these a plugin that isn't FlexGet's acts.
_PHASES = ("download", "output", "exit")
_FLEXGET = Path(flexget.__file__).resolve().parent
_OWN = Path(__file__).resolve().parents[3]


class Trial:
    """What makes a run a trial: `{"config": text}`, of `execute`. For the process of one run, which ends with it."""

    def __init__(self, params: dict[str, Any]) -> None:
        self.config: str = params["config"]

    def begin(self, manager: WarmManager) -> None:
        """Leave out, from now on, what would act; FlexGet is to work on a copy of its database already."""
        for info in plugin.plugins.values():
            if info.name in ACTING:
                _leave_out(info, info.phase_handlers, ACTING[info.name])
            elif _is_unknown(info):
                phases = [phase for phase in _PHASES if phase in info.phase_handlers]
                _leave_out(info, phases, "isn't FlexGet's, and doesn't ask whether this is a test")
        for place in FILE_LISTS.values():
            module, name = place.split(":")
            getattr(import_module(module), name).online = True


def _leave_out(info: PluginInfo, phases: Iterable[str], why: str) -> None:
    def left_out(task: Any, config: Any) -> None:
        logger.info("Plugin {} is left out of a trial: it {}", info.name, why)

    for phase in phases:
        # Those of `if` and `sequence` are called by these, so the handlers themselves are replaced.
        info.phase_handlers[phase].func = left_out


def _is_unknown(info: PluginInfo) -> bool:
    """Whether it is neither FlexGet's nor FlexAPI's, and says nothing of tests in its source."""
    module = sys.modules.get(info.plugin_class.__module__)
    file = getattr(module, "__file__", None)
    if module is None or file is None:
        return False
    path = Path(file).resolve()
    if path.is_relative_to(_FLEXGET) or _is_own(path):
        return False
    try:
        return "options.test" not in inspect.getsource(module)
    except OSError:
        return True


def _is_own(path: Path) -> bool:
    """Whether it is a plugin of one of FlexAPI's own apps, whose reports a trial's are dropped."""
    return path.is_relative_to(_OWN) and path.parts[len(_OWN.parts) + 1 : len(_OWN.parts) + 2] == (
        "flexget",
    )

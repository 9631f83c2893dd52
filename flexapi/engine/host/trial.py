"""A trial: a run of a config that is not saved. It is FlexGet's test run, with the world kept out of it.

FlexGet's `--test` works on a copy of its database, and its plugins are to say what they would do. These do it all the
same (FlexGet 3.22), and are left out.
"""

import inspect
import sys
from argparse import Namespace
from collections.abc import Iterable
from copy import copy
from importlib import import_module
from pathlib import Path
from typing import Any

import flexget
from flexget import plugin
from flexget.manager import Session
from flexget.plugin import PluginInfo
from loguru import logger
from sqlalchemy import update

from flexapi.own_packages import HOME, PACKAGES

from .kept_entries import unpacked
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
# What FlexGet remembers of entries. To a replay, all of that run is known since.
MEMORY = (
    "backlog",
    "only_new",
    "remember_rejected",
    "retry_failed",
    "seen",
    "seen_info_hash",
    "seen_movies",
)
# In these a plugin that isn't FlexGet's acts.
_PHASES = ("download", "output", "exit")
_FLEXGET = Path(flexget.__file__).resolve().parent


class Trial:
    """What makes a run a trial: `{"config": text, "entries": null, "forget": false}`, of `execute`.

    With `entries`, packed ones by task, it is a replay: these take the place of what the inputs give. With `forget`,
    what FlexGet remembers of entries doesn't count. For the process of one run, which ends with it.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        self.config: str = params["config"]
        kept: dict[str, str] | None = params.get("entries")
        self._entries = None if kept is None else {name: unpacked(kept[name]) for name in kept}
        self._forget: bool = params.get("forget", False)

    def begin(self, manager: WarmManager) -> None:
        """Leave out, from now on, what would act; FlexGet is to work on a copy of its database already."""
        for info in plugin.plugins.values():
            if info.name in ACTING:
                _leave_out(info, info.phase_handlers, ACTING[info.name])
            elif _is_unknown(info):
                phases = [phase for phase in _PHASES if phase in info.phase_handlers]
                _leave_out(info, phases, "isn't FlexGet's, and doesn't ask whether this is a test")
        if self._forget:
            for name in MEMORY:
                info = plugin.plugins[name]
                _leave_out(info, info.phase_handlers, "isn't to remember")
        for place in FILE_LISTS.values():
            module, name = place.split(":")
            getattr(import_module(module), name).online = True

    def forget(self) -> None:
        """Where that is wanted, let releases of the replayed entries be wanted again, in the copy of FlexGet's database."""
        if not self._forget or not self._entries:
            return
        from flexget.components.series.db import EpisodeRelease, SeasonRelease

        titles = [entry["title"] for entries in self._entries.values() for entry in entries]
        with Session() as session:
            for release in (EpisodeRelease, SeasonRelease):
                for start in range(0, len(titles), 500):
                    wanted = release.title.in_(titles[start : start + 500])
                    session.execute(update(release).where(wanted).values(downloaded=False))

    def options(self, task: str, options: Namespace) -> Namespace:
        """Return the options of a task: in a replay, with its entries in place of its inputs."""
        if self._entries is None:
            return options
        replayed = copy(options)
        replayed.inject = self._entries.get(task, [])
        replayed.disable_phases = [*(options.disable_phases or ()), "input"]
        return replayed


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
    if not path.is_relative_to(HOME):
        return False
    package, *rest = path.relative_to(HOME).parts
    return package in PACKAGES and rest[:1] == ["flexget"]

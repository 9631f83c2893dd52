"""Loads FlexGet's plugins. One that fails leaves out itself and nothing else, and is named with its reason.

FlexGet 3.22 ends where a plugin raises, and says of one that lacks a package nothing but a traceback.
"""

import contextlib
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import flexget
from flexget import plugin
from flexget.event import get_events
from flexget.plugin import DependencyError, PluginInfo
from loguru import logger

from flexapi.engine.complaints import refused_keys
from flexapi.lean import loading_flexget

from . import removed
from .handlers import remove_handlers

logger = logger.bind(name="flexapi")

# Events of FlexGet's daemon, and of a FlexGet that ends, which FlexAPI has no use for (docs/flexget.md). What FlexGet's own
# plugins do then is done elsewhere, or warned of by the section of the config.
UNHEARD = (
    "manager.daemon.started",
    "manager.daemon.completed",
    "manager.shutdown_requested",
    "manager.shutdown",
)

# `plugin.register(Class, "name", …)` in the source of a plugin that could not say its name itself.
_REGISTERED = re.compile(r"\bregister\([^()]*?['\"](\w+)['\"]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A plugin that is left out: the names it has in a config, as far as they are known, its file, and why."""

    names: list[str]
    file: str
    reason: str


class Plugins:
    """What was loaded from the folders of plugins, and what was not.

    `faults` are those that are left out, `in_part` those that wait for an event that never comes.
    """

    def __init__(self, plugins: list[Path], components: list[Path]) -> None:
        self.faults: list[Fault] = []
        self._folders = [*plugins, *components]
        self._files = self._found()
        with self._watched(), loading_flexget():
            plugin.load_plugins(extra_plugins=[*plugins], extra_components=[*components])
        self.in_part = list(_waiting_in_vain())

    def log_faults(self) -> None:
        """Log each plugin that is left out, or that waits in vain."""
        for fault in self.faults:
            logger.error("The plugin {} is left out: {}", fault.file, fault.reason)
        for fault in self.in_part:
            logger.warning("The plugin {} works in part: {}", fault.file, fault.reason)

    def described(self) -> dict[str, Any]:
        """Return what the server is told: `{"faults": [{"names", "file", "reason"}], "in_part": [likewise],
        "files": {path: mtime in ns}}`."""
        return {
            "faults": [asdict(fault) for fault in self.faults],
            "in_part": [asdict(fault) for fault in self.in_part],
            "files": self._files,
        }

    def explained(self, message: str, path: list[Any]) -> str:
        """Return FlexGet's complaint about the value at a path, with what is known of the keys that it refuses there.

        Such a key may be a plugin that is left out, or one that came late, or a name that FlexGet dropped.
        """
        names = refused_keys(message)
        hints = [
            (name, self._absent(name) or removed.hint(name, at_root=not path, message=message))
            for name in names
        ]
        found = [(name, hint) for name, hint in hints if hint]
        if len(names) == 1:
            return " ".join([message, *(hint for _, hint in found)])
        return " ".join([message, *(f"`{name}`: {hint}" for name, hint in found)])

    def _absent(self, name: str) -> str:
        """Return why a plugin of this name isn't there though there is a file of it; "" where there is none."""
        for fault in self.faults:
            if name in fault.names:
                return f"The plugin {fault.file} is left out: {fault.reason}"
        for file, changed in self._found().items():
            if self._files.get(file) != changed and name in _names_in(Path(file)):
                return f"{file} changed after FlexGet was loaded: reload FlexGet to use it."
        return ""

    def _found(self) -> dict[str, int]:
        """Return the files that plugins may be in, with the times of their last change in ns."""
        found = {}
        for folder in self._folders:
            for path in folder.glob("**/*.py"):
                with contextlib.suppress(OSError):  # Just removed.
                    found[str(path)] = path.stat().st_mtime_ns
        return found

    # -- guards, while FlexGet loads

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        plain = plugin._import_plugin, plugin.fire_event, PluginInfo.initialize
        initialize = plain[2]

        def initialize_or_leave_out(info: PluginInfo) -> None:
            try:
                initialize(info)
            except (Exception, SystemExit) as error:  # noqa: BLE001  as below
                module = sys.modules.get(info.plugin_class.__module__)
                self._leave_out(getattr(module, "__file__", None) or info.name, error, [info.name])
                del plugin.plugins[info.name]

        plugin._import_plugin = self._import
        plugin.fire_event = self._register
        PluginInfo.initialize = initialize_or_leave_out
        try:
            yield
        finally:
            plugin._import_plugin, plugin.fire_event, PluginInfo.initialize = plain

    def _import(self, module_name: str, path: str | Path) -> None:
        try:
            import_module(module_name)
        except DependencyError as error:
            if not error.silent:
                self._leave_out(path, error)
        except (Exception, SystemExit) as error:  # noqa: BLE001  a plugin's code must not end FlexGet
            self._leave_out(path, error)
            # It may have got so far as to say what registers it.
            remove_handlers("plugin.register", lambda event: event.func.__module__ == module_name)

    def _register(self, name: str) -> None:
        """Call what registers plugins, as FlexGet's `fire_event("plugin.register")` does."""
        for event in get_events(name):
            taken = PluginInfo.dupe_counter
            file = event.func.__code__.co_filename
            try:
                event()
            except (Exception, SystemExit) as error:  # noqa: BLE001  as above
                self._leave_out(file, error)
            if PluginInfo.dupe_counter > taken:
                names = _names_in(Path(file))
                self.faults.append(Fault(names, file, "a plugin of this name is there already."))

    def _leave_out(
        self, path: str | Path, error: BaseException, names: list[str] | None = None
    ) -> None:
        self.faults.append(Fault(names or _names_in(Path(path)), str(path), _reason(path, error)))


def _waiting_in_vain() -> Iterator[Fault]:
    """Yield the plugins, FlexGet's own aside, that have a handler of an event that never comes."""
    own = Path(flexget.__file__).resolve().parent
    waiting: dict[str, list[str]] = {}
    for name in UNHEARD:
        with contextlib.suppress(KeyError):  # Nobody has any.
            for event in get_events(name):
                code = getattr(event.func, "__code__", None)
                if code is not None and not Path(code.co_filename).resolve().is_relative_to(own):
                    waiting.setdefault(code.co_filename, []).append(name)
    for file, names in waiting.items():
        events = f"event {names[0]}" if len(names) == 1 else f"events {', '.join(names)}"
        reason = f"FlexAPI never sends FlexGet's {events}; what it does then, it doesn't do here."
        yield Fault(_names_in(Path(file)), file, reason)


def _names_in(path: Path) -> list[str]:
    """Return the names that a file's plugins have in a config, by its text and its name."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return [path.stem]
    return list(dict.fromkeys([*_REGISTERED.findall(text), path.stem]))


def _reason(path: str | Path, error: BaseException) -> str:
    """Return why a plugin can't be loaded, as one sentence that says what to do where that is known."""
    if isinstance(error, DependencyError):
        return f"{str(error.message).rstrip('.')}."
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        return f"the Python package {package} is missing: install it for {sys.executable}."
    if isinstance(error, SyntaxError):
        return f"{error.msg} (line {error.lineno})."
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(path)
    ]
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}{where}."

"""Plugins: installed packages that add a Django app to the server.

A package names its app in the entry point group `flexapi.plugins`; docs/plugins.md walks through one. What is
wrong with a plugin never keeps the server from running: the plugin is left out, and `problems` says why, in the
log and on `/api/server`.

Django builds its registry of apps in steps, and code of a plugin runs in each. So a plugin goes through gates:
`discover` (settings: what is installed, and may it come in?), `import_models` and `load` (Django's own steps, see
`flexapi.apps`), and `migrate` (when a server starts).
"""

import logging
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pkgutil import iter_modules
from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.core.exceptions import AppRegistryNotReady
from django.urls import URLResolver, include, path
from django.utils.module_loading import module_has_submodule
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from flexapi import bundled, registry
from flexapi.version import VERSION

logger = logging.getLogger(__name__)

GROUP = "flexapi.plugins"
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
# What is in use at the root, under `/api/` and `/ws/`, or will be.
RESERVED = frozenset(
    {
        *(
            "auth",
            "config",
            "config_files",
            "config_revisions",
            "docs",
            "execution",
            "history",
            "hooks",
            "movie_queue",
            "notifications",
        ),
        *("schedules", "schema", "search", "series", "server", "statistics", "task_templates"),
        *("account", "lists", "system", "tasks", "tokens"),
        *("database", "irc", "log", "plugins", "trakt"),
        *("seen", "failed", "rejected", "pending", "entry_list", "movie_list", "pending_list"),
        *("variables",),
        # Where pages and files are.
        *(
            "accounts",
            "admin",
            "executions",
            "healthz",
            "metrics",
            "offline",
            "static",
            "texts",
            "ws",
        ),
    }
)


@dataclass
class Plugin:
    """A plugin that is installed. `problem` is why it is left out, "" where it is not."""

    name: str
    package: str
    version: str
    app: str = ""
    label: str = ""
    app_name: str = ""
    problem: str = ""


# All that are installed, by the order they were found in; those with a problem as well.
installed: list[Plugin] = []


class PluginRefused(Exception):
    """A plugin may not come in; the text says why."""


def discover(own_apps: Iterable[str], off: Collection[str] = ()) -> list[str]:
    """Find the plugins and return the apps to install after `own_apps`; for the settings.

    `off` are names of plugins that are not wanted.
    """
    installed.clear()
    labels = {app.rpartition(".")[2] for app in own_apps}
    for point, package, version in sorted(_found(), key=lambda found: found[0].name):
        if point.name in off:
            continue
        plugin = Plugin(point.name, package, version, point.value)
        with _guarded(plugin, "can't be imported"):
            plugin.label = _check(point, labels)
            labels.add(plugin.label)
        installed.append(plugin)
    return [plugin.app for plugin in installed if not plugin.problem]


def _found() -> Iterator[tuple[EntryPoint, str, str]]:
    """Yield what is installed, then what stands in `contrib/` and is not: entry point, package, version."""
    packages, apps = set(), set()
    for point in entry_points(group=GROUP):
        package, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
        packages.add(package)
        apps.add(point.value)
        yield point, package, version
    for project in bundled.projects(GROUP):
        # Installed by itself, or as a part of FlexAPI.
        if project.package not in packages and not apps & {point.value for point in project.points}:
            if str(project.folder) not in sys.path:
                sys.path.append(str(project.folder))
            for point in project.points:
                yield point, project.package, project.version


def url_patterns() -> list[URLResolver]:
    """Return the paths of plugins outside `/api/`: those of its `urls.py`, below its name."""
    return [
        path(f"{plugin.name}/", include(f"{plugin.app_name}.urls"))
        for plugin in working()
        if f"{plugin.app_name}.urls" in sys.modules
    ]


def working() -> list[Plugin]:
    """Return the plugins that are not left out."""
    return [plugin for plugin in installed if not plugin.problem]


def status() -> list[dict[str, str]]:
    """Return what `/api/server` says: name, package, version and problem of each plugin."""
    return [
        {
            "name": plugin.name,
            "package": plugin.package,
            "version": plugin.version,
            "problem": plugin.problem,
        }
        for plugin in installed
    ]


def import_models(apps: Apps) -> None:
    """Import the models of plugins, in Django's own step for it."""
    for plugin in working():
        config = apps.app_configs[plugin.label]
        with _guarded(plugin, "has models that can't be imported", apps):
            config.import_models()


def load(apps: Apps) -> None:
    """Load what plugins bring beside models: admin, endpoints, websockets, and their `ready`."""
    # They need the settings, which import this module.
    from flexapi.api import mounts
    from flexapi.api.router import router

    _import_migrations(apps)
    for plugin in working():
        config = apps.app_configs[plugin.label]
        with _guarded(plugin, "can't be loaded", apps), registry.bringing(plugin.name):
            _check_migrations(config, apps)
            config.ready()
            plugin.app_name = config.name
            for name in ("admin", "api", "routing", "urls"):
                if config.module is not None and module_has_submodule(config.module, name):
                    import_module(f"{config.name}.{name}")
            _check_paths(plugin, "/api/", router.paths.brought_by(plugin.name))
            for brought in (mounts.mounts, mounts.static_folders):
                _check_paths(plugin, "/", brought.brought_by(plugin.name))
            _check_websockets(plugin, config)
        # It has run; Django must not run it once more.
        config.ready = _nothing  # type: ignore[method-assign]
    for plugin in installed:
        if plugin.problem:
            logger.error("The plugin %s is left out: %s", plugin.name, plugin.problem)


def migrate(apps: Apps, run: Callable[[str], Any]) -> None:
    """Bring the tables of plugins up to date: `run(label)` for each."""
    with_models = [plugin for plugin in working() if apps.app_configs[plugin.label].models]
    for position, plugin in enumerate(with_models):
        if position == 0:
            # Permissions are made after each migration; theirs and the roles' tables have to be there.
            run("api")
        with _guarded(plugin, "can't be migrated", apps):
            run(plugin.label)
        if plugin.problem:
            logger.error("The plugin %s is left out: %s", plugin.name, plugin.problem)


@contextmanager
def _guarded(plugin: Plugin, what: str, apps: Apps | None = None) -> Iterator[None]:
    """Leave the plugin out where the block fails; whatever its code raises, the server runs."""
    try:
        yield
    except PluginRefused as refused:
        plugin.problem = str(refused)
    except AppRegistryNotReady:
        plugin.problem = (
            f"It {what}: its package imports models, or asks for the user model, too early. "
            "Only models.py and what comes after may do so."
        )
    except (Exception, SystemExit) as error:
        logger.debug("The plugin %s %s.", plugin.name, what, exc_info=True)
        plugin.problem = f"It {what}: {type(error).__name__}: {error}"
    if plugin.problem and apps is not None:
        _leave_out(plugin, apps)


def _check(point: EntryPoint, labels: set[str]) -> str:
    """Return the label of the plugin's app. Raises PluginRefused, and whatever importing it raises."""
    if not NAME.fullmatch(point.name):
        raise PluginRefused(f"The name {point.name!r} is not made of a to z, 0 to 9 and _.")
    if point.name in RESERVED:
        raise PluginRefused(f"The name {point.name} is FlexAPI's own.")
    twins = [plugin.package for plugin in installed if plugin.name == point.name]
    if twins:
        raise PluginRefused(f"The package {twins[0]} has a plugin of this name too.")
    config = AppConfig.create(point.value)
    if config.label in labels:
        raise PluginRefused(f"Another app has the label {config.label}.")
    wanted = getattr(config, "flexapi_version", "")
    try:
        fits = SpecifierSet(wanted).contains(VERSION, prereleases=True)
    except InvalidSpecifier:
        raise PluginRefused(f"Its flexapi_version, {wanted!r}, is no version specifier.") from None
    if not fits:
        raise PluginRefused(f"It is for FlexAPI {wanted}; this is {VERSION}.")
    return config.label


def _import_migrations(apps: Apps) -> None:
    """Leave out whose migrations can't be imported, or depend on what is not there.

    Django reads those of all apps together: each plugin would be blamed for the first one's.
    """
    from django.db.migrations.exceptions import NodeNotFoundError
    from django.db.migrations.loader import MigrationLoader

    for plugin in working():
        with _guarded(plugin, "has migrations that can't be imported", apps):
            _import_migrations_of(apps.app_configs[plugin.label])
    labels = {plugin.label: plugin for plugin in working()}
    while labels:
        try:
            MigrationLoader(None, ignore_no_migrations=True)
        except NodeNotFoundError as error:
            label = error.origin.app_label if error.origin else ""
            if label not in labels:
                return
            with _guarded(labels.pop(label), "has migrations that don't fit", apps):
                raise
        else:
            return


def _import_migrations_of(config: AppConfig) -> None:
    if config.module is None or not module_has_submodule(config.module, "migrations"):
        return
    package = import_module(f"{config.name}.migrations")
    for _, name, is_package in iter_modules(getattr(package, "__path__", [])):
        # Those that Django takes for migrations.
        if is_package or name[0] in "_~":
            continue
        if not hasattr(import_module(f"{package.__name__}.{name}"), "Migration"):
            raise PluginRefused(f"Its migration {name} has no class Migration.")


def _check_migrations(config: AppConfig, apps: Apps) -> None:
    """Raise PluginRefused where the models have changes that no migration makes."""
    # Who makes the migration needs the plugin loaded.
    if not config.models or sys.argv[1:2] == ["makemigrations"]:
        return
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    label = {config.label}
    changes = detector.changes(loader.graph, trim_to_apps=label, convert_apps=label)
    if config.label in changes or config.label in loader.unmigrated_apps:
        raise PluginRefused(
            "A migration is missing: its models are not what its migrations make. "
            f"Its author runs `flexapi manage makemigrations {config.label}`."
        )


def _check_paths(plugin: Plugin, root: str, prefixes: list[str]) -> None:
    for prefix in prefixes:
        if prefix != plugin.name and not prefix.startswith(f"{plugin.name}/"):
            raise PluginRefused(f"Its endpoint {root}{prefix} is not under {root}{plugin.name}.")


def _check_websockets(plugin: Plugin, config: AppConfig) -> None:
    routing = sys.modules.get(f"{config.name}.routing")
    for pattern in getattr(routing, "websocket_urlpatterns", []):
        path = str(pattern.pattern).lstrip("^")
        if not path.startswith(f"ws/{plugin.name}/"):
            raise PluginRefused(f"Its websocket /{path} is not under /ws/{plugin.name}/.")


def _leave_out(plugin: Plugin, apps: Apps) -> None:
    """Take the app out of Django's registry, and out of ours what it brought."""
    registry.forget(plugin.name)
    config = apps.app_configs.get(plugin.label)
    if config is None:
        return
    # Django goes through the dict as it was, and would call these.
    config.import_models = config.ready = _nothing  # type: ignore[method-assign]
    apps.app_configs = {
        label: other for label, other in apps.app_configs.items() if label != plugin.label
    }
    _unregister_admin(plugin.label)
    apps.all_models.pop(plugin.label, None)
    apps.clear_cache()


def _unregister_admin(label: str) -> None:
    admin = sys.modules.get("django.contrib.admin")
    if admin is None:
        return
    for model in list(admin.site._registry):
        if model._meta.app_label == label:
            admin.site.unregister(model)


def _nothing() -> None:
    """What is left to do for an app that is out, or ready already."""

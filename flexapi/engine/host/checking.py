"""FlexGet's check of a config, and what of it may run though something else in it is wrong."""

from collections.abc import Iterable
from typing import Any

from flexget import config_schema, plugin
from flexget.event import fire_event
from flexget.manager import Manager
from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

from flexapi.engine.complaints import Complaint, refused_keys

from .plugins import Plugins

Config = dict[Any, Any]


def check(manager: Manager, plugins: Plugins, config: Config) -> tuple[Config, list[Complaint]]:
    """Return a config as FlexGet runs it, variables filled in and defaults set, and FlexGet's complaints about it.

    As `Manager.validate_config`, but that variables which can't be used are a complaint like others. The config given may
    be altered. Raises what SQLAlchemy does, where the variables are in the database.
    """
    complaints: list[Complaint] = []
    try:
        if not isinstance(config.get("variables", {}), str | bool | dict):
            raise plugin.PluginError("Variables are a mapping, the name of a file, or `yes`.")
        prepared: Config = fire_event("manager.before_config_validate", config, manager)
    except SQLAlchemyError:
        raise
    except Exception as error:
        if "variables" not in config:
            raise
        complaints.append({"path": ["variables"], "message": _why(error)})
        rest = {name: section for name, section in config.items() if name != "variables"}
        prepared = fire_event("manager.before_config_validate", rest, manager)
    return prepared, complaints + faults(plugins, prepared)


def faults(plugins: Plugins, config: Any, schema: Any = None) -> list[Complaint]:
    """Return FlexGet's complaints about a config that is prepared, or about what another schema describes."""
    found = [
        {"path": list(fault.path), "message": plugins.explained(fault.message, list(fault.path))}
        for fault in config_schema.process_config(config, schema)
    ]
    # FlexGet finds them in another order each time.
    return sorted(found, key=lambda each: ([str(key) for key in each["path"]], each["message"]))


def faults_again(plugins: Plugins, config: Config) -> list[Complaint]:
    """As `faults`, of what was checked before: what FlexGet logs of folders that don't exist was said then."""
    logger.disable(config_schema.__name__)
    try:
        return faults(plugins, config)
    finally:
        logger.enable(config_schema.__name__)


def is_hopeless(config: Config, complaints: Iterable[Complaint]) -> bool:
    """Whether nothing of a config can be told apart from what FlexGet complains of."""
    return not isinstance(config.get("tasks"), dict) or any(
        not each["path"] and not refused_keys(each["message"]) for each in complaints
    )


def without_faulty(config: Config, complaints: Iterable[Complaint]) -> Config:
    """Return a config without the sections and templates that FlexGet complains of.

    Tasks stay, for plugins forget what they know of tasks that are gone.
    """
    sections, templates = set(), set()
    for each in complaints:
        section, *below = each["path"] or (None,)
        if section is None:
            sections |= set(refused_keys(each["message"]))
        elif section == "templates" and below:
            templates.add(below[0])
        elif section != "tasks":
            sections.add(section)
    left = {name: section for name, section in config.items() if str(name) not in sections}
    if templates:
        kept = left["templates"].items()
        left["templates"] = {name: template for name, template in kept if name not in templates}
    return left


def only_faulty(config: Config, complaints: list[Complaint]) -> Config:
    """Return the tasks, templates and sections of a config that FlexGet complains of, as a config."""
    found: Config = {"tasks": {}}
    for each in complaints:
        section, *below = each["path"] or (None,)
        if section in ("tasks", "templates") and below:
            found.setdefault(section, {})[below[0]] = config[section][below[0]]
        elif section in config:
            found[section] = config[section]
    return found


def _why(error: Exception) -> str:
    if isinstance(error, plugin.PluginError):
        return str(error.value)
    return f"{type(error).__name__}: {error}"

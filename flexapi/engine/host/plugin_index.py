"""FlexGet's plugins by phase. FlexGet itself looks through all of them for each phase of each task."""

from functools import cache
from typing import Any

from flexget.plugin import get_plugins, plugins


def of_phase(phase: str) -> list[Any]:
    """Return the plugins that have a handler for a phase, in the order in which FlexGet calls them.

    Raises ValueError where there is no such phase.
    """
    # The plugin `plugin_priority` changes priorities for the time of a task.
    found = sorted(_handlers(phase, len(plugins)), key=lambda pair: pair[0].priority, reverse=True)
    return [plugin for _, plugin in found]


@cache
def _handlers(phase: str, count: int) -> list[tuple[Any, Any]]:
    # Plugins come and never go, so their number tells whether there is a new one.
    return [(plugin.phase_handlers[phase], plugin) for plugin in get_plugins(phase=phase)]

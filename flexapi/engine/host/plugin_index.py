"""FlexGet's plugins by phase. FlexGet itself looks through all of them for each phase of each task."""

from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from flexget.plugin import get_plugins, plugins

_priority = attrgetter("priority")


class Handling(NamedTuple):
    """A plugin that does something in a phase. FlexGet's own attributes of a plugin take a function call each."""

    name: str
    builtin: bool
    plugin: Any


def of_phase(phase: str) -> list[Handling]:
    """Return the plugins that have a handler for a phase, in the order in which FlexGet calls them; not to be modified.

    Raises ValueError where there is no such phase.
    """
    # Plugins come and never go, so their number tells whether there is a new one.
    return _phase(phase, len(plugins)).in_order()


class _Phase:
    """The handlers of a phase and the order that their priorities give them."""

    def __init__(self, phase: str) -> None:
        found = list(get_plugins(phase=phase))
        self._handlers = [plugin.phase_handlers[phase] for plugin in found]
        self._unordered = [Handling(plugin.name, plugin.builtin, plugin) for plugin in found]
        self._priorities: list[int] = []
        self._ordered: list[Handling] = []

    def in_order(self) -> list[Handling]:
        # The plugin `plugin_priority` changes priorities for the time of a task.
        priorities = list(map(_priority, self._handlers))
        if priorities != self._priorities:
            places = sorted(range(len(priorities)), key=priorities.__getitem__, reverse=True)
            self._ordered = [self._unordered[place] for place in places]
            self._priorities = priorities
        return self._ordered


@cache
def _phase(phase: str, count: int) -> _Phase:
    return _Phase(phase)

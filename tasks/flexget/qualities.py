"""The names of qualities that FlexGet knows."""

from typing import Any

from flexget.utils import qualities as known

from flexapi.engine.host.manager import WarmManager


def qualities(manager: WarmManager, params: dict[str, Any]) -> list[str]:
    """Return what a requirement may be at its simplest: each resolution, it or better, and each source."""
    resolutions = [quality.name for quality in known._resolutions]
    better = [f"{name}+" for name in resolutions[:-1]]
    return [*resolutions, *better, *(quality.name for quality in known._sources)]

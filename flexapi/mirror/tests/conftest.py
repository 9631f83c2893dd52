from flexapi.mirror.tests.fixtures import changed_lines, config, flexget
from flexapi.mirror.tests.machines import machine

__all__ = ["changed_lines", "config", "flexget", "machine"]

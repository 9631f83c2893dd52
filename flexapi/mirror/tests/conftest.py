from flexapi.mirror.tests.fixtures import changed_lines, config, flexget
from flexapi.mirror.tests.machines import a, b, machine

__all__ = ["a", "b", "changed_lines", "config", "flexget", "machine"]

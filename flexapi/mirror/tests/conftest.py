from flexapi.mirror.tests.machines import a, b, machine
from flexapi.testing.config_file import changed_lines, config

__all__ = ["a", "b", "changed_lines", "config", "machine"]

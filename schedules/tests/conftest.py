from flexapi.mirror.tests.fixtures import changed_lines, config, flexget

__all__ = ["changed_lines", "config", "flexget"]

from flexapi.testing.config_file import changed_lines, config, flexget

__all__ = ["changed_lines", "config", "flexget"]

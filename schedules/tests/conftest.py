from flexapi.testing.config_file import changed_lines, config

__all__ = ["changed_lines", "config"]

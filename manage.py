#!/usr/bin/env python
"""Command line of the project: `manage.py serve` starts the server."""

import os
import sys

from flexapi import paths


def main() -> None:
    """Run the management command that the arguments name."""
    if sys.argv[1:2] == ["serve"]:
        paths.export_options(sys.argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")

    # Django reads the settings when it is imported, so the options have to be in place first.
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()

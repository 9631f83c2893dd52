#!/usr/bin/env python
"""Django's command line in a checkout; `flexapi`, or `python -m flexapi`, has the commands that people need."""

import sys

from flexapi import cli

if __name__ == "__main__":
    sys.exit(cli.manage(sys.argv))

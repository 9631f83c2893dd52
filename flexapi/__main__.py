"""`python -m flexapi`: the command `flexapi`, also where nothing is installed under that name."""

import sys

from flexapi.cli import main

sys.exit(main())

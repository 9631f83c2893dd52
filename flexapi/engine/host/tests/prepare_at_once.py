"""Run by a test: several processes make FlexGet's tables in one database at the same moment.

prepare_at_once.py FOLDER URL
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from flexapi.engine.host.main import database
from flexapi.engine.host.manager import WarmManager, start_logging
from flexapi.engine.host.service import _start

config = Path(sys.argv[1]) / "config.yml"
config.write_text("tasks: {}\n")
start_logging()
manager = WarmManager(config, database(sys.argv[2]))
children = []
for _ in range(4):
    child = os.fork()
    if child == 0:
        _start(manager)
        os.write(1, b"ready\n")
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)

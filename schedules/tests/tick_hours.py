"""Run by tests as one of several servers: ticks once for each of some hours, as fast as it can.

tick_hours.py START HOURS      # START is ISO 8601; waits for a line on stdin
"""

import sys
from datetime import datetime, timedelta

import django

django.setup()

from schedules.scheduler import Scheduler  # noqa: E402

start, hours = datetime.fromisoformat(sys.argv[1]), int(sys.argv[2])
now = start
scheduler = Scheduler(lambda: now)
# As a server that has been running since the start.
scheduler._last = start
print("ready", flush=True)
sys.stdin.readline()
for hour in range(1, hours + 1):
    now = start + timedelta(hours=hour)
    scheduler.tick()

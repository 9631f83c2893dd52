"""Many servers and workers on one PostgreSQL and one Redis: what they ask of both, and what happens when parts of it die.

    .venv/bin/python -m bench.scale             # some four minutes
    .venv/bin/python -m bench.scale --quick     # two servers and up to ten workers

Real are: the servers (`serve --no-worker`, with FlexGet loaded), PostgreSQL, Redis, and of the workers all that touches
either: claims, signs of life, aborts, storing what a run says, announcements, the messages that wake them. Not real are the runs
(`bench.scale.worker.StandIn` says what a run says, and FlexGet isn't there) and Celery's own process around each worker.
"""

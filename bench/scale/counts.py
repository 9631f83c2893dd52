"""What PostgreSQL and Redis were asked between two moments, and by whom."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import redis

from bench.scale.services import Postgres

# Seconds between two looks at who waits for whom.
SAMPLED_EVERY = 0.1
# A lock that those who claim wait for.
ADVISORY = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    "AND wait_event = 'advisory'"
)
STATEMENTS = (
    "SELECT r.rolname, s.query, sum(s.calls), sum(s.rows) FROM pg_stat_statements s "
    # What looks after foreign keys is PostgreSQL's own.
    "JOIN pg_roles r ON r.oid = s.userid WHERE s.query NOT LIKE '%FOR KEY SHARE OF x' GROUP BY 1, 2"
)
CONNECTIONS = (
    "SELECT usename, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' "
    "AND usename <> 'postgres' GROUP BY 1"
)


@dataclass
class Counted:
    """What was counted in a span; by the role that asked, where it is PostgreSQL's."""

    seconds: float = 0.0
    statements: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    by_text: Counter[tuple[str, str]] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    connections: Counter[str] = field(default_factory=Counter)
    # How many waited for the lock of claims, on average of the looks.
    claimants: float = 0.0

    def asked(self, role: str, *words: str) -> int:
        """Return how often a role made a statement with all of these words."""
        return sum(
            calls
            for (who, text), calls in self.by_text.items()
            if who == role and all(word in text for word in words)
        )

    @property
    def published(self) -> int:
        """Return the announcements."""
        return self.commands["publish"]


class Meter:
    """Looks at both services."""

    def __init__(self, database: Postgres, port: int) -> None:
        self._url = database.url("postgres")
        self._port = port

    @contextmanager
    def counting(self) -> Iterator[Counted]:
        """Count while the block goes on."""
        counted, over = Counted(), threading.Event()
        before, commands, begin = self._statements(), self._commands(), time.monotonic()
        sampler = threading.Thread(target=self._sample, args=(counted, over), daemon=True)
        sampler.start()
        try:
            yield counted
        finally:
            over.set()
            counted.seconds = time.monotonic() - begin
            for key, (calls, rows) in self._statements().items():
                had = before.get(key, (0, 0))
                counted.by_text[key] += calls - had[0]
                counted.statements[key[0]] += calls - had[0]
                counted.rows[key[0]] += rows - had[1]
            counted.commands = self._commands() - commands
            counted.connections = self.connections()
            sampler.join()

    def connections(self) -> Counter[str]:
        """Return the connections that are open, by role."""
        with psycopg.connect(self._url) as connection:
            return Counter(dict(connection.execute(CONNECTIONS).fetchall()))

    def _statements(self) -> dict[tuple[str, str], tuple[int, int]]:
        with psycopg.connect(self._url) as connection:
            found = connection.execute(STATEMENTS).fetchall()
        return {(role, text): (int(calls), int(rows)) for role, text, calls, rows in found}

    def _commands(self) -> Counter[str]:
        with redis.Redis(port=self._port) as client:
            found = client.info("commandstats")
        return Counter({name[len("cmdstat_") :]: each["calls"] for name, each in found.items()})

    def _sample(self, counted: Counted, over: threading.Event) -> None:
        waiting, looks = 0, 0
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not over.wait(SAMPLED_EVERY):
                row = connection.execute(ADVISORY).fetchone()
                waiting, looks = waiting + int(row[0] if row else 0), looks + 1
        counted.claimants = waiting / max(1, looks)

"""How long who waits for a lock of PostgreSQL, and that a pooler hands nobody the patience of somebody else."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flexapi.testing import pgbouncer
from flexapi.testing.postgres import postgres_database, printed_by

__all__ = ["postgres_database"]

# A thread of a lane and one of none, as a worker's, that share connections where there is a pooler.
CODE = """
import asyncio, json, secrets
from django.contrib.auth.models import Group
from django.db import OperationalError, connection, transaction
from flexapi.api.http.threads import Lane
lane = Lane("test", working=1, lock_patience=0.3)
group = Group.objects.create(name=secrets.token_hex(8))
mine = Group.objects.filter(pk=group.pk)
def limit():
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]
def in_transaction():
    with transaction.atomic(), transaction.atomic():
        return limit()
def in_lane(function):
    return asyncio.run(lane.run(function))
def refused(rename):
    # Whether a row that somebody else has locked is waited for in vain.
    with transaction.atomic():
        mine.select_for_update().get()
        try:
            in_lane(rename)
        except OperationalError as error:
            return error.__cause__.sqlstate == "55P03"
def rename():
    mine.update(name="renamed")
def rename_together():
    with transaction.atomic():
        rename()
def created():
    return Group.objects.create(name=secrets.token_hex(8)).pk
print(json.dumps({
    "lane": in_lane(in_transaction), "alone": refused(rename), "together": refused(rename_together),
    "behind it": in_lane(in_transaction), "others": [limit(), in_transaction(), limit()],
    "renamed": mine.filter(name="renamed").exists(), "created": in_lane(created) > group.pk,
}))
"""
EXPECTED = {
    "lane": "300ms",
    "alone": True,
    "together": True,
    "behind it": "300ms",
    "others": ["0", "0", "0"],
    "renamed": False,
    "created": True,
}


def found(database: str, folder: Path) -> dict[str, Any]:
    """Return what the two threads find."""
    answer: dict[str, Any] = json.loads(printed_by(CODE, database, folder).splitlines()[-1])
    return answer


@pytest.fixture
def bouncer(
    postgres_database: str, require: Callable[[str, bool, str], None]
) -> Iterator[pgbouncer.Bouncer]:
    require("pgbouncer", pgbouncer.program() is not None, "no pgbouncer")
    # Its user may enter no folder of pytest's.
    with tempfile.TemporaryDirectory(prefix="flexapi-pgbouncer-") as name:
        Path(name).chmod(0o755)
        found = pgbouncer.Bouncer(Path(name), postgres_database, size=2)
        found.start()
        yield found
        found.end()


def test_a_lane_waits_as_long_as_it_may_and_a_worker_as_long_as_it_takes(
    postgres_database: str, tmp_path: Path
) -> None:
    assert found(postgres_database, tmp_path) == EXPECTED


def test_a_pooler_hands_no_limit_of_a_lane_to_a_worker(
    bouncer: pgbouncer.Bouncer, tmp_path: Path
) -> None:
    assert found(bouncer.url, tmp_path) == EXPECTED

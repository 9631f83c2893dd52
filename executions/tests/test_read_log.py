"""How a log is read: in statements that each stand alone, and no more of it than is sent."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from executions.following.log_reader import READ_AT_ONCE, View, read_batch
from executions.models import Status

from .factories import add_lines, make_execution

pytestmark = pytest.mark.django_db


def test_each_statement_reads_some_lines() -> None:
    """A cursor that stays open needs its connection, which a pooler gives to somebody else meanwhile."""
    execution = make_execution(Status.COMPLETE)
    count = 2 * READ_AT_ONCE + 5
    add_lines(execution, *(f"line {number}" for number in range(count)))
    with CaptureQueriesContext(connection) as asked:
        batch = read_batch(execution.pk, 3, count, View())
    assert [line["seq"] for line in batch.lines] == list(range(4, count + 1))
    assert batch.last_seq == count
    reads = [query["sql"] for query in asked if "logline" in query["sql"]]
    assert len(reads) == 3
    assert all(f"LIMIT {READ_AT_ONCE}" in sql for sql in reads)

"""What is asked again and again takes no longer where a great many executions are stored."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from executions.models import Execution, Status
from executions.status import failed_lately

pytestmark = pytest.mark.django_db


def plans(action: Callable[[], Any]) -> list[str]:
    """Return how the database finds what an action asks it for, a text for each SELECT."""
    with CaptureQueriesContext(connection) as asked:
        action()
    found = []
    for query in asked.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                found.append(" ".join(row[-1] for row in cursor.fetchall()))
    return found


@pytest.fixture
def stored() -> None:
    """Many executions that ended long ago, and one that failed today."""
    long_ago = timezone.now() - timedelta(days=9)
    Execution.objects.bulk_create(
        Execution(status=status, finished=long_ago)
        for status in (Status.COMPLETE, Status.FAILED) * 20
    )
    Execution.objects.create(status=Status.FAILED, finished=timezone.now(), abort_reason="x")


@pytest.mark.usefixtures("stored")
def test_what_failed_lately_is_found_by_its_time() -> None:
    assert failed_lately()["count"] == 1
    assert failed_lately()["last"]["abort_reason"] == "x"
    found = plans(failed_lately)
    assert len(found) == 2
    assert all("execution_finished" in plan for plan in found), found
    assert not any("TEMP B-TREE" in plan for plan in found), found


@pytest.mark.usefixtures("stored")
def test_what_runs_next_is_found_in_its_order() -> None:
    found = plans(lambda: list(Execution.objects.unclaimed()[:5]))
    assert found
    assert all("execution_waiting" in plan for plan in found), found
    assert not any("TEMP B-TREE" in plan for plan in found), found

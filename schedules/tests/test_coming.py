"""GET /api/schedules/coming."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from schedules.models import Schedule
from schedules.serializers import MOST_TOLD

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
TEXT = """\
tasks: {}
schedules:
  - {tasks: often, interval: {minutes: 1}}
  - {tasks: [a, b], schedule: {hour: 4, minute: 30}}
  - {tasks: seldom, interval: {days: 30}}
  - {tasks: paused, interval: {hours: 1}}
"""


@pytest.fixture
def client(config: Any, api: Any, viewer: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TZ", "UTC")
    with time_machine.travel(NOW, tick=False):
        config.write_text(TEXT)
        client = api(viewer)
        client.get("/api/schedules")
        Schedule.rows.get(tasks=["paused"]).set_enabled(False)
        yield client


def coming(client: Any, query: str = "") -> Any:
    return client.get(f"/api/schedules/coming{query}").json()["object"]


def test_it_tells_each_moment_within_two_days(client: Any) -> None:
    told = coming(client)
    assert datetime.fromisoformat(told["until"]) - NOW == timedelta(hours=48)
    often, daily = told["schedules"]
    assert daily["tasks"] == ["a", "b"]
    moments = [datetime.fromisoformat(time) for time in daily["times"]]
    assert moments == [datetime(2026, 5, day, 4, 30, tzinfo=UTC) for day in (5, 6)]
    assert daily["more"] is False
    assert (len(often["times"]), often["more"]) == (MOST_TOLD, True)


def test_the_time_may_be_given_and_has_bounds(client: Any) -> None:
    (often,) = coming(client, "?hours=1")["schedules"]
    assert (len(often["times"]), often["more"]) == (60, False)
    assert len(coming(client, "?hours=744")["schedules"]) == 3
    for hours in ("0", "745", "x"):
        answer = client.get(f"/api/schedules/coming?hours={hours}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "hours"


def test_queries_do_not_grow_with_schedules(
    client: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(4):
        coming(client)

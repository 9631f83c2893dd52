"""Which schedule is which after the file changed: ids stay with what they stood for."""

import pytest

from flexapi.mirror import mirror
from schedules.models import Schedule

pytestmark = pytest.mark.django_db

A = "{tasks: a, interval: {hours: 1}}"
B = "{tasks: b, interval: {hours: 1}}"
C = "{tasks: c, interval: {hours: 1}}"
NEW = "{tasks: new, schedule: {hour: 1}}"
B_LATER = "{tasks: b, interval: {hours: 9}}"
B_OTHER = "{tasks: [b, x], interval: {hours: 1}}"


@pytest.fixture
def ids(config):
    """Write schedules to the file; answers their ids as letters: `A` is the first that was seen."""
    names: dict[int, str] = {}

    def write(*entries: str) -> str:
        lines = "".join(f"  - {entry}\n" for entry in entries)
        config.write_text(f"tasks: {{}}\nschedules:{chr(10) + lines if lines else ' []'}\n")
        mirror.refresh()
        found = Schedule.rows.order_by("position").values_list("pk", flat=True)
        return "".join(names.setdefault(pk, "ABCDEFGH"[len(names)]) for pk in found)

    return write


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([C, A, B], "CAB"),  # Reordered.
        ([NEW, A, B, C], "DABC"),
        ([A, NEW, B, C], "ADBC"),
        ([A, B_LATER, C], "ABC"),  # Other times.
        ([A, B_OTHER, C], "ABC"),  # Other tasks.
        ([A, NEW, C], "ABC"),  # All new in the same place.
        ([B_LATER, C, A], "BCA"),  # Reordered and edited.
        ([NEW, A, B_OTHER, C], "DABC"),  # Moved by what came before, and edited.
        ([B_OTHER, C], "BC"),  # One deleted, another edited: known by what follows.
        ([A, C], "AC"),
        ([A, A, B, C], "ADBC"),
        ([], ""),
    ],
)
def test_ids_stay_with_what_they_stood_for(ids, after, expected):
    assert ids(A, B, C) == "ABC"
    assert ids(*after) == expected


def test_ids_survive_a_restart(ids):
    assert ids(A, B) == "AB"
    mirror.forget()
    assert ids(A, B) == "AB"


def test_an_edit_of_the_tasks_does_not_postpone_the_run(config, ids):
    ids(A, B)
    before = Schedule.rows.get(position=1).next_run
    ids(A, B_OTHER)
    assert Schedule.rows.get(position=1).next_run == before
    ids(A, B_LATER)
    assert Schedule.rows.get(position=1).next_run != before


def test_the_default_is_nobody_s_former_self(config, ids):
    config.write_text("tasks: {}\n")
    mirror.refresh()
    default = Schedule.rows.get()
    assert ids(NEW) == "A"
    assert Schedule.rows.get().pk != default.pk


def test_a_renamed_task_is_renamed_in_its_schedules(config, api, editor):
    client = api(editor)
    (before,) = client.get("/api/schedules").json()["items"]

    client.patch("/api/tasks/tv", {"name": "shows"})

    (after,) = client.get("/api/schedules").json()["items"]
    assert after["id"] == before["id"]
    assert after["tasks"] == ["shows", "movies"]
    assert after["next_run"] == before["next_run"]


def test_a_deleted_task_leaves_its_schedules(config, api, editor):
    client = api(editor)
    (before,) = client.get("/api/schedules").json()["items"]

    refused = client.delete("/api/tasks/tv")
    assert refused.status_code == 409
    assert f"schedule {before['id']} (tv, movies)" in refused.json()["errors"][0]["detail"]
    client.delete("/api/tasks/tv?force=true")
    (after,) = client.get("/api/schedules").json()["items"]
    assert (after["id"], after["tasks"]) == (before["id"], ["movies"])
    client.delete("/api/tasks/movies?force=true")
    assert client.get("/api/schedules").json()["items"] == []

"""`entries_of`: the entries of a run go through changed filters, and GET /api/execution/<id>/changes says what that changes."""

from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.utils import timezone

from executions.models import Execution, KeptEntries
from executions.running.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)


def entry(title: str, **fields: Any) -> dict[str, Any]:
    return {"title": title, "url": f"http://localhost/{title.replace(' ', '-')}", **fields}


@pytest.fixture
def ran(config, flexget):
    """`ran(task)`: a real run of the task `tv`, which stands in the config from now on."""

    def run_it(task: dict[str, Any], **more: Any) -> Execution:
        text = yaml.safe_dump({"tasks": {"tv": task, **more}}, sort_keys=False)
        for path in (config, flexget.config):
            path.write_text(text)
        Execution.objects.enqueue(["tv", *more])
        execution = Execution.objects.claim("test")
        assert execution is not None
        Runner(execution, flexget).run()
        execution.refresh_from_db()
        assert execution.status == "complete", execution.abort_reason
        return execution

    yield run_it
    flexget.config.write_text("tasks: {}\n")


@pytest.fixture
def changes(api, viewer):
    """`changes(execution)`: title, state before and after."""
    client = api(viewer)

    def get(execution: Execution, query: str = "") -> list[tuple[str, str | None, str | None]]:
        answer = client.get(f"/api/execution/{execution.pk}/changes{query}")
        assert answer.status_code == 200, answer.content
        return [
            (
                item["title"],
                item["before"] and item["before"]["state"],
                item["after"] and item["after"]["state"],
            )
            for item in answer.json()["items"]
        ]

    return get


def test_changed_filters_decide_about_the_entries_of_that_run(ran, post, run, changes, api, viewer):
    mock = [entry("A 720p"), entry("B 1080p"), entry("C 1080p cam")]
    other = {"regexp": {"reject": ["cam"]}, "disable": ["seen"]}
    before = ran({"mock": mock, "quality": "720p", "accept_all": True, **other})
    task = {"mock": [entry("new")], "quality": "1080p", "accept_all": True, **other}
    answer = post("/api/tasks/tv/try", {"config": task, "entries_of": before.pk})
    replay = run(answer)

    assert answer.json()["object"]["entries_of"] == before.pk
    assert (replay.status, replay.trial) == ("complete", True)
    assert changes(replay) == [
        ("A 720p", "accepted", "rejected"),
        ("B 1080p", "rejected", "accepted"),
    ]
    assert changes(replay, "?all=yes")[2] == ("C 1080p cam", "rejected", "rejected")
    item = api(viewer).get(f"/api/execution/{replay.pk}/changes").json()["items"][0]
    assert item["before"] == {"state": "accepted", "reason": "", "plugin": "accept_all"} or (
        item["before"]["plugin"] == "accept_all"
    )
    assert item["after"]["plugin"] == "quality"
    assert "720p" in item["after"]["reason"]


def test_entries_have_the_fields_that_they_came_with(ran, post, run):
    fields = {
        "number": 5,
        "texts": ["a", "b"],
        "nested": {"key": 1.5},
        "yes": True,
        "day": "2026-01-31",
    }
    task: dict[str, Any] = {"mock": [entry("x 720p", **fields)], "set": {"number": 7}}
    before = ran(task)
    rules = [
        {"number == 5 and 'b' in texts and nested['key'] == 1.5 and yes": "accept"},
        {"quality.name != '720p'": "reject"},
    ]
    replay = run(post("/api/tasks/tv/try", {"config": {"if": rules}, "entries_of": before.pk}))

    assert dict(replay.entries.values_list("title", "state")) == {"x 720p": "accepted"}


def test_what_flexget_remembers_does_not_count_unless_it_is_to(ran, post, run, changes):
    task = {
        "mock": [entry("Show S01E01 720p"), entry("Other")],
        "series": ["Show"],
        "accept_all": True,
    }
    before = ran(task)
    assert before.accepted == 2

    forgetful = run(post("/api/tasks/tv/try", {"entries_of": before.pk}))
    assert changes(forgetful) == []
    remembering = run(post("/api/tasks/tv/try", {"entries_of": before.pk, "forget": False}))
    assert ("Other", "accepted", "rejected") in changes(remembering)
    # In FlexGet's own database both are taken as before.
    again = ran(task)
    assert again.accepted == 0


def test_a_renamed_task_a_source_and_a_whole_config(ran, post, run, changes):
    mock = [entry("A")]
    before = ran(
        {"mock": mock, "accept_all": True, "disable": ["seen"]}, other={"mock": [entry("B")]}
    )
    source = "shows: {reject: yes, regexp: {reject: [A]}}\n".replace("reject: yes, ", "")
    renamed = run(post(f"/api/tasks/tv/try?entries_of={before.pk}", source))
    assert changes(renamed) == [("A", "accepted", "rejected")]

    text = "tasks: {tv: {accept_all: yes}, other: {accept_all: yes}, third: {mock: []}}\n"
    whole = run(post(f"/api/config/try?entries_of={before.pk}", text))
    assert changes(whole) == [("B", "undecided", "accepted")]


def test_one_that_is_renamed_by_the_task_is_still_the_same(ran, post, run, changes):
    before = ran({"mock": [entry("A")], "accept_all": True, "disable": ["seen"]})
    task = {"manipulate": [{"title": {"replace": {"regexp": "A", "format": "Z"}}}]}
    replay = run(post("/api/tasks/tv/try", {"config": task, "entries_of": before.pk}))

    assert changes(replay) == [("Z", "accepted", "undecided")]


@pytest.mark.parametrize("kept", [True, False])
def test_what_is_not_kept_is_said(ran, post, kept, settings):
    settings.KEPT_ENTRIES_DAYS = int(kept)
    before = ran({"mock": [entry("A")] if not kept else [], "accept_all": True})
    for execution, words in ((before.pk, "no entries as they came in"), (999, "no execution 999")):
        answer = post("/api/tasks/tv/try", {"entries_of": execution})
        assert answer.status_code == 400
        error = answer.json()["errors"][0]
        assert (error["attr"], error["code"]) == ("entries_of", "nothing_kept")
        assert words in error["detail"]


def test_kept_entries_are_bounded_in_bytes_and_days(ran, settings):
    settings.KEPT_ENTRIES_BYTES = 2000
    before = ran({"mock": [entry(f"{number} {number**40}") for number in range(400)]})
    kept = KeptEntries.objects.get(execution=before)
    assert 0 < kept.count < 400
    assert len(kept.content) < 50_000
    KeptEntries.objects.update(created=timezone.now() - timedelta(days=3))

    assert KeptEntries.objects.prune(4) == 0
    assert KeptEntries.objects.prune(2) == 1


def test_500_entries_are_compared_in_few_queries(
    ran, post, run, changes, django_assert_max_num_queries
):
    mock = [
        entry(f"Show S01E{number} {'720p' if number % 2 else '1080p'}") for number in range(500)
    ]
    before = ran({"mock": mock, "quality": "720p", "accept_all": True})
    replay = run(
        post(
            "/api/tasks/tv/try",
            {"config": {"quality": "1080p", "accept_all": True}, "entries_of": before.pk},
        )
    )

    with django_assert_max_num_queries(8):
        assert len(changes(replay, "?limit=500")) == 500


def test_an_execution_that_is_no_replay_has_no_changes(ran, api, viewer):
    before = ran({"mock": []})
    answer = api(viewer).get(f"/api/execution/{before.pk}/changes")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "no_replay")
    assert api(viewer).get("/api/execution/999/changes").status_code == 404


def test_credentials_are_hidden_in_changes(ran, post, run, api, viewer, editor):
    secret = entry("A")
    secret["url"] = "http://localhost/?passkey=hunter2hunter2"
    before = ran({"mock": [secret], "accept_all": True, "disable": ["seen"]})
    replay = run(post("/api/tasks/tv/try", {"config": {}, "entries_of": before.pk}))
    path = f"/api/execution/{replay.pk}/changes"

    assert "hunter2hunter2" not in api(viewer).get(path).content.decode()
    assert "hunter2hunter2" in api(editor).get(path).content.decode()

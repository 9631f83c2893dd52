"""/api/config_revisions: list, text and diff, restore; and what is pruned."""

from datetime import timedelta

import pytest
from django.utils import timezone

from flexapi.mirror import mirror
from flexapi.mirror.edits import writing
from flexapi.mirror.models import ConfigRevision, ConfigState
from flexapi.mirror.store import revisions

pytestmark = pytest.mark.django_db


def edit(config, value):
    writing.write(
        lambda base: base.document.set(("tasks", "tv", "priority"), value),
        origin="api",
        validate=False,
    )


class TestRead:
    def test_it_lists_the_newest_first(self, config, api, editor, django_assert_max_num_queries):
        client = api(editor)
        for value in range(20):
            edit(config, value)

        with django_assert_max_num_queries(4):
            answer = client.get("/api/config_revisions").json()

        assert answer["count"] == 21
        assert [item["current"] for item in answer["items"]] == [True] + [False] * 20
        assert answer["items"][-1]["origin"] == "file"
        assert "text" not in answer["items"][0]

    def test_one_has_its_text_and_the_diff(self, config, api, editor):
        client = api(editor)
        client.patch("/api/tasks/tv", {"config": {"priority": 5}})
        newest = client.get("/api/config_revisions").json()["items"][0]

        answer = client.get(f"/api/config_revisions/{newest['id']}").json()["object"]

        assert answer["author"] == "editor"
        assert answer["text"] == config.read_text()
        assert "+    priority: 5\n" in answer["diff"]
        assert "Changed task tv" in answer["summary"]

    def test_viewers_read_no_credentials(self, config, api, viewer, editor):
        api(editor).patch("/api/tasks/movies", {"config": {"rss": {"password": "s3cret!"}}})
        for revision in ConfigRevision.objects.all():
            text = api(viewer).get(f"/api/config_revisions/{revision.pk}").content.decode()
            assert "hunter2" not in text
            assert "s3cret!" not in text
            assert "tasks" in text

    def test_unknown_ones_are_a_404(self, config, api, editor):
        for wrong in ("999", "abc", "9" * 30):
            assert api(editor).get(f"/api/config_revisions/{wrong}").status_code == 404


class TestRestore:
    def test_the_old_text_becomes_a_new_revision(self, config, api, editor):
        before = config.read_bytes()
        client = api(editor)
        first = client.get("/api/config_revisions").json()["items"][0]["id"]
        client.delete("/api/tasks/tv?force=true")

        answer = client.post(f"/api/config_revisions/{first}/restore").json()["object"]

        assert config.read_bytes() == before
        assert (answer["origin"], answer["current"]) == ("restore", True)
        assert answer["id"] != first
        assert client.get("/api/tasks/tv").status_code == 200

    def test_it_mends_a_broken_file_and_keeps_it(self, config, api, editor):
        before = config.read_bytes()
        client = api(editor)
        client.get("/api/tasks")
        config.write_bytes(b"tasks: [\xff")

        answer = client.post(f"/api/config_revisions/{mirror.current().revision}/restore")

        assert answer.status_code == 200
        assert config.read_bytes() == before
        kept = ConfigRevision.objects.exclude(problem="").get()
        assert bytes(kept.content) == b"tasks: [\xff"
        assert client.post(f"/api/config_revisions/{kept.pk}/restore").status_code == 400

    def test_it_brings_a_deleted_file_back(self, config, api, editor):
        before = config.read_bytes()
        client = api(editor)
        client.get("/api/tasks")
        config.unlink()

        assert client.patch("/api/tasks/tv", {"enabled": False}).status_code == 409
        assert (
            client.post(f"/api/config_revisions/{mirror.current().revision}/restore").status_code
            == 200
        )
        assert config.read_bytes() == before

    def test_only_editors_restore(self, config, api, viewer, operator):
        mirror.refresh()
        for user in (viewer, operator):
            path = f"/api/config_revisions/{mirror.current().revision}/restore"
            assert api(user).post(path).status_code == 403


class TestPrune:
    def test_the_newest_fifty_stay(self, config, settings):
        mirror.refresh()
        for value in range(60):
            edit(config, value)
        settings.CONFIG_REVISIONS_KEPT, settings.CONFIG_REVISION_DAYS = 1, None

        assert revisions.prune() == 11
        assert ConfigRevision.objects.count() == 50
        assert ConfigState.objects.get().current == ConfigRevision.objects.latest("pk")

    def test_old_ones_go_by_age(self, config, settings):
        mirror.refresh()
        for value in range(60):
            edit(config, value)
        settings.CONFIG_REVISIONS_KEPT, settings.CONFIG_REVISION_DAYS = None, 30
        ConfigRevision.objects.update(created=timezone.now() - timedelta(days=31))

        assert revisions.prune() == 11

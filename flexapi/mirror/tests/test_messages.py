"""`?message=`: why the config was changed, kept with the revision that a write makes."""

import pytest

from flexapi.mirror.models import ConfigRevision

pytestmark = pytest.mark.django_db
YAML = "application/yaml"


def latest():
    return ConfigRevision.every.first()


def test_every_write_takes_one(config, api, editor):
    client = api(editor)
    writes = [
        lambda: client.post("/api/tasks?message=1", {"name": "new", "config": {"mock": []}}),
        lambda: client.put("/api/tasks/new?message=2", {"config": {"mock": [], "priority": 2}}),
        lambda: client.patch("/api/tasks/new?message=3", {"enabled": False}),
        lambda: client.delete("/api/tasks/new?message=4"),
        lambda: client.post("/api/config?message=5", {"name": "variables", "config": {"a": 1}}),
        lambda: client.put("/api/config/variables?message=6", {"config": {"a": 2}}),
        lambda: client.delete("/api/config/variables?message=7"),
        lambda: client.put(
            "/api/config?message=8", config.read_text() + "# x\n", content_type=YAML
        ),
        lambda: client.post(f"/api/config_revisions/{latest().previous_id}/restore?message=9"),
        lambda: client.post("/api/schedules?message=10", {"tasks": "tv", "interval": {"hours": 2}}),
    ]
    for number, write in enumerate(writes, 1):
        answer = write()
        assert answer.status_code < 300, answer.content
        assert latest().message == str(number)
    listed = client.get("/api/config_revisions").json()["items"]
    assert [item["message"] for item in listed][:2] == ["10", "9"]


def test_files_that_the_config_names_have_theirs(config, api, editor):
    (config.parent / "more.yml").write_text("quality: 720p\n")
    config.write_text("tasks:\n  tv: {mock: [], include: [more.yml]}\n")
    client = api(editor)
    (file,) = client.get("/api/config_files").json()["items"]
    url = f"/api/config_files/{file['id']}"
    answer = client.put(f"{url}?message=Better", {"text": "quality: 1080p\n"})
    assert answer.status_code == 200, answer.content
    assert client.get(f"{url}/revisions").json()["items"][0]["message"] == "Better"


def test_one_that_can_t_be_kept_changes_nothing(config, api, editor):
    client = api(editor)
    before = config.read_bytes()
    for message in ("x" * 301, "a%00b"):
        answer = client.put(f"/api/config/schedules?message={message}", {"config": False})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "message"
    assert config.read_bytes() == before


def test_credentials_in_it_are_hidden_from_viewers(config, api, editor, viewer):
    config.write_text("tasks:\n  tv: {mock: [], deluge: {password: hunter2hunter2}}\n")
    client = api(editor)
    client.get("/api/config")
    text = config.read_text().replace("hunter2hunter2", "hunter3hunter3")
    answer = client.put("/api/config?message=hunter3hunter3 instead", text, content_type=YAML)
    assert answer.status_code == 200
    for url in ("/api/config_revisions", f"/api/config_revisions/{latest().pk}"):
        assert "hunter3" in client.get(url).content.decode()
        assert "hunter3" not in api(viewer).get(url).content.decode()

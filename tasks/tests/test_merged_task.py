"""GET /api/tasks/<name>/merged: what FlexGet runs, and where each value is written."""

import pytest

from flexapi.engine import instance
from flexapi.engine.client import Engine

pytestmark = pytest.mark.django_db

CONFIG = """\
variables:
  host: example.com
templates:
  global:
    verify_ssl_certificates: no
  tv:
    template: base
    series:
      - Show A
    rss: http://{? host ?}/feed
  base: &base
    accept_all: yes
tasks:
  shows:
    template: tv
    include: more.yml
    series:
      - Show B
  shared:
    <<: *base
    mock: []
  lost:
    template: [tv, nowhere]
  gone:
    include: gone.yml
  bad:
    include: bad.yml
"""


@pytest.fixture
def merged(config, settings, monkeypatch, api, editor):
    """`merged("name")`: the object, for an editor or another user."""
    config.write_text(CONFIG)
    config.with_name("more.yml").write_text("# more\nseries:\n  - Show C\nseen: local\n")
    config.with_name("bad.yml").write_text("no_such_plugin: 1\n")
    engine = Engine(config, None, instance.method_modules, instance.plugin_packages)
    engine.start()
    monkeypatch.setattr(instance, "engine", lambda: engine)
    yield lambda name, user=editor: api(user).get(f"/api/tasks/{name}/merged")
    engine.stop()


def test_all_is_applied_and_each_value_has_its_place(config, merged, viewer):
    answer = merged("shows")
    found = answer.json()["object"]

    assert answer.headers["ETag"]
    assert found["problem"] is None
    assert found["config"] == {
        "template": "tv",
        "include": "more.yml",
        "series": ["Show B", "Show A", "Show C"],
        "rss": "http://example.com/feed",
        "accept_all": True,
        "verify_ssl_certificates": False,
        "seen": "local",
    }
    origins = {tuple(origin.pop("path")): origin for origin in found["origins"]}
    more = str(config.with_name("more.yml"))
    assert {path: (one["kind"], one["name"], one["line"]) for path, one in origins.items()} == {
        ("template",): ("task", "shows", 15),
        ("include",): ("task", "shows", 16),
        ("series", 0): ("task", "shows", 18),
        ("series", 1): ("template", "tv", 9),
        ("series", 2): ("include", "more.yml", 3),
        ("rss",): ("template", "tv", 10),
        ("accept_all",): ("template", "base", 12),
        ("verify_ssl_certificates",): ("template", "global", 5),
        ("seen",): ("include", "more.yml", 4),
    }
    assert origins["series", 2]["file"] == more
    assert origins["rss",]["written"] == "http://{? host ?}/feed"
    assert origins["seen",]["written"] is None


def test_what_a_merge_key_brings_in_is_where_its_anchor_is(merged):
    found = merged("shared").json()["object"]

    lines = {tuple(origin["path"]): origin["line"] for origin in found["origins"]}
    assert lines["accept_all",] == 12
    assert lines["mock",] == 21


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lost", "Unable to find template nowhere"),
        ("gone", "The included file gone.yml can't be read: No such file"),
        ("bad", "Invalid config in included file"),
    ],
)
def test_what_flexget_cannot_prepare_says_why(merged, name, words):
    answer = merged(name)

    assert answer.status_code == 200
    assert words in answer.json()["object"]["problem"]


def test_who_may_not_edit_sees_no_values_of_variables(merged, viewer):
    found = merged("shows", viewer).json()["object"]

    assert found["config"]["rss"] == "********"
    assert "example.com" not in str(found)


def test_a_task_that_is_not_there(merged):
    assert merged("nobody").status_code == 404


class TestCheckAtSave:
    """What only the run would find."""

    CONFIG = (
        "templates:\n  a: {series: [x]}\n  b: {template: a}\n  bad: {series: {settings: {}}}\n"
        "tasks:\n  t: {mock: [], template: b, series: [y]}\n  old: {template: bad, series: [z]}\n"
    )

    @pytest.fixture
    def client(self, config, api, editor):
        config.write_text(self.CONFIG)
        return api(editor)

    @pytest.mark.parametrize(
        ("path", "wanted"),
        [
            ("tasks/t", {"mock": [], "template": "bad", "series": ["y"]}),
            ("tasks/t", {"mock": [], "template": "b", "series": {"settings": {}}}),
            ("config/templates", {"a": {"series": {"settings": {}}}, "b": {"template": "a"}, "bad": {}}),
            ("config/templates", {"global": {"series": {"settings": {}}}, "a": {}, "b": {}, "bad": {}}),
        ],
    )  # fmt: skip
    def test_a_template_that_does_not_fit_is_refused(self, client, path, wanted):
        answer = client.put(f"/api/{path}", {"config": wanted})

        assert answer.status_code == 400
        assert "can't be merged into the task" in answer.json()["errors"][0]["detail"]

    def test_what_did_not_fit_before_may_be_edited(self, client):
        config = {"template": "bad", "series": ["z"], "priority": 3}

        assert client.put("/api/tasks/old", {"config": config}).status_code == 200

    def test_a_file_may_be_named_before_it_is_there(self, client):
        config = {"mock": [], "include": "soon.yml"}

        assert client.put("/api/tasks/t", {"config": config}).status_code == 200

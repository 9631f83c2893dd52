"""GET /api/config/schema, /api/plugins and /api/plugins/<name>."""

import jsonschema
import pytest

from flexapi.engine import instance
from flexapi.mirror.catalogue import catalogue

pytestmark = pytest.mark.django_db

CONFIG = """\
templates:
  base: {seen: local}
tasks:
  tv:
    rss: http://localhost/
    list_add: [entry_list: x]
    discover: {what: [{next_series_episodes: yes}], from: [piratebay]}
  films: {rss: {url: http://localhost/, title: seen}}
"""


@pytest.fixture
def get(config, flexget, monkeypatch, api, viewer):
    monkeypatch.setattr(instance, "engine", lambda: flexget)
    config.write_text(CONFIG)
    client = api(viewer)
    return lambda path, **headers: client.get(path, headers=headers)


def test_the_schema_is_one_valid_document(get):
    answer = get("/api/config/schema")
    schema = answer.json()["object"]

    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"tasks": {"tv": {"series": ["Show"], "rss": "http://localhost/"}}})
    (fault,) = validator.iter_errors({"tasks": {"tv": {"acept_all": True}}})
    assert list(fault.path) == ["tasks", "tv"]
    again = get("/api/config/schema", if_none_match=answer.headers["ETag"])
    assert again.status_code == 304


def test_plugins_are_listed_with_what_an_editor_shows(get):
    answer = get("/api/plugins?limit=500")
    plugins = {one["name"]: one for one in answer.json()["items"]}

    assert len(plugins) == answer.json()["count"] > 300
    assert plugins["seen"]["builtin"]
    assert plugins["seen"]["phases"]["filter"] == 255
    assert plugins["rss"]["wiki"] == "https://flexget.com/Plugins/rss"
    assert plugins["entry_list"]["wiki"] == "https://flexget.com/Plugins/List/entry_list"
    assert "list" in plugins["entry_list"]["interfaces"]
    assert "pending_list" in plugins["pending_approval"]["deprecated"]
    assert plugins["movie_queue"]["wiki"] is None
    assert {name: one["uses"] for name, one in plugins.items() if one["uses"]} == {
        "rss": 2,
        "seen": 1,
        "list_add": 1,
        "entry_list": 1,
        "discover": 1,
        "next_series_episodes": 1,
        "piratebay": 1,
    }
    again = get("/api/plugins?limit=500", if_none_match=answer.headers["ETag"])
    assert again.status_code == 304


def test_they_are_found_by_words_phase_and_interface(get):
    names = {one["name"] for one in get("/api/plugins?search=TRANSMISSION").json()["items"]}
    assert {"transmission", "from_transmission"} <= names
    assert "rss" not in names
    items = get("/api/plugins?interface=notifiers&limit=500").json()["items"]
    assert "email" in {one["name"] for one in items}
    assert all("notifiers" in one["interfaces"] for one in items)
    items = get("/api/plugins?phase=download&limit=500").json()["items"]
    assert all("download" in one["phases"] for one in items)


def test_one_has_its_help_and_its_schema(get):
    found = get("/api/plugins/regexp").json()["object"]

    assert "rejects" in found["help"] or "regexp" in found["help"]
    jsonschema.Draft202012Validator.check_schema(found["schema"])
    assert jsonschema.Draft202012Validator(found["schema"]).is_valid({"accept": ["x"]})
    assert not jsonschema.Draft202012Validator(found["schema"]).is_valid({"acept": ["x"]})
    assert get("/api/plugins/nothing").status_code == 404


def test_packages_that_a_plugin_lacks_are_named(get):
    lacking = {one["name"]: one["missing"] for one in catalogue.plugins() if one["missing"]}

    # The tests' environment has FlexGet without its extras.
    assert lacking
    assert all(name.isidentifier() for missing in lacking.values() for name in missing)
    assert "rss" not in lacking


def test_it_is_asked_again_once_flexget_is_loaded_again(get, flexget, monkeypatch):
    asked = []
    call = flexget.call

    def note(method, *args, **more):
        asked.append(method)
        return call(method, *args, **more)

    monkeypatch.setattr(flexget, "call", note)
    get("/api/config/schema")
    before = len(asked)
    get("/api/config/schema")
    assert len(asked) == before
    monkeypatch.setattr(catalogue, "_kept", catalogue._Kept(-1))
    get("/api/config/schema")
    assert asked[before:] == ["schema"]

"""/api/config_files: what the config names, seen, edited, checked and kept."""

import os
import shutil

import pytest

from flexapi.engine import instance
from flexapi.engine.client import Engine
from flexapi.mirror import mirror
from flexapi.mirror.disk import file
from flexapi.mirror.disk.watch import Watcher
from flexapi.mirror.edits import validation
from flexapi.mirror.models import ConfigFile, ConfigRevision
from flexapi.mirror.status import config_status

pytestmark = pytest.mark.django_db(transaction=True)

CONFIG = """\
variables: vars.yml
templates:
  tv:
    include: [shows/tv.yml]
tasks:
  shows:
    template: tv
    rss: http://{? host ?}/feed
    series:
      - Show A
  films:
    include:
      - more.yml
      - {outside}/films.yml
"""
MORE = "# more\nimdb:\n  min_score: 6   # good\nseries: []\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """FlexGet, with the methods that apps bring."""
    engine = Engine(
        tmp_path_factory.mktemp("flexget") / "config" / "config.yml",
        None,
        instance.method_modules,
        instance.plugin_packages,
    )
    engine.config.parent.mkdir()
    engine.config.write_text("tasks: {}\n")
    engine.start()
    engine.call("version", timeout=60)
    yield engine
    engine.stop()


@pytest.fixture
def folder(tmp_path, settings, engine, monkeypatch):
    """The config's folder, with files that it names."""
    folder = engine.config.parent
    outside = folder.with_name("outside")
    for made in (folder / "shows", outside):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
    for left in folder.glob("*.yml"):
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    settings.FLEXGET_CONFIG = folder / "config.yml"
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(validation, "engine", lambda: engine)
    monkeypatch.setattr(instance, "engine", lambda: engine)
    monkeypatch.setattr(file, "REST", 0.0)
    (folder / "config.yml").write_text(CONFIG.replace("{outside}", str(outside)))
    (folder / "vars.yml").write_text("host: example.com\npassword: hunter2\n")
    (folder / "shows/tv.yml").write_text("series:\n  - Show B\n")
    (folder / "more.yml").write_text(MORE)
    (outside / "films.yml").write_text("accept_all: yes\n")
    mirror.forget()
    return folder


@pytest.fixture
def client(folder, api, editor):
    """An editor's client."""
    return api(editor)


def items(client):
    return {item["path"]: item for item in client.get("/api/config_files").json()["items"]}


def url(client, path):
    return f"/api/config_files/{items(client)[path]['id']}"


def texts(path):
    revisions = ConfigRevision.every.filter(file__path=path).order_by("pk")
    return [revision.text for revision in revisions]


class TestList:
    def test_it_says_what_is_named_where_and_how_it_is(self, client, folder):
        (folder / "shows/tv.yml").unlink()
        found = items(client)

        outside = str(folder.parent / "outside" / "films.yml")
        assert list(found) == ["vars.yml", "shows/tv.yml", "more.yml", outside]
        more = found["more.yml"]
        assert (more["roles"], more["state"], more["editable"]) == (["include"], "ok", True)
        assert more["named_by"] == [
            {"file": "config.yml", "path": "tasks.films.include.0", "line": 13, "read": True}
        ]
        assert more["location"] == str(folder / "more.yml")
        assert found["vars.yml"]["roles"] == ["variables"]
        assert found["shows/tv.yml"]["state"] == "missing"
        assert (found[outside]["editable"], found[outside]["revision"]) == (False, None)
        assert "FLEXAPI_CONFIG_FILES" in found[outside]["refusal"]

    def test_old_words_and_what_a_file_includes_are_named_and_not_read(self, client, folder):
        (folder / "config.yml").write_text(
            "secrets: secrets.yml\ninclude: root.yml\ntasks: {a: {mock: [], include: more.yml}}\n"
        )
        (folder / "more.yml").write_text("include: deeper.yml\n")
        found = items(client)
        found = items(client)  # What the file includes is known once it was read.

        reads = {path: item["named_by"][0]["read"] for path, item in found.items()}
        assert reads == {
            "secrets.yml": False, "root.yml": False, "more.yml": True, "deeper.yml": False,
        }  # fmt: skip
        assert found["deeper.yml"]["named_by"][0]["file"] == "more.yml"

    @pytest.mark.parametrize("kind", ["fifo", "folder", "huge", "circle"])
    def test_what_is_no_file_is_not_opened(self, client, folder, kind):
        path = folder / "more.yml"
        path.unlink()
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "huge":
            with path.open("wb") as handle:
                handle.truncate(11 * 1024 * 1024)
        else:
            path.symlink_to("more.yml")

        assert items(client)["more.yml"]["state"] == "unreadable"


class TestRead:
    def test_text_and_etag(self, client):
        answer = client.get(url(client, "more.yml"))

        assert answer.json()["object"]["text"] == MORE
        tag = answer.headers["ETag"]
        again = client.get(url(client, "more.yml"), HTTP_IF_NONE_MATCH=tag)
        assert again.status_code == 304

    def test_as_yaml(self, client):
        answer = client.get(url(client, "more.yml"), HTTP_ACCEPT="application/yaml")

        assert answer.content.decode() == MORE

    def test_secrets_are_for_editors(self, client, api, viewer, folder):
        (folder / "vars.yml").write_text("password: [hunter2\n")
        path = url(client, "vars.yml")
        other = api(viewer)

        assert "hunter2" in (folder / "vars.yml").read_text()
        for answer in (other.get(path), other.get(f"{path}/revisions")):
            assert answer.status_code == 403
        assert "hunter2" not in other.get("/api/config_files").content.decode()

    def test_who_may_not_edit_sees_no_credentials(self, client, api, viewer, folder):
        (folder / "more.yml").write_text("rss: {url: 'http://x/?passkey=abcdef', password: no}\n")
        path = url(client, "more.yml")

        assert "abcdef" not in api(viewer).get(path).content.decode()
        assert api(viewer).put(path, {"text": "seen: no\n"}).status_code == 403

    def test_one_that_is_named_no_more(self, client, folder):
        path = url(client, "more.yml")
        (folder / "config.yml").write_text("tasks: {}\n")

        assert client.get(path).status_code == 404


class TestWrite:
    def test_only_what_changes_does(self, client, folder):
        new = MORE.replace("6 ", "7 ")
        answer = client.put(url(client, "more.yml"), {"text": new})

        assert answer.status_code == 200
        assert answer.json()["object"]["text"] == new
        assert (folder / "more.yml").read_text() == new
        assert texts("more.yml") == [MORE, new]

    def test_as_yaml_and_with_a_tag(self, client, folder):
        path = url(client, "more.yml")
        tag = client.get(path).headers["ETag"]
        first = client.put(path, "seen: no\n", content_type="application/yaml", HTTP_IF_MATCH=tag)
        second = client.put(path, "seen: yes\n", content_type="application/yaml", HTTP_IF_MATCH=tag)

        assert (first.status_code, second.status_code) == (200, 412)
        assert (folder / "more.yml").read_text() == "seen: no\n"

    def test_one_that_is_missing_is_made(self, client, folder):
        (folder / "more.yml").unlink()
        answer = client.put(url(client, "more.yml"), {"text": "seen: no\n"})

        assert answer.status_code == 200
        assert (folder / "more.yml").read_text() == "seen: no\n"

    @pytest.mark.parametrize(
        ("path", "text", "detail"),
        [
            ("more.yml", "# x\nno_such_plugin: 1\n", "more.yml, line 2, no_such_plugin: "),
            ("more.yml", "seen: no\nimdb:\n  min_score: high\n", "more.yml, line 3, imdb.min_score"),
            ("more.yml", "seen: [\n", "line 2"),
            ("more.yml", "- a\n", "mapping at its root"),
            ("shows/tv.yml", "series: {settings: {}}\n", "config.yml, tasks.shows: "),
            ("vars.yml", "host: [1]\n", ""),
        ],
    )  # fmt: skip
    def test_a_fault_that_it_adds_is_refused_wherever_it_is(
        self, client, folder, path, text, detail
    ):
        before = (folder / path).read_text()
        if path == "vars.yml":
            (folder / "config.yml").write_text(
                "variables: vars.yml\ntasks:\n  a:\n    imdb:\n      min_score: '{? score ?}'\n"
            )
            before = "score: 5\n"
            (folder / path).write_text(before)
            text, detail = "score: high\n", "config.yml, line 5, tasks.a.imdb.min_score"
        answer = client.put(url(client, path), {"text": text})

        assert answer.status_code == 400
        [error] = answer.json()["errors"]
        assert error["attr"] == "text"
        assert detail in error["detail"]
        assert (folder / path).read_text() == before

    def test_an_empty_file_cannot_be_included(self, client):
        assert client.put(url(client, "more.yml"), {"text": "# none\n"}).status_code == 400

    def test_what_was_wrong_before_may_stay(self, client, folder):
        (folder / "more.yml").write_text("no_such_plugin: 1\nseen: no\n")
        answer = client.put(url(client, "more.yml"), {"text": "no_such_plugin: 1\nseen: yes\n"})

        assert answer.status_code == 200

    def test_outside_only_where_it_is_allowed(self, client, folder, settings):
        outside = folder.parent / "outside" / "films.yml"
        path = url(client, str(outside))
        refused = client.put(path, {"text": "seen: no\n"})
        settings.CONFIG_FILES = [outside.parent]
        allowed = client.put(path, {"text": "seen: no\n"})

        assert (refused.status_code, allowed.status_code) == (409, 200)
        assert "FLEXAPI_CONFIG_FILES" in refused.json()["errors"][0]["detail"]
        assert outside.read_text() == "seen: no\n"

    def test_a_link_is_followed_once(self, client, folder):
        (folder / "more.yml").rename(folder / "real.yml")
        (folder / "more.yml").symlink_to("real.yml")
        answer = client.put(url(client, "more.yml"), {"text": "seen: no\n"})

        assert answer.json()["object"]["link"] == "real.yml"
        assert (folder / "real.yml").read_text() == "seen: no\n"
        (folder / "real.yml").rename(folder / "realer.yml")
        (folder / "real.yml").symlink_to("realer.yml")
        assert client.put(url(client, "more.yml"), {"text": "seen: yes\n"}).status_code == 409

    def test_a_link_that_leads_outside_is_outside(self, client, folder):
        (folder / "more.yml").unlink()
        (folder / "more.yml").symlink_to(folder.parent / "outside" / "films.yml")

        assert items(client)["more.yml"]["editable"] is False


class TestByHand:
    def test_an_edit_is_taken_in(self, client, folder):
        path = url(client, "more.yml")
        client.get(path)
        (folder / "more.yml").write_text("seen: no # mine\n")

        assert client.get(path).json()["object"]["text"] == "seen: no # mine\n"
        assert texts("more.yml") == [MORE, "seen: no # mine\n"]

    def test_by_the_watch_as_well(self, folder):
        watcher = Watcher()
        watcher.look()
        (folder / "more.yml").write_text("seen: no # mine\n")
        watcher.look()

        assert texts("more.yml") == [MORE, "seen: no # mine\n"]

    def test_a_write_that_was_killed_before_the_rename_is_ended(self, client, folder, monkeypatch):
        def killed(replacement):
            raise KeyboardInterrupt

        path = url(client, "more.yml")
        with monkeypatch.context() as patch:
            patch.setattr(file.Replacement, "put", killed)
            with pytest.raises(KeyboardInterrupt):
                client.put(path, {"text": "seen: no\n"})
        assert (folder / "more.yml").read_text() == MORE
        mirror.forget()
        Watcher().look()

        assert (folder / "more.yml").read_text() == "seen: no\n"
        assert texts("more.yml") == [MORE, "seen: no\n"]

    def test_a_broken_one_is_kept_until_it_is_mended(self, client, folder):
        path = url(client, "more.yml")
        client.get(path)
        (folder / "more.yml").write_text("seen: [\n")
        broken = client.get(path).json()["object"]
        write = client.put(path, {"text": "seen: no\n"})

        assert (broken["state"], broken["problem"]["line"], broken["text"]) == ("broken", 2, MORE)
        assert write.status_code == 409
        assert (folder / "more.yml").read_text() == "seen: [\n"
        (folder / "more.yml").write_text("seen: no\n")
        assert client.get(path).json()["object"]["state"] == "ok"

    def test_revisions_and_restore(self, client, folder):
        path = url(client, "more.yml")
        client.put(path, {"text": "seen: no\n"})
        listed = client.get(f"{path}/revisions").json()
        newest, first = listed["items"]

        shown = client.get(f"{path}/revisions/{newest['id']}").json()["object"]
        assert (newest["current"], newest["author"], newest["origin"]) == (True, "editor", "api")
        assert "+seen: no" in shown["diff"]
        (folder / "more.yml").write_text("seen: [\n")
        restored = client.post(f"{path}/revisions/{first['id']}/restore")
        assert restored.status_code == 200
        assert (folder / "more.yml").read_text() == MORE
        assert "seen: [\n" in texts("more.yml")

    def test_revisions_of_others_are_not_its_own(self, client):
        path = url(client, "more.yml")
        client.get("/api/config_files")
        own = ConfigRevision.objects.get()

        assert client.get(f"{path}/revisions/{own.pk}").status_code == 404
        assert client.get("/api/config_revisions").json()["count"] == 1
        assert ConfigFile.objects.count() == 4


class TestServer:
    def test_what_cannot_be_used_is_told_and_gone_when_mended(self, client, folder):
        (folder / "more.yml").write_text("seen: [\n")
        (folder / "vars.yml").unlink()
        state = config_status()

        files = {file["path"]: (file["state"], file["detail"]) for file in state["files"]}
        assert files["vars.yml"] == ("missing", None)
        assert files["more.yml"][0] == "broken"
        assert "line 2" in files["more.yml"][1]
        assert any("vars.yml does not exist" in error["detail"] for error in state["errors"])
        (folder / "more.yml").write_text("seen: no\n")
        (folder / "vars.yml").write_text("host: example.com\n")
        state = config_status()
        assert (state["files"], state["errors"]) == ([], [])

"""A backup made while the server runs, restored into an empty folder and over another server's data."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer
from flexapi.testing.postgres import Require, new_database
from flexapi.testing.process import ROOT

PLUGIN = "from flexget.event import event\n"


def use(server: LiveServer) -> dict[str, Any]:
    """Do what leaves traces everywhere: a run, an edit, a movie, a plugin, a token; return what must come back."""
    (server.home.folder / "plugins" / "mine.py").write_text(PLUGIN)
    (server.home.folder / "secrets.yml").write_text("key: tracker-secret\n")
    (server.home.folder / "shows").mkdir()
    (server.home.folder / "shows" / "tv.inc").write_text("priority: 3\n")
    server.home.write({"tv": accepting("Show S01E01", include="shows/tv.inc")})
    server.start()
    assert server.run(tasks=["tv"])["summary"]["accepted"] == 1
    with server.client() as client:
        seen = {"title": "Old", "task": "tv", "fields": [{"field": "title", "value": "Old"}]}
        client.post("/api/seen", json=seen).raise_for_status()
        client.post("/api/tasks", json={"name": "added", "config": {"mock": []}}).raise_for_status()
        client.post("/api/movie_queue", json={"title": "Brazil", "year": 1985}).raise_for_status()
    return state(server)


def state(server: LiveServer) -> dict[str, Any]:
    """Return what a client sees of everything that a backup holds."""
    with server.client() as client:

        def items(path: str, *fields: str) -> list[Any]:
            answer = client.get(path)
            answer.raise_for_status()
            return [[item[field] for field in fields] for item in answer.json()["items"]]

        return {
            "tasks": items("/api/tasks", "name"),
            "revisions": items("/api/config_revisions", "id", "origin"),
            "executions": items("/api/execution?status=all", "id", "status", "log_lines"),
            "history": items("/api/history", "title", "task"),
            "movies": items("/api/movie_queue", "title"),
            "seen": items("/api/seen", "title"),
            "config": server.home.config.read_text(),
            "plugin": (server.home.folder / "plugins" / "mine.py").read_text(),
            "included": (server.home.folder / "shows" / "tv.inc").read_text(),
            "secrets": (server.home.folder / "secrets.yml").read_text(),
        }


def elsewhere(server: LiveServer, folder: Path) -> LiveServer:
    """Return a server on empty folders whose clients have the tokens of the first one."""
    other = LiveServer(folder)
    for left in [*(other.home.folder / "plugins").iterdir(), other.home.config]:
        left.unlink()
    other._tokens = dict(server._tokens)
    return other


def restore(server: LiveServer, file: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py restore`, whatever comes of it."""
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(file), *options],
        cwd=ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_comes_back_into_an_empty_folder(own_server: LiveServer, tmp_path: Path) -> None:
    before = use(own_server)
    with own_server.client() as client:
        answer = client.get("/api/server/backup", headers={"Accept": "*/*"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/gzip"
    file = tmp_path / "backup.tar.gz"
    file.write_bytes(answer.content)
    own_server.stop()

    other = elsewhere(own_server, tmp_path / "other")
    done = restore(other, file)
    assert done.returncode == 0, done.stderr
    other.start()
    try:
        assert state(other) == before
        assert other.run(tasks=["tv"])["status"] == "complete"
    finally:
        other.end()


def test_what_is_there_is_replaced_only_when_asked_and_set_aside(
    own_server: LiveServer, tmp_path: Path
) -> None:
    before = use(own_server)
    file = tmp_path / "backup.tar.gz"
    own_server.manage("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    with own_server.client() as client:
        client.delete("/api/tasks/added").raise_for_status()
    changed = own_server.home.config.read_text()

    running = restore(own_server, file, "--replace")
    assert running.returncode
    assert "Stop it" in running.stderr
    own_server.stop()

    refused = restore(own_server, file)
    assert refused.returncode
    assert "--replace" in refused.stderr
    assert own_server.home.config.read_text() == changed
    # What a crash left of a transaction: with another file it would spoil that.
    journal = own_server.home.folder / "db-config.sqlite-journal"
    journal.write_bytes(b"half of a transaction")

    done = restore(own_server, file, "--replace")
    assert done.returncode == 0, done.stderr
    (old,) = own_server.home.folder.glob("db-config.sqlite-journal.before-restore-*")
    assert old.read_bytes() == b"half of a transaction"
    own_server.start()
    assert state(own_server) == before
    aside = list(own_server.home.folder.glob("config.yml.before-restore-*"))
    assert [path.read_text() for path in aside] == [changed]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "is not a backup of FlexAPI"),
        ({"backup.json": b"{}"}, "is not a backup of FlexAPI"),
        ({"backup.json": b'{"format": 99}'}, "has the form 99"),
        ({"x": b"1"}, "is not a backup of FlexAPI"),
        ("newer", "is of a newer FlexAPI, 9.9"),
        ("damaged", "is damaged"),
        ("dump", "set FLEXAPI_DATABASE_URL"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    own_server: LiveServer, tmp_path: Path, content: Any, said: str
) -> None:
    about = {"format": 1, "flexapi": "9.9", "made": "", "config": "config.yml", "migrations": []}
    if content == "newer":
        about["migrations"] = [["executions", "0999_from_the_future"]]
    if isinstance(content, str):
        member = {"damaged": "flexapi.sqlite3", "dump": "flexapi.dump"}.get(content, "config/a.yml")
        content = {"backup.json": json.dumps(about).encode(), member: b"garbage" * 1000}
    file = tmp_path / "backup.tar.gz"
    file.write_bytes(content if isinstance(content, bytes) else packed(content))
    before = {
        path: path.read_bytes() for path in own_server.home.folder.rglob("*.*") if path.is_file()
    }

    done = restore(own_server, file, "--replace")

    assert done.returncode
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert not list(own_server.home.folder.glob("*before-restore*"))


def packed(members: dict[str, bytes]) -> bytes:
    """Return an archive of these files."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_a_member_that_leads_out_of_the_archive_is_refused(
    own_server: LiveServer, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tar.gz"
    file.write_bytes(packed({"../../evil": b"x"}))
    done = restore(own_server, file, "--replace")
    assert done.returncode
    assert "is not a backup of FlexAPI" in done.stderr
    assert not (tmp_path / "evil").exists()


class TestWhoMay:
    """Only superusers: an editor sees credentials, but not the hashes of passwords and tokens."""

    @pytest.mark.django_db
    @pytest.mark.parametrize("role", ["viewer", "operator", "editor"])
    def test_others_may_not(self, role: str, api: Any, make_user: Any) -> None:
        answer = api(make_user(role, role=role)).get("/api/server/backup")
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "permission_denied"

    @pytest.mark.django_db
    def test_nobody_anonymous(self, api: Any) -> None:
        assert api().get("/api/server/backup").status_code == 401


def test_postgresql_by_its_own_dump(
    own_server: LiveServer, tmp_path: Path, require: Require
) -> None:
    file = tmp_path / "backup.tar.gz"
    with new_database(require) as first, new_database(require) as second:
        urls = {"FLEXAPI_DATABASE_URL": first, "FLEXAPI_FLEXGET_DATABASE_URL": first}
        own_server.environment |= urls
        before = use(own_server)
        own_server.manage("backup", str(file))
        own_server.stop()

        other = elsewhere(own_server, tmp_path / "other")
        other.environment |= dict.fromkeys(urls, second)
        done = restore(other, file)
        assert done.returncode == 0, done.stderr
        other.start()
        try:
            assert state(other) == before
        finally:
            other.end()
        own_server.end()

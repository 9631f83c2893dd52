"""Plugins: the example of docs/plugins.md, installed with pip, and plugins that must not come in."""

import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from flexapi import plugins
from flexapi.api.router import router
from flexapi.testing.flexget_home import mock, other_python
from flexapi.testing.live import LiveServer, own_server
from flexapi.testing.process import ROOT

from .access import doors

__all__ = ["own_server"]

EXAMPLE = ROOT / "docs" / "examples" / "flexapi-watched"
MODEL = "from django.db import models\nclass Thing(models.Model):\n    name = models.TextField()\n"
MIGRATION = """
from django.db import migrations, models
def fail(apps, editor): raise RuntimeError("no such luck")
class Migration(migrations.Migration):
    operations = [
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField("ID", auto_created=True, primary_key=True, serialize=False)),
            ("name", models.TextField()),
        ]),
        migrations.RunPython(fail),
    ]
"""
ENDPOINT = """
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView
from flexapi.api.router import router
class View(APIView):
    permission_classes = (IsAuthenticated,)
router.register_view("{path}", View.as_view(), name="{path}")
"""


def install(site: Path, name: str, value: str = "", **files: str) -> None:
    """Lay a package `pkg_<name>` out as pip would, with the plugin `name` in it."""
    package = f"pkg_{name}"
    for file, text in {"__init__": "", **files}.items():
        path = site / package / f"{file.replace('__in__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    entry = value or f"{name} = {package}"
    (info / "entry_points.txt").write_text(f"[{plugins.GROUP}]\n{entry}\n")


# Serves another API below a prefix of its own: bare answers, errors in its own form, its own way of saying who asks.
TINY_URLS = """
from pathlib import Path
from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse
from django.urls import path, re_path
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from flexapi.api import inside
from flexapi.api.bare import BareView
from flexapi.api.mounts import mount, static_files

def told(status, code, detail):
    return JsonResponse({"oops": detail}, status=status)

mount("tiny/v1", errors=told)
static_files("tiny/files", Path(__file__).parent / "files")

class ByName(BaseAuthentication):
    def authenticate(self, request):
        name = request.headers.get("X-Name")
        return (User.objects.get(username=name), None) if name else None
    def authenticate_header(self, request):
        return "Name"

class View(BareView):
    authentication_classes = (ByName,)
    permission_classes = (IsAuthenticated,)
    def error(self, status, errors):
        return {"oops": [error["detail"] for error in errors]}

class Names(View):
    def get(self, request):
        return Response([task["name"] for task in inside.ask(request, "GET", "/api/tasks").items])

class One(View):
    def get(self, request, name):
        found = inside.ask(request, "GET", inside.path("tasks", name))
        if found.failed:
            raise NotFound(found.data["errors"][0]["detail"])
        return Response(found.object["config"])
    def put(self, request, name):
        done = inside.ask(request, "PUT", inside.path("tasks", name), {"config": request.data})
        return Response(done.status)

urlpatterns = [
    path("", lambda request: HttpResponse("a page")),
    path("v1/names", Names.as_view()),
    re_path("^v1/names/(?P<name>[^/]+)$", One.as_view()),
]
"""


def app(package: str, **attributes: str) -> str:
    """Return the text of an `apps.py`."""
    lines = "".join(f"    {name} = {value!r}\n" for name, value in attributes.items())
    return (
        f"from django.apps import AppConfig\nclass C(AppConfig):\n    name = {package!r}\n{lines}"
    )


def test_the_example_is_installed_and_called(own_server: LiveServer, tmp_path: Path) -> None:
    # A copy: setuptools builds inside of the folder.
    source = shutil.copytree(EXAMPLE, tmp_path / "source")
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps"]
    pip += ["--no-build-isolation", "--disable-pip-version-check", "--target", str(site)]
    subprocess.run([*pip, str(source)], check=True, capture_output=True)
    own_server.environment["PYTHONPATH"] = str(site)
    own_server.start()
    with own_server.client() as client:
        created = client.post("/api/watched", json={"title": "Dune", "stars": 4})
        assert created.status_code == 201
        assert created.json() == {"object": {"id": 1, "title": "Dune", "stars": 4}}
        listed = client.get("/api/watched?stars=4&ordering=-title").json()
        assert (listed["count"], listed["items"][0]["title"]) == (1, "Dune")
        # Errors, authentication and the document come with the base classes.
        refused = client.post("/api/watched", json={"stars": -1}).json()
        assert {error["attr"] for error in refused["errors"]} == {"title", "stars"}
        assert client.get("/api/watched", headers={"Authorization": ""}).status_code == 401
        assert "/api/watched/{id}" in client.get("/api/schema?format=json").text
        # Its engine method counts what FlexGet has seen.
        assert client.get("/api/watched/seen").json() == {"object": {"count": 0}}
        bundled, plugin = client.get("/api/server").json()["object"]["plugins"]
        assert (bundled["name"], bundled["problem"]) == ("flexget", "")
        assert plugin == {
            "name": "watched",
            "package": "flexapi-watched",
            "version": "1.0",
            "problem": "",
            "engine_problem": "",
            "help": "",
        }
    permissions = "from django.contrib.auth.models import Group; "
    permissions += "g = Group.objects.get(name='operator'); "
    permissions += "print(g.permissions.filter(content_type__app_label='flexapi_watched').count())"
    assert own_server.manage("shell", "-v0", "-c", permissions).strip() == "2"


def test_one_serves_another_api(own_server: LiveServer, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, "tiny", urls=TINY_URLS)
    (site / "pkg_tiny" / "files").mkdir()
    (site / "pkg_tiny" / "files" / "a.txt").write_text("a file")
    mounted = "from flexapi.api.mounts import mount\nurlpatterns = []\n"
    install(site, "greedy", urls=f"{mounted}mount('tiny/v2', errors=None)")
    # A page of FlexAPI's own.
    install(site, "executions", urls="urlpatterns = []")
    own_server.home.write({"tv": mock(), "a/b": mock("two")})
    own_server.environment |= {"PYTHONPATH": str(site), "FLEXAPI_FLEXGET_API": "0"}
    own_server.start()
    own_server.add_user("viewer", "viewer")
    admin, viewer = {"X-Name": "admin"}, {"X-Name": "viewer"}
    with httpx.Client(base_url=own_server.url, timeout=60) as client:
        assert client.get("/tiny/").text == "a page"
        assert client.get("/tiny/files/a.txt").text == "a file"
        names = client.get("/tiny/v1/names", headers=viewer)
        assert (names.json(), names.headers["Cache-Control"]) == (
            ["tv", "a/b"],
            "private, no-cache",
        )
        # Errors are its own, wherever they come from, and names are taken as FlexAPI takes them.
        assert "oops" in client.get("/tiny/v1/names").json()
        assert client.get("/tiny/v1/names", headers=admin | {"Host": "x.example"}).json() == {
            "oops": "This server does not answer to that host name; FLEXAPI_ALLOWED_HOSTS adds a name."
        }
        one = client.get("/tiny/v1/names/a%2Fb", headers=viewer)
        assert one.json()["mock"][0]["title"] == "two"
        gone = client.get("/tiny/v1/names/gone", headers=viewer)
        assert (gone.status_code, gone.json()) == (404, {"oops": ["There is no task 'gone'."]})
        large = client.put("/tiny/v1/names/tv", content=b"x" * 6_000_000, headers=admin)
        assert (large.status_code, large.json()) == (
            413,
            {"oops": "The request body is too large."},
        )
        # What it asks of FlexAPI is answered as to the user who asks.
        config = mock("three")
        assert client.put("/tiny/v1/names/tv", json=config, headers=viewer).json() == 403
        assert client.put("/tiny/v1/names/tv", json=config, headers=admin).json() == 200
        # That one is switched off.
        assert client.get("/flexget/").status_code == 404
    assert "three" in own_server.home.config.read_text()
    with own_server.client() as client:
        listed = client.get("/api/server").json()["object"]["plugins"]
    assert {plugin["name"]: plugin["problem"] for plugin in listed} == {
        "executions": "The name executions is FlexAPI's own.",
        "greedy": "Its endpoint /tiny/v2 is not under /greedy.",
        "tiny": "",
    }


def test_the_example_is_short() -> None:
    files = [path for path in EXAMPLE.rglob("*") if path.suffix in (".py", ".toml")]
    lines = [line for path in files for line in path.read_text().splitlines() if line.strip()]
    assert len(lines) <= 60


def test_what_fails_is_left_out_and_said(own_server: LiveServer, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, "tasks")
    install(site, "one", "twin = pkg_one")
    install(site, "two", "twin = pkg_two")
    install(site, "badname", "Bad-Name = pkg_badname")
    install(site, "gone", "gone = pkg_not_there")
    install(site, "raises", __init__="1 / 0")
    install(site, "exits", __init__="raise SystemExit(3)")
    install(site, "future", apps=app("pkg_future", flexapi_version=">=99"))
    install(site, "label", apps=app("pkg_label", label="executions"))
    install(site, "early", __init__="from .models import Thing", models=MODEL)
    install(site, "badmodels", models="from nowhere import nothing")
    install(site, "unmigrated", models=MODEL)
    failing = {"migrations__in____init__": "", "migrations__in__0001_initial": MIGRATION}
    install(site, "badmigration", models=MODEL, api=ENDPOINT.format(path="badmigration"), **failing)
    # Before them all in the alphabet stands one that is blameless.
    blameless = MIGRATION.replace("migrations.RunPython(fail),", "")
    migrations = {"migrations__in____init__": ""}
    install(site, "able", models=MODEL, **migrations, migrations__in__0001_initial=blameless)
    install(site, "badimport", models=MODEL, **migrations, migrations__in__0001_initial="1 / 0")
    install(site, "noclass", models=MODEL, **migrations, migrations__in__0001_initial="")
    depends = blameless.replace(
        "    operations", "    dependencies = [('nowhere', '1')]\n    operations"
    )
    install(site, "lost", models=MODEL, **migrations, migrations__in__0001_initial=depends)
    part = "from flexapi.api.status import server\nserver.register('{}', lambda: 'a plugin')\n"
    badapi = ENDPOINT.format(path="badapi") + part.format("badapi") + "raise ValueError('in api')"
    install(site, "badapi", api=badapi)
    install(site, "takes", api=part.format("config") + part.format("takes"))
    install(site, "badadmin", admin="import nowhere")
    install(site, "elsewhere", api=ENDPOINT.format(path="tasks/mine"))
    install(site, "good", api=ENDPOINT.format(path="good"))
    install(site, "noengine", apps=app("pkg_noengine", engine_methods="pkg_noengine.nothing"))
    own_server.environment["PYTHONPATH"] = str(site)
    other = other_python(tmp_path / "other")
    own_server.environment["FLEXAPI_FLEXGET_PYTHON"] = str(other)
    own_server.start()
    with own_server.client() as client:
        client.get("/api/execution/options")  # Answers when FlexGet is loaded.
        server = client.get("/api/server").json()["object"]
        listed = server["plugins"]
        assert "badapi" not in server
        assert (server["takes"], server["config"]["state"]) == ("a plugin", "ok")
        assert client.get("/api/tasks").status_code == 200
        assert client.get("/api/good").status_code == 405
        for path in ("badapi", "badmigration", "tasks/mine"):
            assert client.get(f"/api/{path}").status_code == 404
        assert client.get("/admin/", follow_redirects=True).status_code == 200
    problems = {
        plugin["package"]: plugin["problem"] for plugin in listed if plugin["name"] != "twin"
    }
    twins = sorted(plugin["problem"] for plugin in listed if plugin["name"] == "twin")
    assert twins[0] == ""
    assert "has a plugin of this name too" in twins[1]
    for package, words in {
        "pkg_tasks": "FlexAPI's own",
        "pkg_badname": "not made of",
        "pkg_gone": "pkg_not_there",
        "pkg_raises": "ZeroDivisionError",
        "pkg_exits": "SystemExit: 3",
        "pkg_future": "for FlexAPI >=99",
        "pkg_label": "has the label executions",
        "pkg_early": "too early",
        "pkg_badmodels": "nowhere",
        "pkg_unmigrated": "migration is missing",
        "pkg_badmigration": "no such luck",
        "pkg_badimport": "migrations that can't be imported: ZeroDivisionError",
        "pkg_noclass": "0001_initial has no class Migration",
        "pkg_lost": "migrations that don't fit: NodeNotFoundError",
        "pkg_badapi": "in api",
        "pkg_badadmin": "nowhere",
        "pkg_elsewhere": "not under /api/elsewhere",
    }.items():
        assert words in problems[package], (package, problems[package])
        assert problems[package] in own_server.log()
    assert "The plugin takes can't have a part of /api/server named config." in own_server.log()
    for package in ("pkg_good", "pkg_able", "pkg_noengine"):
        assert problems[package] == ""
    (noengine,) = [plugin for plugin in listed if plugin["name"] == "noengine"]
    assert "pkg_noengine.nothing" in noengine["engine_problem"]
    assert str(other) in noengine["engine_problem"]


def test_the_reserved_names_are_those_in_use() -> None:
    import flexapi.urls  # noqa: F401  the routes are registered with it

    used = {prefix.split("/")[0] for prefix, _ in router.endpoints()}
    plugged = {plugin.name for plugin in plugins.working()}
    used |= {door.path.split("/")[1] for door in doors() if door.kind in ("pages", "admin")}
    # No plugin can be called like a file.
    names = {name for name in used if plugins.NAME.fullmatch(name)}
    assert names <= plugins.RESERVED | plugged

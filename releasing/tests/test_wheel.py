"""The wheel: built from the files of the project, installed into a bare environment, and used as people use it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flexapi.own_packages import PACKAGES
from flexapi.version import VERSION
from releasing import ROOT

PASSWORD = "correct horse battery"
# What a copy of the project doesn't take along.
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "__pycache__", "build", "dist", "results")
BUNDLED = ROOT / "contrib" / "flexapi-flexget-api" / "flexapi_flexget_api"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it as pip does, without a network."""
    # A copy: setuptools builds inside of the folder.
    source = tmp_path_factory.mktemp("wheel") / "source"
    shutil.copytree(ROOT, source, ignore=LEFT_OUT)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index", "--quiet"]
    pip += ["--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run([*pip, "--wheel-dir", str(source / "dist"), str(source)], check=True)
    (built,) = (source / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a new environment, whose other packages are those of the tests; return its folder `bin`."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    base = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", base))
    (site / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--no-deps"]
    pip += ["--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(wheel)], check=True)
    return folder / "bin"


class Home:
    """A user with the wheel, and nothing else; works in a folder of their own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.program = str(programs / "flexapi")
        self.folder = folder
        self.environment = {
            "HOME": str(folder),
            "PATH": f"{programs}:{os.environ['PATH']}",
            "FLEXAPI_ADMIN_PASSWORD": PASSWORD,
        }

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def home(installed: Path, tmp_path: Path) -> Home:
    return Home(installed, tmp_path)


@pytest.fixture
def serving(home: Home) -> Iterator[str]:
    """`flexapi serve`, a first start without a config; yields its URL."""
    with (home.folder / "log").open("w") as log:
        server = subprocess.Popen(
            [home.program, "serve", "--port", "0"],
            cwd=home.folder,
            env=home.environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            assert server.stdout is not None
            with server.stdout as printed:
                urls = (re.match(r"Serving on (http://\S+)/", line) for line in printed)
                yield next(match[1] for match in urls if match)
        finally:
            server.terminate()
            assert server.wait(30) == 0, (home.folder / "log").read_text()


def test_it_holds_all_that_is_served_and_no_test(wheel: Path) -> None:
    assert wheel.name == f"flexapi-{VERSION}-py3-none-any.whl"
    expected = {
        str(path.relative_to(root))
        for root, top in [*((ROOT, ROOT / name) for name in PACKAGES), (BUNDLED.parent, BUNDLED)]
        for path in top.rglob("*")
        if path.is_file()
        and not {"tests", "bundle", "__pycache__", "node_modules"} & set(path.parts)
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if f"flexapi-{VERSION}." not in name}
    assert names == expected
    assert "flexapi/web/templates/web/base.html" in names
    assert "flexapi/web/static/web/js/editor/codemirror.js" in names


def test_a_stranger_s_first_minutes(home: Home, serving: str) -> None:
    token = home.run("create-token", "admin", "--name", "wheel").stdout.strip()
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(base_url=serving, headers=headers, timeout=60) as client:
        server = client.get("/api/server").json()["object"]
        assert server["versions"]["flexapi"] == VERSION
        # What comes with FlexAPI is there, by the version of FlexAPI.
        (plugin,) = server["plugins"]
        assert (plugin["name"], plugin["version"], plugin["problem"]) == ("flexget", VERSION, "")
        assert client.get("/flexget/api/tasks/").status_code == 200
        # Pages with their files, templates of tasks, mappings of hooks.
        page = client.get("/accounts/login/")
        files = re.findall(r'(?:href|src)="(/(?:static/|styles\.css)[^"]+)"', page.text)
        assert len(files) > 3
        for file in files:
            assert client.get(file).status_code == 200, file
        assert client.get("/static/web/js/editor/codemirror.js").status_code == 200
        # The documentation, with its pictures, for people who are logged in.
        client.post("/api/auth/login", json={"username": "admin", "password": PASSWORD})
        page = client.get("/docs/installing/")
        assert page.status_code == 200
        assert "pipx install" in page.text
        assert client.get("/static/docs/dashboard.png").status_code == 200
        assert client.get("/api/task_templates").json()["count"] == 11
        assert client.get("/api/hooks/templates").json()["count"] > 5
        # The sample runs, with our own plugins inside FlexGet.
        execution = client.post("/api/execution", json={"tasks": ["hello"]})
        location = execution.headers["Location"]
        assert "ACCEPTED" in client.get(f"{location}/log", headers={"Accept": "text/plain"}).text
        assert client.get(location).json()["object"]["status"] == "complete"
        assert client.get("/api/history").json()["count"] == 2
    assert home.run("healthcheck", FLEXAPI_PORT=serving.rpartition(":")[2]).returncode == 0
    assert home.run("backup", "all.tar.gz").returncode == 0
    assert (home.folder / "all.tar.gz").exists()


def test_another_s_package_of_the_same_name_is_said(home: Home) -> None:
    (home.folder / "tasks.py").write_text("raise SystemExit('the wrong one')\n")
    done = home.run("check", PYTHONPATH=str(home.folder))
    assert done.returncode == 1
    assert f"tasks is {home.folder / 'tasks.py'}" in done.stderr
    # A folder that one only works in doesn't count.
    assert home.run("check").returncode == 0

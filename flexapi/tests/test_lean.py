"""What an idle server has not imported, nor FlexGet's process: it would be a quarter of their memory."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from flexapi.testing.flexget_home import accepting
from flexapi.testing.live import LiveServer

# Told to, a process says what it has imported.
TELLS = """
import os, signal, sys
folder = os.environ["TELLS_IN"]
def tell(*_):
    with open(os.path.join(folder, str(os.getpid())), "w") as file:
        file.write("\\n".join(name for name, module in list(sys.modules.items()) if module))
signal.signal(signal.SIGUSR2, tell)
"""
# Each with what imports it where nobody looks.
SERVER = {
    "OpenSSL": "Twisted, for TLS",
    "apprise": "notifications, in their own process",
    "autobahn.wamp.auth": "Autobahn, for a protocol that isn't ours",
    "celery": "workers",
    "cryptography": "TLS, Web Push, and who logs in with OpenID Connect",
    "django.test": "drf-spectacular, where it writes the API document",
    "flexget": "FlexGet's process",
    "jinja2": "a config that has `exec`",
    "jsonpath": "hooks",
    "jwt": "Web Push",
    "markdown": "the browsable API",
    "markdown_it": "who reads the documentation",
    "psycopg": "PostgreSQL",
    "pygments": "the browsable API",
    "redis": "several servers",
    "requests": "a client for tests, and OpenID Connect",
    "sqlalchemy": "FlexGet's process",
}
HOST = {
    "cheroot": "FlexGet's web server",
    "cherrypy": "FlexGet's web server",
    "cryptography": "IMDb",
    "curl_cffi": "IMDb",
    "django": "the server",
    "pygments": "a terminal",
    "psycopg": "PostgreSQL",
    "zxcvbn": "passwords of FlexGet's web server",
}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where processes tell."""
    (tmp_path / "sitecustomize.py").write_text(TELLS)
    folder = tmp_path / "told"
    folder.mkdir()
    return folder


def imported(pid: int, folder: Path) -> set[str]:
    """Return what a process has imported."""
    told = folder / str(pid)
    os.mkfifo(told)
    with os.fdopen(os.open(told, os.O_RDONLY | os.O_NONBLOCK)) as file:
        os.kill(pid, signal.SIGUSR2)
        assert select.select([file], [], [], 30)[0]
        os.set_blocking(file.fileno(), True)
        return set(file.read().splitlines())


def test_an_idle_server_has_not_imported_what_it_does_not_need(tmp_path: Path, told: Path) -> None:
    server = LiveServer(tmp_path / "server")
    server.environment |= {"PYTHONPATH": str(told.parent), "TELLS_IN": str(told)}
    server.home.write({"good": accepting("x")})
    try:
        server.start()
        server.run(tasks=["good"])
        with server.client() as client:
            client.get("/api/tasks").raise_for_status()
            state = client.get("/api/server").json()["object"]
        assert server.process is not None
        of_server = imported(server.process.pid, told)
        of_host = imported(state["engine"]["pid"], told)
        assert {"django", "twisted"} <= of_server
        assert {"flexget", "sqlalchemy"} <= of_host
        assert of_server & SERVER.keys() == set()
        assert of_host & HOST.keys() == set()
        with server.client() as client:
            # What comes later is there when it is asked for.
            client.get("/api/schema").raise_for_status()
            page = client.get("/api/tasks", headers={"Accept": "text/html"})
            assert "<h1>" in page.text
    finally:
        server.end()


class TestLater:
    def python(self, code: str, folder: Path) -> str:
        """Run code where the module `slow` can be imported; return what it prints."""
        (folder / "slow.py").write_text(
            "print('imported')\nvalue = 7\nclass Made:\n    kind = 'x'\n    def __init__(self, n): self.n = n\n"
        )
        return subprocess.run(
            [sys.executable, "-c", f"import sys; from flexapi.lean import *\n{code}"],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def test_a_class_is_imported_when_it_is_used(self, tmp_path: Path) -> None:
        code = (
            "with later('slow', 'Made'):\n    from slow import Made\n"
            "print('slow' in sys.modules)\nprint(Made(3).n, Made.kind)\n"
        )
        assert self.python(code, tmp_path).split() == ["False", "imported", "3", "x"]

    def test_what_is_not_named_is_imported_at_once(self, tmp_path: Path) -> None:
        code = (
            "with later('slow', 'Made'):\n    from slow import value\n"
            "print(value, 'slow' in sys.modules)\n"
        )
        assert self.python(code, tmp_path).split() == ["imported", "7", "True"]

    def test_what_is_missing_stays_missing(self, tmp_path: Path) -> None:
        code = (
            "with later('no_such_module', 'Made'):\n"
            "    try:\n        import no_such_module\n    except ImportError as error:\n        print(error.name)\n"
        )
        assert self.python(code, tmp_path) == "no_such_module\n"

    def test_what_is_left_out_comes_back(self, tmp_path: Path) -> None:
        code = (
            "with without('slow'):\n"
            "    try:\n        import slow\n    except ImportError:\n        print('missing')\n"
            "import slow\n"
        )
        assert self.python(code, tmp_path).split() == ["missing", "imported"]

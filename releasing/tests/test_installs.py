"""`make installs`: what comes of a way is said in a row; the ways themselves take minutes and the internet."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from releasing import ROOT, installs
from releasing.installs import Failed, Lacking, Place, Tried

SERVES = """
import http.server, os, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"ok")
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["FLEXAPI_PORT"])), Answers)
print(f"Serving on http://127.0.0.1:{server.server_port}/ (Ctrl-C stops)", flush=True)
server.serve_forever()
"""


def works(place: Place) -> Tried:
    """One that works."""
    seconds = place.run(sys.executable, "-c", "pass")
    _, answered = place.served(sys.executable, "-c", SERVES)
    return Tried(seconds + 61, answered + 7, "by itself")


def fails(place: Place) -> Tried:
    """One that doesn't."""
    place.run(sys.executable, "-c", "import sys; sys.exit('no such package')")
    raise AssertionError("went on")


def never_serves(place: Place) -> Tried:
    """One that ends."""
    place.served(sys.executable, "-c", "print('no port')")
    raise AssertionError("went on")


def lacks(place: Place) -> Tried:
    """One for other machines."""
    installs.needed("a-program-that-nobody-has")
    raise AssertionError("went on")


def test_what_came_of_it_is_a_row() -> None:
    line, failed = installs.row("one", works)
    assert re.fullmatch(
        r"\| `one` \| One that works \| works; by itself \| 6\d s \| \d+\.\d s \|", line
    )
    assert not failed


def test_what_did_not_work_is_said_with_why() -> None:
    line, failed = installs.row("one", fails)
    assert "**failed**" in line
    assert "ends with 1: no such package" in line
    assert failed
    line, failed = installs.row("one", never_serves)
    assert "It never served: no port" in line
    assert failed


def test_what_a_machine_lacks_is_no_failure() -> None:
    line, failed = installs.row("one", lacks)
    assert "not tried: a-program-that-nobody-has is not installed" in line
    assert not failed


def test_the_place_is_bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEXAPI_CONFIG", "/mine/config.yml")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.setenv("PIP_TIMEOUT", "100")
    environment = Place(tmp_path).environment
    assert environment["HOME"] == str(tmp_path)
    assert environment["PIP_TIMEOUT"] == "100"
    assert not {"FLEXAPI_CONFIG", "FLEXAPI_DATA_DIR", "PYTHONPATH"} & environment.keys()


def test_each_way_says_what_it_is_and_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    for way in installs.WAYS.values():
        assert way.__doc__
        with pytest.raises((Lacking, Failed)):
            way(Place(tmp_path))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
@pytest.mark.parametrize("name", ["flexapi.service", "flexapi-worker.service"])
def test_systemd_understands_the_units(name: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    # As if it were there, with its user.
    program = tmp_path / ".venv" / "bin"
    program.mkdir(parents=True)
    for command in ("python", "celery"):
        (program / command).symlink_to("/bin/true")
    unit = tmp_path / name
    bare = re.sub(r"(?m)^(User|Group)=.*\n", "", text).replace("/opt/flexapi", str(tmp_path))
    unit.write_text(bare, encoding="utf-8")
    installs.verify(unit)
    unit.write_text(bare.replace("KillMode=mixed", "KillMode=kindly"), encoding="utf-8")
    with pytest.raises(Failed, match="kindly"):
        installs.verify(unit)

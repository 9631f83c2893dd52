"""The time zone that `TZ` means, in every form that a container's compose file may have it."""

import os
import subprocess
import sys

import pytest

from flexapi.testing.live import LiveServer, own_server
from flexapi.testing.process import ROOT

__all__ = ["own_server"]


def zone(given: str) -> list[str]:
    """Return name and problem in a process with this `TZ`."""
    code = "from flexapi import time_zone; print(*time_zone.local(), sep='|')"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=os.environ | {"TZ": given},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.rstrip("\n").split("|")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (":Europe/Berlin", "Europe/Berlin"),
        ("/usr/share/zoneinfo/Europe/Paris", "Europe/Paris"),
        ("CST-8", "Etc/GMT-8"),
        ("GMT+8", "Etc/GMT+8"),
        ("<-03>3", "Etc/GMT+3"),
        ("UTC0", "UTC"),
        ("IST-5:30", "Asia/Calcutta"),
        ("EST5EDT,M3.2.0,M11.1.0", "America/Detroit"),
    ],
)
def test_what_the_c_library_takes_is_taken(given: str, name: str) -> None:
    assert zone(given) == [name, ""]


@pytest.mark.parametrize(
    ("given", "why", "named"),
    [
        ("Shanghai", "is no time zone", "Asia/Shanghai"),
        ("Europe/Berln", "is no time zone", "Europe/Berlin"),
        ("New York", "is no time zone", "America/New_York"),
        ("../../etc/passwd", "is no time zone", "Europe/Berlin"),
        ("CET-1CEST", "follows the summer time of no zone that has a name", "Europe/Berlin"),
        ("XYZ-99", "follows the summer time of no zone that has a name", "Europe/Berlin"),
    ],
)
def test_another_is_utc_with_a_word(given: str, why: str, named: str) -> None:
    name, problem = zone(given)
    assert name == "UTC"
    assert problem.startswith(f"TZ={given} {why}, so schedules go by UTC.")
    assert problem.endswith(f"such as {named}.")


def test_the_server_says_it(own_server: LiveServer) -> None:
    own_server.environment["TZ"] = "Shanghai"
    own_server.start()
    with own_server.client() as client:
        said = client.get("/api/server").json()["object"]["time_zone"]
    assert said["name"] == "UTC"
    assert said["problem"].startswith("TZ=Shanghai is no time zone")
    assert said["problem"] in own_server.log()


def test_a_log_as_text_has_the_server_s_time_with_its_offset(own_server: LiveServer) -> None:
    own_server.environment["TZ"] = "CST-8"
    own_server.home.write({"hello": {"mock": [{"title": "x"}], "accept_all": True}})
    own_server.start()
    execution = own_server.run(tasks=["hello"])
    with own_server.client() as client:
        url = f"/api/execution/{execution['id']}/log"
        text = client.get(url, headers={"Accept": "text/plain"}).text
    assert "+08:00" in text.splitlines()[0].split()[0]

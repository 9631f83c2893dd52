"""Settings that come from the environment, read by a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pytest

from flexapi.testing.process import ROOT


def run(code: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    env = os.environ | {"FLEXAPI_DATA_DIR": str(folder)} | variables
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def read(name: str, folder: Path, **variables: str) -> Any:
    code = f"import json; from flexapi import settings; print(json.dumps(settings.{name}))"
    result = run(code, folder, **variables)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_it_listens_on_this_machine_alone_by_default(tmp_path: Path) -> None:
    assert read("HOST", tmp_path) == "127.0.0.1"
    assert read("PORT", tmp_path) == 8000


def test_names_and_origins_may_be_added(tmp_path: Path) -> None:
    names = read("ALLOWED_HOST_NAMES", tmp_path, FLEXAPI_ALLOWED_HOSTS="nas.lan, .home.example,")
    assert names == ["nas.lan", ".home.example", "127.0.0.1"]
    origins = read("CSRF_TRUSTED_ORIGINS", tmp_path, FLEXAPI_TRUSTED_ORIGINS="https://a.example")
    assert origins == ["https://a.example"]


def test_forwarded_headers_count_for_nothing_without_a_proxy(tmp_path: Path) -> None:
    assert read("SECURE_PROXY_SSL_HEADER", tmp_path) is None
    assert read("REST_FRAMEWORK['NUM_PROXIES']", tmp_path, FLEXAPI_TRUSTED_PROXIES="2") == 2


@pytest.mark.parametrize("prefix", ["a b", "a//b"])
def test_a_path_prefix_that_is_none_is_named(tmp_path: Path, prefix: str) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_PATH_PREFIX=prefix)
    assert "FLEXAPI_PATH_PREFIX is a path" in result.stderr.splitlines()[-1]


def test_the_time_zone_is_the_machines(tmp_path: Path) -> None:
    assert read("TIME_ZONE", tmp_path, TZ="Europe/Berlin") == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["CET-1CEST", "No/Where", ""])
def test_a_time_zone_without_a_name_stops_nothing(tmp_path: Path, zone: str) -> None:
    assert read("TIME_ZONE", tmp_path, TZ=zone) in available_timezones()


@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_named(tmp_path: Path, port: str) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_PORT=port)
    assert result.returncode != 0
    assert "FLEXAPI_PORT" in result.stderr.splitlines()[-1]


def test_the_database_waits_for_its_turn(tmp_path: Path) -> None:
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'flexapi.settings'; django.setup()\n"
        "from django.db import connection\n"
        "def ask(name):\n"
        "    with connection.cursor() as cursor:\n"
        "        return cursor.execute(f'PRAGMA {name}').fetchone()[0]\n"
        "print(*[ask(n) for n in ('journal_mode', 'busy_timeout', 'synchronous', 'foreign_keys')])"
    )
    assert run(code, tmp_path).stdout.split() == ["wal", "30000", "1", "1"]

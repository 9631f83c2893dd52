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


def test_no_other_origin_is_let_in_unless_it_is_named(tmp_path: Path) -> None:
    assert not [name for name in read("MIDDLEWARE", tmp_path) if "cors" in name]
    origins = read("CORS_ALLOWED_ORIGINS", tmp_path, FLEXAPI_CORS_ORIGINS="https://a.example/")
    assert origins == ["https://a.example"]


@pytest.mark.parametrize("origin", ["*", "a.example", "https://a.example/path", "https://*.a"])
def test_what_is_no_origin_is_named(tmp_path: Path, origin: str) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_CORS_ORIGINS=origin)
    assert "FLEXAPI_CORS_ORIGINS must be a list of origins" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        (
            "FLEXAPI_SSO_PROXIES",
            "nas.lan",
            "FLEXAPI_SSO_PROXIES must be a list of addresses or networks",
        ),
        (
            "FLEXAPI_SSO_ROLES",
            "media=boss",
            "the role being one of viewer, operator, editor, admin",
        ),
        ("FLEXAPI_SSO_ROLES", "media", "must be a list of group=role"),
        ("FLEXAPI_OIDC_ISSUER", "https://id.example", "needs FLEXAPI_OIDC_CLIENT_ID"),
    ],
)
def test_what_single_sign_on_lacks_is_named(
    tmp_path: Path, variable: str, value: str, told: str
) -> None:
    result = run("import flexapi.settings", tmp_path, **{variable: value})
    assert told in result.stderr.splitlines()[-1]


def test_forwarded_headers_count_for_nothing_without_a_proxy(tmp_path: Path) -> None:
    assert read("SECURE_PROXY_SSL_HEADER", tmp_path) is None
    assert read("REST_FRAMEWORK['NUM_PROXIES']", tmp_path, FLEXAPI_TRUSTED_PROXIES="2") == 2


@pytest.mark.parametrize("prefix", ["a b", "a//b"])
def test_a_path_prefix_that_is_none_is_named(tmp_path: Path, prefix: str) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_PATH_PREFIX=prefix)
    assert "FLEXAPI_PATH_PREFIX must be a path" in result.stderr.splitlines()[-1]


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


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "1e3"])
def test_an_amount_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_EXECUTIONS_KEPT=text)
    told = "FLEXAPI_EXECUTIONS_KEPT must be a whole number from 0 on"
    assert told in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "serve", "--port", "0"),
        ("-m", "flexapi", "create-token", "admin"),
        ("-m", "celery", "-A", "flexapi", "worker"),
        ("-m", "uvicorn", "flexapi.asgi:application"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_what_can_t_be_used_is_refused_at_the_start_in_one_sentence(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    env = os.environ | {"FLEXAPI_DATA_DIR": str(tmp_path), "FLEXAPI_SLOTS": "many"}
    started = [sys.executable, *command]
    done = subprocess.run(started, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    told = "FLEXAPI_SLOTS must be a whole number from 1 on, not 'many'. Write, for instance, FLEXAPI_SLOTS=4"
    assert done.stderr.splitlines() == [f"Error: {told}"]
    assert done.returncode == 1


def test_a_password_in_an_address_is_not_quoted(tmp_path: Path) -> None:
    result = run("import flexapi.settings", tmp_path, FLEXAPI_DATABASE_URL="mysql://u:hunter2@db")
    assert "FLEXAPI_DATABASE_URL must be the address of a PostgreSQL database" in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("On", True), ("0", False)])
def test_a_switch_may_be_said_in_words(tmp_path: Path, text: str, value: bool) -> None:
    assert read("NOTIFY_PRIVATE", tmp_path, FLEXAPI_NOTIFY_PRIVATE=text) is value


def test_an_empty_variable_counts_as_none(tmp_path: Path) -> None:
    assert read("SLOTS", tmp_path, FLEXAPI_SLOTS=" ") == 1


def test_a_variable_that_nothing_reads_is_named_with_the_nearest(tmp_path: Path) -> None:
    given = {"FLEXAPI_SLOT": "4", "FLEXAPI_COLOUR": "red", "FLEXAPI_TEST_REQUIRE": ""}
    said = read("UNKNOWN_VARIABLES", tmp_path, **given, FLEXAPI_FLEXGET_UI="1")
    assert said == {
        "FLEXAPI_COLOUR": "FLEXAPI_COLOUR isn't a setting, and nothing reads it. The documentation lists all settings.",
        "FLEXAPI_SLOT": "FLEXAPI_SLOT isn't a setting, and nothing reads it. Did you mean FLEXAPI_SLOTS?",
    }


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

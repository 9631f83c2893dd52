"""`manage.py check --deploy`: nothing to say of a server behind its proxy, a warning without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flexapi.testing.process import ROOT


def check(folder: Path, **variables: str) -> str:
    """Return what the command says of a server with these variables."""
    environment = os.environ | {"FLEXAPI_DATA_DIR": str(folder), **variables}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert (done.returncode == 0) == ("no issues" in output)
    return output


@pytest.mark.parametrize(
    "variables",
    [
        {"FLEXAPI_HOST": "0.0.0.0", "FLEXAPI_TRUSTED_PROXIES": "1"},  # As deploy/compose.many.yml.
        {"FLEXAPI_TRUSTED_PROXIES": "1"},
        {"FLEXAPI_HOST": "::1"},
        {"FLEXAPI_HOST": "localhost"},
    ],
)
def test_it_has_nothing_to_say_of_a_server_that_is_deployed_as_told(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    assert "System check identified no issues" in check(tmp_path, **variables)


def test_it_warns_where_passwords_would_cross_the_network_unencrypted(tmp_path: Path) -> None:
    output = check(tmp_path, FLEXAPI_HOST="0.0.0.0")
    assert "flexapi.W001" in output
    assert "FLEXAPI_TRUSTED_PROXIES" in output

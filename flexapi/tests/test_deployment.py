"""What stands in `deploy/` fits the project."""

import os
import re
from typing import Any

import pytest
import yaml

from flexapi.declared import PREFIX, SETTINGS
from flexapi.testing.process import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
FILES = ("compose.yml", "compose.many.yml")


def read(name: str) -> dict[str, Any]:
    """Return a compose file, with a password for each variable that it demands."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    composed: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{\w+:\?[^}]*\}", "secret", text))
    return composed


def processes(name: str) -> list[dict[str, Any]]:
    """Return the services that run the image."""
    return [each for each in read(name)["services"].values() if each["image"] == "flexapi"]


def test_what_the_image_needs_is_not_left_out_of_it() -> None:
    # At the root, where builders other than BuildKit look too: without it, secrets and data in deploy/ become part of the image.
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    assert {"deploy/*", ".venv", ".git*"} < set(ignored)
    assert "COPY requirements*.txt" in DOCKERFILE
    copied = ["requirements.txt", "requirements-distributed.txt", "requirements-image.txt"]
    for name in (*copied, "manage.py", *(path.parent.name for path in ROOT.glob("*/apps.py"))):
        assert (ROOT / name).exists()
        assert name not in ignored
    for program in ("deploy/entrypoint", "deploy/flexapi"):
        assert f"/opt/flexapi/{program}" in DOCKERFILE
        assert os.access(ROOT / program, os.X_OK)
        assert f"!{program}" in ignored


def test_each_process_of_the_compose_file_has_its_own_folders() -> None:
    many = processes("compose.many.yml")
    assert len(many) == 3
    for folder in ("/config", "/data"):
        mounted = [volume for each in many for volume in each["volumes"] if folder in volume]
        assert len(set(mounted)) == 3


@pytest.mark.parametrize("name", FILES)
def test_variables_of_a_compose_file_are_settings_that_can_be_used(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_image = (
        (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").split("## The image")[1]
    )
    for process in processes(name):
        for variable, value in process["environment"].items():
            if variable.startswith(PREFIX):
                monkeypatch.setenv(variable, str(value))
                assert SETTINGS[variable].value()
            else:
                assert f"`{variable}`" in of_the_image


@pytest.mark.parametrize("name", FILES)
def test_what_a_compose_file_mounts_and_waits_for_is_there(name: str) -> None:
    composed = read(name)
    services, volumes = composed["services"], composed.get("volumes", {})
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split("\n")
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            # A file of the project, a folder that is made where there is none, or a named volume.
            if volume.endswith(":ro"):
                assert (DEPLOY / source).is_file()
            elif source.startswith("./"):
                assert f"deploy/{source[2:]}/" in ignored
            else:
                assert source in volumes
        for other, wanted in service.get("depends_on", {}).items():
            assert wanted == {"condition": "service_healthy"}
            of_the_image = services[other]["image"] == "flexapi" and "HEALTHCHECK" in DOCKERFILE
            assert of_the_image or "test" in services[other]["healthcheck"]


def test_one_compose_file_replaces_nothing_of_the_other() -> None:
    # Without names of their own, both are the project `deploy`, after their folder.
    assert [read(name).get("name") for name in FILES] == ["flexapi", "flexapi-many"]


def test_ports_lead_to_the_servers() -> None:
    (port,) = re.findall(r"FLEXAPI_PORT=(\d+)", DOCKERFILE)
    assert f"EXPOSE {port}" in DOCKERFILE
    assert processes("compose.yml")[0]["ports"] == [f"127.0.0.1:8000:{port}"]
    services = read("compose.many.yml")["services"]
    assert services["proxy"]["ports"] == ["127.0.0.1:8000:80"]
    caddyfile = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    (listens,) = re.findall(r"(?m)^:(\d+) \{", caddyfile)
    assert listens == "80"
    (upstreams,) = re.findall(r"reverse_proxy (.+) \{", caddyfile)
    servers = [
        name for name, each in services.items() if "serve" in each.get("command", "").split()
    ]
    assert upstreams.split() == [f"{name}:{port}" for name in servers]

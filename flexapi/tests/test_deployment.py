"""`docs/deployment.md` names every setting, and what stands in `deploy/` sets only such as there are."""

import os
import re
from pathlib import Path

import yaml

from flexapi.testing.process import ROOT

VARIABLE = re.compile(r"FLEXAPI_[A-Z_]*[A-Z]")
# They are read by the tests alone.
OF_TESTS = "FLEXAPI_TEST_"


def named(paths: "list[Path]") -> set[str]:
    texts = (path.read_text(encoding="utf-8") for path in paths)
    found = {name for text in texts for name in VARIABLE.findall(text)}
    return {name for name in found if not name.startswith(OF_TESTS)}


def in_table() -> set[str]:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(FLEXAPI_\w+)`", page, re.MULTILINE))


def test_each_variable_that_is_read_stands_in_the_table() -> None:
    code = [ROOT / "manage.py"]
    for app in ("flexapi", *(path.parent.name for path in ROOT.glob("*/apps.py"))):
        code += (path for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts)
    assert named(code) == in_table()


def test_the_files_to_deploy_set_variables_that_there_are() -> None:
    files = [path for path in (ROOT / "deploy").iterdir() if path.is_file()]
    assert len(files) > 5
    assert named(files) <= in_table()


def test_what_the_image_needs_is_not_left_out_of_it() -> None:
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY requirements*.txt" in dockerfile
    copied = ["requirements.txt", "requirements-distributed.txt", "requirements-image.txt"]
    for name in (*copied, "manage.py", *(path.parent.name for path in ROOT.glob("*/apps.py"))):
        assert (ROOT / name).exists()
        assert name not in ignored
    entry = "deploy/entrypoint"
    assert f"/opt/flexapi/{entry}" in dockerfile
    assert os.access(ROOT / entry, os.X_OK)
    assert f"!{entry}" in ignored


def test_each_process_of_the_compose_file_has_its_own_folders() -> None:
    composed = yaml.safe_load((ROOT / "deploy" / "compose.many.yml").read_text(encoding="utf-8"))
    processes = [each for each in composed["services"].values() if each["image"] == "flexapi"]
    assert len(processes) == 3
    for folder in ("/config", "/data"):
        mounted = [volume for each in processes for volume in each["volumes"] if folder in volume]
        assert len(set(mounted)) == 3

"""What stands in `deploy/` fits the project."""

import os

import yaml

from flexapi.testing.process import ROOT


def test_what_the_image_needs_is_not_left_out_of_it() -> None:
    ignored = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY requirements*.txt" in dockerfile
    copied = ["requirements.txt", "requirements-distributed.txt", "requirements-image.txt"]
    for name in (*copied, "manage.py", *(path.parent.name for path in ROOT.glob("*/apps.py"))):
        assert (ROOT / name).exists()
        assert name not in ignored
    for program in ("deploy/entrypoint", "deploy/flexapi"):
        assert f"/opt/flexapi/{program}" in dockerfile
        assert os.access(ROOT / program, os.X_OK)
        assert f"!{program}" in ignored


def test_each_process_of_the_compose_file_has_its_own_folders() -> None:
    composed = yaml.safe_load((ROOT / "deploy" / "compose.many.yml").read_text(encoding="utf-8"))
    processes = [each for each in composed["services"].values() if each["image"] == "flexapi"]
    assert len(processes) == 3
    for folder in ("/config", "/data"):
        mounted = [volume for each in processes for volume in each["volumes"] if folder in volume]
        assert len(set(mounted)) == 3

"""`POST /api/server/unlock`: FlexGet's lock, where it is left behind."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

PATH = "/api/server/unlock"


@pytest.fixture
def lock(settings: Any, tmp_path: Path) -> Path:
    settings.FLEXGET_CONFIG = tmp_path / "config.yml"
    return tmp_path / ".config-lock"


@pytest.fixture
def admin(make_user: Any) -> Any:
    user = make_user("boss")
    user.is_superuser = True
    user.save()
    return user


def test_only_superusers_may(api: Any, editor: Any, lock: Path) -> None:
    lock.write_text("PID: 4194305\n")
    assert api().post(PATH).status_code == 401
    assert api(editor).post(PATH).status_code == 403
    assert lock.exists()


def test_it_removes_what_nobody_holds(api: Any, admin: Any, lock: Path) -> None:
    lock.write_text("PID: 4194305\n")
    answer = api(admin).post(PATH)
    assert (answer.status_code, answer.json()["object"]) == (
        200,
        {"file": str(lock), "removed": True, "reason": "process 4194305 has ended"},
    )
    assert not lock.exists()


def test_without_a_lock_there_is_nothing_to_do(api: Any, admin: Any, lock: Path) -> None:
    answer = api(admin).post(PATH).json()["object"]
    assert answer == {"file": str(lock), "removed": False, "reason": ""}


def test_the_lock_of_a_living_process_stays(api: Any, admin: Any, lock: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as holder:
        lock.write_text(f"PID: {holder.pid}\n")
        answer = api(admin).post(PATH)
        holder.kill()
    (error,) = answer.json()["errors"]
    assert answer.status_code == 409
    assert f"FlexGet process {holder.pid}, which holds FlexGet's lock (sleep 60)" in error["detail"]
    assert lock.exists()

"""What an ASGI server other than daphne is told at its start; one that serves: `executions/tests/test_workers.py`."""

from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from flexapi.asgi import application
from flexapi.data_folder import claim, remember_config


async def started() -> dict[str, str]:
    """What the application answers when it is started."""
    communicator = ApplicationCommunicator(application, {"type": "lifespan", "asgi": {}})
    await communicator.send_input({"type": "lifespan.startup"})
    answer: dict[str, str] = await communicator.receive_output(timeout=60)
    return answer


@pytest.fixture
def several(settings: Any, tmp_path: Path) -> Path:
    """One of several servers, with this data folder."""
    settings.DATABASE_URL = settings.REDIS_URL = "somewhere"
    settings.DATA_DIR = tmp_path
    return tmp_path


async def test_one_machine_is_sent_to_serve() -> None:
    answer = await started()
    assert answer["type"] == "lifespan.startup.failed"
    assert "flexapi serve" in answer["message"]


async def test_a_folder_that_is_taken_is_refused(several: Path) -> None:
    with claim(several):
        answer = await started()
    assert answer["type"] == "lifespan.startup.failed"
    assert "Another server or worker" in answer["message"]


async def test_the_folder_of_another_config_is_refused_and_left(several: Path) -> None:
    remember_config(several, several / "other.yml")
    answer = await started()
    assert "belongs to" in answer["message"]
    claim(several).close()

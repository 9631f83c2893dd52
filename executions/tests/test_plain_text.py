"""The log as plain text: the lines of FlexGet's log file, in the server's time zone."""

from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from executions.following import messages
from executions.following.log_reader import Batch, Line


@pytest.mark.parametrize(
    ("zone", "time"),
    [
        ("Asia/Shanghai", "2026-10-25T08:30:00.123+08:00"),
        # The hour that comes twice.
        ("Europe/Berlin", "2026-10-25T02:30:00.123+02:00"),
        ("UTC", "2026-10-25T00:30:00.123+00:00"),
    ],
)
def test_times_have_their_offset(zone: str, time: str) -> None:
    line: Line = {
        "seq": 1,
        "time": "2026-10-25T00:30:00.123Z",
        "level": "INFO",
        "plugin": "details",
        "task": "tv",
        "message": "Summary",
    }
    with timezone.override(ZoneInfo(zone)):
        text = messages.plain(Batch([line], 1, {}))
    assert text == f"{time} INFO     details       tv              Summary\n"

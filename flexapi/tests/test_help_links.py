"""What `/api/server` says is wrong leads to a place of the documentation that says what to do, and leads nowhere while all is well."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from flexapi import apps, background
from flexapi.api.models import Work
from flexapi.api.status import progress
from flexapi.background import Health
from flexapi.web.documentation import pages
from irc_connections import status as irc
from irc_connections.models import IrcCompanion
from schedules import status as schedules

pytestmark = pytest.mark.django_db


def leads_to(help_url: str | None, anchor: str) -> bool:
    """Whether a link leads to a place of the documentation that is there."""
    text = (pages.folder() / "troubleshooting.md").read_text(encoding="utf-8")
    return help_url == f"/docs/troubleshooting/#{anchor}" and f'<a id="{anchor}"></a>' in text


def test_a_loop_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    health = Health("scheduler")
    monkeypatch.setattr(background, "running", lambda: [SimpleNamespace(health=health)])

    def help_url() -> Any:
        (loop,) = [one for one in apps.loop_status() if one["name"] == "scheduler"]
        return loop["help"]

    health.begin()
    health.succeeded()
    assert help_url() is None
    health.failed(OSError("no space left"))
    assert leads_to(help_url(), "loops")


def test_irc_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(irc, "connections", lambda: [{"state": "off"}])
    assert irc.irc_status()["help"] is None
    IrcCompanion.objects.create(server="here", reason="irc_bot is missing", seen=timezone.now())
    assert leads_to(irc.irc_status()["help"], "irc")


def test_a_scheduler_that_stands_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedules, "daemon", lambda: None)
    assert schedules.scheduler_status()["help"] is None
    monkeypatch.setattr(schedules, "daemon", lambda: SimpleNamespace(pid=4711))
    assert leads_to(schedules.scheduler_status()["help"], "scheduler")


def test_work_that_failed() -> None:
    now = timezone.now()
    Work.objects.create(name="a", what="A", unit="rows", total=2, started=now, updated=now)
    assert progress.status()[0]["help"] is None
    Work.objects.update(error="no space left", finished=now)
    assert leads_to(progress.status()[0]["help"], "work")

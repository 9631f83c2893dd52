"""Hooks and their calls in the admin: a secret is shown once, a mapping is checked, credentials are hidden."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hooks.models import Hook, HookCall

pytestmark = pytest.mark.django_db

FORM = {
    **{"name": "door", "enabled": "on", "proof": "secret", "target": "task", "task": "tv"},
    **{"title": "$.title", "fields": "{}", "conditions": "[]", "rate": 60, "max_bytes": 1000},
}


@pytest.fixture
def as_staff(make_user: Callable[..., User]) -> Callable[[str], Client]:
    """`as_staff("viewer")`: a client of somebody with this role who may enter the admin."""

    def log_in(role: str) -> Client:
        client = Client()
        client.force_login(make_user(f"staff-{role}", role=role, is_staff=True))
        return client

    return log_in


def test_a_new_one_s_secret_is_shown_once(as_staff: Callable[[str], Client]) -> None:
    client = as_staff("editor")
    answer = client.post("/admin/hooks/hook/add/", FORM, follow=True)
    found = re.search(r"shown this once: ([\w-]{40,})", answer.content.decode())
    assert found, answer.content
    hook = Hook.objects.get()
    assert hook.has_secret(found[1].encode())
    page = f"/admin/hooks/hook/{hook.pk}/change/"
    assert found[1] not in client.get(page).content.decode()
    # What has nothing to do with it leaves it as it is; another proof doesn't.
    client.post(page, {**FORM, "rate": 5})
    hook.refresh_from_db()
    assert (hook.rate, hook.has_secret(found[1].encode())) == (5, True)
    client.post(page, {**FORM, "proof": "signature"})
    hook.refresh_from_db()
    assert not hook.has_secret(found[1].encode())


def test_a_mapping_that_cannot_be_is_refused(as_staff: Callable[[str], Client]) -> None:
    answer = as_staff("editor").post("/admin/hooks/hook/add/", {**FORM, "title": "$.["})
    assert "isn&#x27;t a JSON path" in answer.content.decode()
    assert not Hook.objects.exists()


@pytest.mark.parametrize(("role", "sees"), [("editor", True), ("viewer", False)])
def test_a_call_is_shown_as_one_may_see_it(
    as_staff: Callable[[str], Client], role: str, sees: bool
) -> None:
    hook = Hook.objects.create(name="door", task="tv", title="$.title")
    fields: dict[str, Any] = {"outcome": "refused", "status": 409, "reason": "password=hunter2x"}
    call = HookCall.objects.create(hook=hook, body='{"password": "hunter2x"}', **fields)
    page = as_staff(role).get(f"/admin/hooks/hookcall/{call.pk}/change/").content.decode()
    assert "409" in page
    assert ("hunter2x" in page) is sees

"""Who gets in where: every cell of the tables at the end of docs/security.md, tried.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_access.py` writes the tables of that page.
"""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from executions.models import Execution, Worker
from flexapi.api.http import websockets
from flexapi.api.http.threads import run_sync
from flexapi.api.models import ApiToken
from flexapi.backup import archive
from flexapi.engine.client import Engine, EngineUnavailable
from flexapi.mirror import mirror
from flexapi.mirror.models import ConfigRevision, ConfigSection
from flexapi.testing.websocket import WebsocketCommunicator
from history.models import HistoryEntry
from hooks.models import Hook, HookCall
from movie_queue.models import GrabbedMovie, QueuedMovie
from notifications.models import Channel, Delivery, Trouble
from schedules.models import Schedule
from tasks.models import Task

from .access import (
    CALLERS,
    LOG_IN,
    NARROWED,
    NO,
    REFUSED,
    YES,
    Door,
    callers_of,
    doors,
    expected,
    known,
    table,
    write,
    written,
)

# What nothing has as its id or name: an endpoint says who may pass before it looks for it.
NOTHING = "999999999"
# One for all: each loads all of Django's middleware.
CLIENT = Client(raise_request_exception=False)
Callers = dict[str, User | None]


@pytest.fixture
def callers(make_user: Callable[..., User]) -> Callers:
    """A user for each kind of caller; all are staff, which decides whether the admin opens at all."""
    roles = ("viewer", "operator", "editor")
    users: Callers = {role: make_user(role, role=role, is_staff=True) for role in roles}
    for name in ("admin", "expired token", "revoked token", "inactive user"):
        # Who would get in everywhere, were it not for that.
        users[name] = make_user(name.replace(" ", "_"), is_staff=True, is_superuser=True)
    for name in NARROWED:
        users[name] = make_user(name.replace(" ", "_"), is_staff=True, is_superuser=True)
    return {"anonymous": None, "no role": make_user("nobody", is_staff=True), **users}


@pytest.fixture
def things(config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Something of each kind, and what to put into a path for it; FlexGet can't be asked."""

    def away(*arguments: Any, **options: Any) -> Any:
        raise EngineUnavailable("FlexGet is away.")

    monkeypatch.setattr(Engine, "call", away)
    monkeypatch.setattr(Engine, "execute_options", away)
    # In a test the database is elsewhere than where a backup looks for it.
    monkeypatch.setattr(archive, "write", lambda target: target.touch())
    mirror.refresh()
    owner = User.objects.create_user("owner")
    rows: list[Any] = [
        owner,
        Group.objects.create(name="a group"),
        ApiToken.objects.create(user=owner)[0],
        Execution.objects.create(tasks=["tv"]),
        Worker.objects.create(name="a worker", queues=None, slots=1, seen=timezone.now()),
        HistoryEntry.objects.create(title="x", task="tv", time=timezone.now()),
        QueuedMovie.objects.create(title="x"),
        GrabbedMovie.objects.create(title="x"),
        channel := Channel.objects.create(name="x", type="webhook", address="https://x.example/"),
        Delivery.objects.create(channel=channel, state="given_up"),
        Trouble.objects.create(title="x"),
        hook := Hook.objects.create(name="x", task="tv", title="$.title"),
        HookCall.objects.create(hook=hook, outcome="ignored", status=200),
        *[model.objects.first() for model in (ConfigRevision, ConfigSection, Task, Schedule)],
    ]
    yield {f"/{row._meta.app_label}/{row._meta.model_name}/": str(row.pk) for row in rows}
    mirror.forget()


def filled(door: Door, things: dict[str, str]) -> str:
    """The door's path with something that is there, as far as the admin and the pages are concerned."""
    path = door.path
    key = next((pk for part, pk in things.items() if part in path), NOTHING)
    if path == "/executions/<pk>/":
        key = things["/executions/execution/"]
    for name in (
        "object_id",
        "id",
        "pk",
        "show",
        "entity",
        "list_id",
        "execution_id",
        "revision",
        "entry",
    ):
        path = path.replace(f"<{name}>", key)
    path = path.replace("/<rest>", f"/{NOTHING}/entries/").replace("<drawn>", "x")
    path = path.replace("<name>", NOTHING).replace("<content_type_id>", "1")
    path = path.replace("<page>", "settings")
    return (
        path.replace("<app_label>", "tasks").replace("<anything else>", "x").replace("<url>", "x")
    )


def token_of(caller: str, user: User) -> str:
    scope = NARROWED.get(caller, "all")
    tasks = "*" if scope == "run" else ""
    token, secret = ApiToken.objects.create(user=user, scope=scope, tasks=tasks)
    if caller == "expired token":
        ApiToken.objects.filter(pk=token.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    elif caller == "revoked token":
        token.delete()
    elif caller == "inactive user":
        User.objects.filter(pk=user.pk).update(is_active=False)
    return str(secret)


class Shown:
    """What callers show at the doors of a kind. Reading leaves it as it is, so it is shown again until something was written."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, str]] = {}
        # What a caller is shown of a list of the admin, by caller and path.
        self.lists: dict[tuple[str, str], Any] = {}

    def client(self, door: Door, caller: str, user: User | None) -> Client:
        """What the caller asks with: a token at the API; elsewhere a session, and whoever has a bad token that one."""
        client = CLIENT
        client.cookies.clear()
        client.defaults.pop("HTTP_AUTHORIZATION", None)
        if user is None:
            return client
        if caller in self._kept:
            session, secret = self._kept[caller]
        else:
            session, secret = self._made(client, door, caller, user)
        if session:
            client.cookies[django_settings.SESSION_COOKIE_NAME] = session
        if secret:
            client.defaults["HTTP_AUTHORIZATION"] = f"Token {secret}"
        reads = door.method == "GET" or door.kind == "actions"  # What those do is only looked up.
        if reads and caller not in REFUSED:
            self._kept[caller] = session, secret
        else:
            self._kept.pop(caller, None)
        return client

    def _made(self, client: Client, door: Door, caller: str, user: User) -> tuple[str, str]:
        session = ""
        if door.kind != "api" and "token" not in caller:
            client.force_login(user)
            session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        secret = token_of(caller, user)
        return session, secret if door.kind == "api" or "token" in caller else ""


def met(door: Door, answer: Any) -> str:
    """What the answer means for the caller."""
    status, location = answer.status_code, answer.headers.get("Location", "")
    assert status != 500, f"{door}: {answer.content!r}"
    assert status != 405, f"{door} is none"
    if status == 401 or (status == 302 and "/login/?next=" in location):
        return LOG_IN
    # The admin sends whoever asks for what they can't see to its first page, and has no list of an app for them.
    unseen = status == 302 and location == "/admin/" and "<object_id>" in door.path
    unseen = unseen or (status == 404 and "<app_label>" in door.path)
    return NO if status == 403 or unseen else YES


def ask(door: Door, caller: str, user: User | None, things: dict[str, str], shown: Shown) -> str:
    """Try a cell; return what the caller meets."""
    client, path = shown.client(door, caller, user), filled(door, things)
    body: dict[str, Any] = {"content_type": "application/json"} if door.kind == "api" else {}
    if door.kind == "actions":
        # Django takes no action that it doesn't offer.
        if (caller, path) not in shown.lists:
            shown.lists[caller, path] = client.get(path)
        page = shown.lists[caller, path]
        offered = f'<option value="{door.method}">' in page.content.decode()
        return (YES if offered else NO) if page.status_code == 200 else met(door, page)
    answer: Any = client.generic(door.method, path, RAW_URI=path, **body)
    if answer.streaming and not answer.is_async:
        assert b"".join(answer) == b""  # Read to its end, it closes its file.
    return met(door, answer)


# What is tried is done: an endpoint may not write within a test's transaction.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["api", "pages", "admin", "actions"])
def test_each_cell(kind: str, callers: Callers, things: dict[str, str]) -> None:
    faults, tried, shown = [], 0, Shown()
    for door, least in known().items():
        for caller in callers_of(kind) if door.kind == kind else ():
            user = callers[caller]
            wanted, found = expected(door, least, caller), ask(door, caller, user, things, shown)
            tried += 1
            if wanted != found:
                faults.append(f"{door} {caller}: {wanted}, not {found}")
    assert not faults, "\n".join(faults)
    assert tried == len(callers_of(kind)) * sum(door.kind == kind for door in doors())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["token", "session"])
async def test_each_cell_of_the_websockets(way: str, callers: Callers) -> None:
    execution = await run_sync(lambda: Execution.objects.create(tasks=["tv"]))
    faults = []
    for door, least in known().items():
        narrowed = NARROWED if way == "token" else ()
        for caller in (*CALLERS, *narrowed) if door.kind == "websockets" else ():
            user = callers[caller]
            headers = [(b"host", b"localhost")]
            if user is not None:
                headers.append(await run_sync(credentials, way, caller, user))
            path = door.path.replace("<execution_id>", str(execution.pk))
            path = path.replace("<anything else>", "x")
            communicator = WebsocketCommunicator(websockets.application(), path, headers=headers)
            connected, _ = await communicator.connect()
            assert connected
            first = await communicator.receive_output(timeout=5)
            found = NO if first.get("code") == 4403 else YES
            await communicator.disconnect()
            if found != expected(door, least, caller):
                faults.append(f"{door} {caller}: not {found} ({first})")
    assert not faults, "\n".join(faults)


def credentials(way: str, caller: str, user: User) -> tuple[bytes, bytes]:
    """The header that says who asks, by token or by session."""
    if way == "token" or "token" in caller:
        return b"authorization", f"Token {token_of(caller, user)}".encode()
    client = Client()
    client.force_login(user)
    if caller == "inactive user":
        User.objects.filter(pk=user.pk).update(is_active=False)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    return b"cookie", f"{django_settings.SESSION_COOKIE_NAME}={cookie}".encode()


def test_each_door_has_a_line_and_each_line_a_door() -> None:
    assert set(doors()) == set(known()), "flexapi/tests/access.toml says who gets in where."


def test_the_page_has_the_tables() -> None:
    made = table()
    if os.environ.get("FLEXAPI_TEST_WRITE"):
        write(made)
    assert written() == made, "docs/security.md is out of date; this module says how to write it."

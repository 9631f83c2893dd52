"""Who shows a token is remembered for a moment, and what this process changes counts at once.

What other servers change: `flexapi/mirror/tests/test_servers_live.py`.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connections, transaction
from django.utils import timezone

from flexapi.api.accounts.authentication import find_token
from flexapi.api.accounts.lately import Lately, lately
from flexapi.api.models import ApiToken

URL = "/api/tasks"


@pytest.fixture(autouse=True)
def long_memory() -> None:
    """No answer grows too old during a test."""
    lately.seconds = 3600.0
    lately.forget()


@pytest.fixture
def in_thread() -> Iterator[Callable[..., Any]]:
    """Call something as another request would, on a connection of its own."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda call, *arguments: pool.submit(call, *arguments).result(30)
        pool.submit(connections.close_all).result(30)


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def change_password(user: User) -> None:
    user.set_password("a much better one")
    user.save()


CHANGES: list[Callable[[User], Any]] = [
    lambda user: ApiToken.objects.get(user=user).delete(),
    lambda user: ApiToken.objects.filter(user=user).delete(),
    lambda user: user.delete(),
    deactivate,
    change_password,
    lambda user: user.groups.clear(),
    lambda user: user.groups.set([]),
    lambda user: Group.objects.get(name="viewer").delete(),
    lambda user: Group.objects.get(name="viewer").permissions.clear(),
    lambda user: Permission.objects.get(codename="view_task").delete(),
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_counts_at_once(api: Any, viewer: User, change: Callable[[User], Any]) -> None:
    client = api(viewer)
    assert client.get(URL).status_code == 200
    change(viewer)
    assert client.get(URL).status_code in (401, 403)


@pytest.mark.django_db
def test_a_new_permission_counts_at_once(api: Any, viewer: User) -> None:
    client = api(viewer)
    body = {"name": "new", "config": {"mock": []}}
    assert client.post(URL, body).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="add_task"))
    assert client.post(URL, body).status_code != 403


@pytest.mark.django_db(transaction=True)
def test_what_is_read_before_a_change_is_committed_is_forgotten_then(
    viewer: User, in_thread: Callable[..., Any]
) -> None:
    token, _ = ApiToken.objects.create(user=viewer)
    with transaction.atomic():
        token.delete()
        # Another request, which can't see the change yet.
        assert in_thread(find_token, token.digest) is not None
    assert in_thread(find_token, token.digest) is None


@pytest.mark.django_db
def test_what_changes_while_it_is_read_is_not_remembered(viewer: User) -> None:
    token, _ = ApiToken.objects.create(user=viewer)
    memory = Lately()
    memory.seconds = 3600.0

    def read(digest: str) -> ApiToken:
        memory.forget()
        return token

    assert memory.find("digest", read) is not None
    assert memory.find("digest", lambda digest: None) is None


@pytest.mark.django_db
def test_it_is_asked_again_when_it_is_old(viewer: User) -> None:
    token, _ = ApiToken.objects.create(user=viewer)
    memory = Lately()
    memory.seconds = 0.01
    assert memory.find("digest", lambda digest: token) is not None
    time.sleep(memory.seconds)
    assert memory.find("digest", lambda digest: None) is None


@pytest.mark.django_db
def test_a_token_expires_while_it_is_remembered(api: Any, viewer: User) -> None:
    client = api(viewer)
    lately.seconds = 3600.0
    token = ApiToken.objects.get(user=viewer)
    token.expiry = timezone.now() + timedelta(seconds=0.5)
    token.save()
    assert client.get(URL).status_code == 200
    time.sleep(0.5)
    assert client.get(URL).json()["errors"][0]["detail"] == "The token has expired."


@pytest.mark.django_db
def test_requests_ask_once_and_share_nothing(
    api: Any, viewer: User, django_assert_num_queries: Any
) -> None:
    client = api(viewer)
    client.get("/api/auth/me")
    with django_assert_num_queries(1):  # The roles, which it shows.
        client.get("/api/auth/me")
    token = ApiToken.objects.get(user=viewer)
    one, other = find_token(token.digest), find_token(token.digest)
    assert one is not None
    assert other is not None
    one.user.username = "somebody"
    one.user.get_all_permissions().add("admin.everything")
    assert other.user.username == "viewer"
    assert not other.user.has_perm("admin.everything")

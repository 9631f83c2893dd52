"""Test set-up shared by every app: folders of their own, users of each role, an authenticated client."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import django
import pytest

# Before anything loads the settings: no test touches the user's home, data folder or FlexGet config.
if "flexapi.settings" in sys.modules:
    raise RuntimeError("unset DJANGO_SETTINGS_MODULE to run the tests")
_FOLDER = Path(tempfile.mkdtemp(prefix="flexapi-tests-"))
for _variable in list(os.environ):
    if _variable.startswith("FLEXAPI_") and not _variable.startswith("FLEXAPI_TEST_"):
        del os.environ[_variable]
for _variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
    os.environ.pop(_variable, None)
# Each server and each FlexGet that a test starts would compile all modules again, and each of pytest's processes all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
os.environ["HOME"] = str(_FOLDER / "home")
os.environ["FLEXAPI_DATA_DIR"] = str(_FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "flexapi.settings"
# Until all tests are collected: what is imported stays.
gc.disable()
(_FOLDER / "home").mkdir()

django.setup()

# Shared by all apps' tests in a process: each FlexGet that is started takes three seconds.
from flexapi.testing.config_file import flexget  # noqa: E402
from flexapi.testing.flexget_home import flexget_engine, flexget_home  # noqa: E402
from flexapi.testing.live import shared_server  # noqa: E402

__all__ = ["flexget", "flexget_engine", "flexget_home", "shared_server"]

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from rest_framework.test import APIClient

CAPABILITIES = ("browser", "postgres", "redis", "client", "node", "pgbouncer")
# Files of tests that take fifteen seconds of a processor and more, the longest first.
LONGEST = (
    *("every_page", "serve", "access", "no_credential_is_shown", "accessibility", "log_viewer"),
    *("fuzz", "documentation_page", "languages", "admin_filters", "year", "workers", "kill"),
    *("servers_live", "backup", "many_servers", "irc", "config_page", "faults", "dashboard"),
    *("like_flexget", "upgrade", "slow_readers", "overload", "roles_in_pages", "plugins"),
)
PAGES = Path(__file__).parent / "flexapi" / "web" / "tests"


def pytest_configure(config: pytest.Config) -> None:
    """Leave the settings to the processes that run tests side by side: each loads its own."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        del os.environ["DJANGO_SETTINGS_MODULE"]
        gc.enable()  # It collects no tests itself.


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the pages, whose server and browser end with their package, and with the files that take longest.

    So each process starts those once, and none is left alone with a long file at the end.
    """
    place = {f"test_{name}": number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (item.path.parent != PAGES, place.get(item.path.stem, len(place))))


def pytest_collection_finish() -> None:
    """Have every view imported, and what registers itself with it; then collect garbage again, though not what is there."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    """End FlexGet's host, if a test needed this process's own."""
    from flexapi.engine.instance import engine

    if engine.cache_info().currsize:
        engine().stop()


def pytest_unconfigure() -> None:
    """Remove the temporary home and data folder."""
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def require() -> Callable[[str, bool, str], None]:
    """`require("postgres", available, "no server")`: skip the test without it.

    Where `FLEXAPI_TEST_REQUIRE` (a comma list of capabilities) names it, the test fails instead.
    """

    def check(capability: str, available: bool, reason: str) -> None:
        if capability not in CAPABILITIES:
            raise ValueError(f"{capability} is none of {CAPABILITIES}")
        if available:
            return
        if capability in os.environ.get("FLEXAPI_TEST_REQUIRE", "").split(","):
            pytest.fail(f"{capability} is required here: {reason}")
        pytest.skip(f"{capability}: {reason}")

    return check


@pytest.fixture(autouse=True)
def _test_settings(settings: Any) -> Iterator[None]:
    """Quick password hashes, the test client's host name, and throttles that have seen nobody yet.

    Each request asks who it is from: what a test takes back was not changed by anybody. All parts of the status are known.
    """
    from django.core.cache import cache

    from flexapi.api.accounts.lately import lately
    from flexapi.api.status import server
    from flexapi.engine.instance import engine
    from flexapi.mirror import credentials, mirror

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOST_NAMES = [*settings.ALLOWED_HOST_NAMES, "testserver"]
    server.TIME = 60.0
    cache.clear()
    lately.seconds = 0.0
    mirror.forget()  # What it knows of the last test's file and database.
    credentials.forget()
    yield
    # Without a config FlexGet can't start, and would be tried again and again beside the other tests.
    if engine.cache_info().currsize and engine().state.name == "failed":
        engine().stop()


@pytest.fixture
def other_process() -> Iterator[int]:
    """The number of a process that lives and has nothing to do with the server."""
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process.pid
        process.kill()


@pytest.fixture
def make_user(db: None) -> "Callable[..., User]":
    """`make_user("name", role="viewer")`, the password being the name."""
    from django.contrib.auth.models import Group, User

    def make(name: str, role: str | None = None, **fields: Any) -> User:
        user = User.objects.create_user(name, password=name, **fields)
        if role is not None:
            user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def viewer(make_user: "Callable[..., User]") -> "User":
    """A user who may read."""
    return make_user("viewer", role="viewer")


@pytest.fixture
def operator(make_user: "Callable[..., User]") -> "User":
    """A user who may read and run."""
    return make_user("operator", role="operator")


@pytest.fixture
def editor(make_user: "Callable[..., User]") -> "User":
    """A user who may do everything but manage users."""
    return make_user("editor", role="editor")


@pytest.fixture
def admin(make_user: "Callable[..., User]") -> "User":
    """A superuser."""
    return make_user("admin", is_staff=True, is_superuser=True)


@pytest.fixture
def api(db: None) -> "Callable[..., APIClient]":
    """`api(user)`: a client that sends the user's token; `api()` is anonymous. Bodies are JSON.

    Paths may hold percent-encoded names (`/api/tasks/a%2Fb`); they arrive as over the wire.
    """
    from rest_framework.test import APIClient

    from flexapi.api.models import ApiToken

    class Client(APIClient):
        def generic(self, method: str, path: str, *args: Any, **extra: Any) -> Any:
            extra.setdefault("RAW_URI", urlsplit(path).path)
            return super().generic(method, path, *args, **extra)

    def client(user: "User | None" = None) -> APIClient:
        result = Client(raise_request_exception=False)
        if user is not None:
            _, token = ApiToken.objects.create(user=user, name="test")
            result.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return result

    return client


@pytest.fixture
def client_with(api: Any, editor: Any) -> Any:
    """`client_with(scope="read")`: a client that shows such a token of an editor."""

    from flexapi.api.models import ApiToken

    def make(user: Any = None, **narrowed: Any) -> Any:
        lines = {name: "\n".join(value) for name, value in narrowed.items() if name != "scope"}
        scope = narrowed.get("scope", "all")
        _, secret = ApiToken.objects.create(user=user or editor, name="x", scope=scope, **lines)
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        client.secret = secret
        return client

    return make

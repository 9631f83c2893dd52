"""Every setting that comes from a `FLEXAPI_*` variable: settings read them here, and docs/settings.md is made of them.

`FLEXAPI_TEST_WRITE=1 make test ARGS=flexapi/tests/test_settings_page.py` writes that page again.
"""

import difflib
import os
from collections.abc import Collection
from typing import Any

from flexapi.phrases import phrase
from flexapi.variables import (
    Section,
    Setting,
    address,
    choice,
    folders,
    networks,
    number,
    origins,
    path,
    path_prefix,
    roles,
    seconds,
    switch,
    text,
    words,
)

PREFIX = "FLEXAPI_"
# What tests are told; no server reads it.
OF_TESTS = "FLEXAPI_TEST_"
MEANT = phrase("{name} isn't a setting, and nothing reads it. Did you mean {other}?")
UNKNOWN = phrase(
    "{name} isn't a setting, and nothing reads it. The documentation lists all settings."
)

WHERE = Section("Where things are")
CONFIG = WHERE.declare(
    "FLEXAPI_CONFIG",
    path("the path of a file", "/config/config.yml"),
    None,
    "FlexGet's config",
    unset="FlexGet's own: `~/.flexget/config.yml`, then `~/.config/flexget/config.yml`",
    option="--config",
)
DATA_DIR = WHERE.declare(
    "FLEXAPI_DATA_DIR",
    path("the path of a folder", "/data"),
    None,
    "folder of FlexAPI's own data: its database, the key that signs sessions, copies from before upgrades",
    unset="`~/.local/share/flexapi`",
    option="--data-dir",
)
HOST = WHERE.declare(
    "FLEXAPI_HOST",
    text("an address or a name of this machine", "0.0.0.0"),  # noqa: S104
    "127.0.0.1",
    "address to listen on; other machines reach the server only at an address of the network",
    option="--host",
)
PORT = WHERE.declare(
    "FLEXAPI_PORT",
    number(8000, most=65535),
    8000,
    "port to listen on; 0: any that is free",
    option="--port",
)
ADMIN_PASSWORD = WHERE.declare(
    "FLEXAPI_ADMIN_PASSWORD",
    text("a password", "…", secret=True),
    "",
    "password of `admin` on the first start",
    unset="one is generated and printed once",
)
FLEXGET_PYTHON = WHERE.declare(
    "FLEXAPI_FLEXGET_PYTHON",
    text("the path of a Python", "/opt/flexget/bin/python"),
    "",
    "the Python of a FlexGet that is installed elsewhere",
    unset="the one beside FlexAPI",
)

ACCESS = Section("Access")
ALLOWED_HOSTS = ACCESS.declare(
    "FLEXAPI_ALLOWED_HOSTS",
    words("a list of host names", "nas.example"),
    [],
    "more host names to answer to; `.nas.example` means all below it as well",
    unset="this machine's names and all addresses",
)
TRUSTED_ORIGINS = ACCESS.declare(
    "FLEXAPI_TRUSTED_ORIGINS",
    origins("https://flexget.example", below=True),
    [],
    "origins that may send forms, where a proxy changes scheme or host",
    unset="the server's own",
)
CORS_ORIGINS = ACCESS.declare(
    "FLEXAPI_CORS_ORIGINS",
    origins("https://ui.example"),
    [],
    "origins whose pages may use the API with a token ([Security](security.md#pages-of-other-origins))",
    unset="none",
)
TRUSTED_PROXIES = ACCESS.declare(
    "FLEXAPI_TRUSTED_PROXIES",
    number(1),
    0,
    "how many proxies stand in front, one behind the other ([Behind nginx or Caddy](deployment.md#behind-nginx-or-caddy))",
)
PATH_PREFIX = ACCESS.declare(
    "FLEXAPI_PATH_PREFIX",
    path_prefix("/flexapi"),
    "",
    "the path under which a proxy shows the server",
    unset="none",
)
SSO_PROXIES = ACCESS.declare(
    "FLEXAPI_SSO_PROXIES",
    networks("172.18.0.0/16"),
    [],
    "proxies that say who is logged in ([Single sign-on](deployment.md#single-sign-on))",
    unset="none",
)
SSO_USER_HEADER = ACCESS.declare(
    "FLEXAPI_SSO_USER_HEADER",
    text("the name of a header", "X-authentik-username"),
    "Remote-User",
    "the header that has the user",
)
SSO_GROUPS_HEADER = ACCESS.declare(
    "FLEXAPI_SSO_GROUPS_HEADER",
    text("the name of a header", "X-authentik-groups"),
    "Remote-Groups",
    "the header that has the groups, with commas or bars between them",
)
SSO_ROLES = ACCESS.declare(
    "FLEXAPI_SSO_ROLES",
    roles("admins=admin,media=editor"),
    {},
    "the role of each group",
    unset="roles are given here",
)
OIDC_ISSUER = ACCESS.declare(
    "FLEXAPI_OIDC_ISSUER",
    address("the address of an OpenID provider", "https://auth.example", "https", "http"),
    "",
    "an OpenID provider; its own document says where everything is",
    unset="none",
)
OIDC_CLIENT_ID = ACCESS.declare(
    "FLEXAPI_OIDC_CLIENT_ID",
    text("a name", "flexapi"),
    "",
    "what the provider calls this server",
    unset="none",
)
OIDC_CLIENT_SECRET = ACCESS.declare(
    "FLEXAPI_OIDC_CLIENT_SECRET",
    text("a secret", "…", secret=True),
    "",
    "what this server shows the provider",
    unset="none",
)
OIDC_NAME = ACCESS.declare(
    "FLEXAPI_OIDC_NAME",
    text("a name", "Authelia"),
    "single sign-on",
    "what the button on the login page calls it",
)
OIDC_SCOPES = ACCESS.declare(
    "FLEXAPI_OIDC_SCOPES",
    text("scopes with spaces between them", "openid profile groups"),
    "openid profile",
    "what the provider is asked for",
    unset="`openid profile`, and `groups` with `FLEXAPI_SSO_ROLES`",
)
OIDC_USER_CLAIM = ACCESS.declare(
    "FLEXAPI_OIDC_USER_CLAIM",
    text("the name of a claim", "email"),
    "preferred_username",
    "where the provider's answer has the name",
)
OIDC_GROUPS_CLAIM = ACCESS.declare(
    "FLEXAPI_OIDC_GROUPS_CLAIM",
    text("the name of a claim", "roles"),
    "groups",
    "where it has the groups",
)
FLEXGET_API = ACCESS.declare(
    "FLEXAPI_FLEXGET_API",
    switch(example=False),
    True,
    "whether FlexGet's own API and web UI are served at `/flexget/`"
    " ([what differs](../contrib/flexapi-flexget-api/README.md))",
)
METRICS_PORT = ACCESS.declare(
    "FLEXAPI_METRICS_PORT",
    number(9100, most=65535),
    0,
    "where a worker, which has no pages, answers Prometheus, on `FLEXAPI_HOST` ([Monitoring](monitoring.md)); 0: nowhere",
)

TELLING = Section("Telling people")
URL = TELLING.declare(
    "FLEXAPI_URL",
    address("where people reach the pages", "https://flexget.example", "http", "https"),
    "",
    "where people reach the pages: messages link there ([Notifications](notifications.md))",
    unset="messages have no links",
)
NOTIFY_PRIVATE = TELLING.declare(
    "FLEXAPI_NOTIFY_PRIVATE",
    switch(example=True),
    False,
    "1: messages may go to this machine and to the local network, as those of a Gotify or ntfy at home do",
)
LANGUAGE = TELLING.declare(
    "FLEXAPI_LANGUAGE",
    choice("en", "ja", "de"),
    "en",
    "language of messages to people (mail, chats, phones, browsers); pages go by the browser of whoever looks",
)
DISK_FREE_MB = TELLING.declare(
    "FLEXAPI_DISK_FREE_MB", number(5000), 1000, "megabytes below which a disk is nearly full"
)
DATABASE_MB = TELLING.declare(
    "FLEXAPI_DATABASE_MB",
    number(5000),
    2000,
    "megabytes above which FlexGet's SQLite file is large",
)
DATABASE_GROWTH_MB = TELLING.declare(
    "FLEXAPI_DATABASE_GROWTH_MB", number(500), 200, "megabytes by which it may grow within a day"
)

KEPT = Section("How much is kept")
EXECUTIONS_KEPT = KEPT.declare(
    "FLEXAPI_EXECUTIONS_KEPT",
    number(5000),
    1000,
    "executions that are over, with their logs and entries",
)
KEPT_ENTRIES_BYTES = KEPT.declare(
    "FLEXAPI_KEPT_ENTRIES_BYTES",
    number(1_000_000),
    500_000,
    "entries as they came in, for replays: bytes (compressed) of each task in each run",
)
KEPT_ENTRIES_DAYS = KEPT.declare(
    "FLEXAPI_KEPT_ENTRIES_DAYS", number(30), 14, "for how many days they are kept; 0: none"
)
HISTORY_DAYS = KEPT.declare(
    "FLEXAPI_HISTORY_DAYS", number(730), 0, "days for which the history is kept; 0: for ever"
)
HOOK_CALLS = KEPT.declare(
    "FLEXAPI_HOOK_CALLS", number(500, least=1), 100, "calls of each [hook](hooks.md)"
)
HOOK_CALL_DAYS = KEPT.declare(
    "FLEXAPI_HOOK_CALL_DAYS",
    number(90),
    30,
    "days for which they are kept; 0: however old they are",
)
CONFIG_REVISIONS = KEPT.declare(
    "FLEXAPI_CONFIG_REVISIONS", number(5000), 1000, "revisions of the config"
)
CONFIG_REVISION_DAYS = KEPT.declare(
    "FLEXAPI_CONFIG_REVISION_DAYS",
    number(730),
    365,
    "days for which they are kept; the newest 50 always are",
)

RUNS = Section("Runs")
EXECUTION_TIME_LIMIT = RUNS.declare(
    "FLEXAPI_EXECUTION_TIME_LIMIT",
    seconds(3600),
    0.0,
    "seconds after which a run is aborted; 0: never",
)
SLOTS = RUNS.declare(
    "FLEXAPI_SLOTS",
    number(4, least=1),
    1,
    "runs side by side in one process; `-c` for workers"
    " ([Several executions at once](deployment.md#several-executions-at-once-on-one-machine))",
    unset="1; 4 with FlexGet's tables in PostgreSQL",
)
INVALID_CONFIG = RUNS.declare(
    "FLEXAPI_INVALID_CONFIG",
    choice("run", "refuse"),
    "run",
    "what runs where FlexGet refuses a part of the config. `run`: every task that no complaint touches;"
    " `refuse`: nothing, as in FlexGet itself",
)
CONFIG_FILES = RUNS.declare(
    "FLEXAPI_CONFIG_FILES",
    folders("/shared/flexget"),
    [],
    "folders outside of the config's, whose files may be edited where the config names them",
    unset="none",
)
ENGINE_REUSE = RUNS.declare(
    "FLEXAPI_ENGINE_REUSE",
    switch(example=False),
    True,
    "whether a process of FlexGet's runs one execution after the other; 0: each has its own",
)
ENGINE_IDLE = RUNS.declare(
    "FLEXAPI_ENGINE_IDLE",
    number(30),
    0,
    "minutes after which `serve` unloads FlexGet where nothing runs and nobody asks it for anything; it is loaded again"
    " when it is needed, and 90 seconds before a schedule is due. 0: never",
)

MANY = Section("Many machines")
DATABASE_URL = MANY.declare(
    "FLEXAPI_DATABASE_URL",
    address(
        "the address of a PostgreSQL database",
        "postgres://user:password@db.lan/flexapi",
        *("postgres", "postgresql"),
    ),
    "",
    "FlexAPI's tables",
    unset="SQLite in the data folder",
)
FLEXGET_DATABASE_URL = MANY.declare(
    "FLEXAPI_FLEXGET_DATABASE_URL",
    address(
        "the address of a PostgreSQL database",
        "postgres://user:password@db.lan/flexget",
        *("postgres", "postgresql"),
    ),
    "",
    "FlexGet's tables ([FlexGet's database](deployment.md#flexgets-database))",
    unset="SQLite beside the config",
)
REDIS_URL = MANY.declare(
    "FLEXAPI_REDIS_URL",
    address("the address of a Redis", "redis://db.lan/0", "redis", "rediss", "unix"),
    "",
    "announcements, Celery's queues, cache",
    unset="in memory",
)
SECRET_KEY = MANY.declare(
    "FLEXAPI_SECRET_KEY",
    text("a long random text", "…", secret=True),
    "",
    "signs sessions; the same on all servers",
    unset="made in the data folder",
)
QUEUES = MANY.declare(
    "FLEXAPI_QUEUES",
    words("a list of queues", "default,nas2"),
    ["default"],
    "queues that `serve` works for, where there are workers too",
    unset="`default`; on one machine all",
)
WORKER_TIMEOUT = MANY.declare(
    "FLEXAPI_WORKER_TIMEOUT",
    number(60, least=4),
    20,
    "seconds without a sign of life after which a worker is lost, and its executions are ended",
)

SECTIONS = (WHERE, ACCESS, TELLING, KEPT, RUNS, MANY)
SETTINGS: dict[str, Setting[Any]] = {
    setting.name: setting for section in SECTIONS for setting in section.settings
}


def unknown(of_plugins: Collection[str] = ()) -> dict[str, str]:
    """Return what to say of each `FLEXAPI_*` variable of the environment that isn't a setting, by its name.

    `of_plugins` are the names of the plugins, whose variables begin with `FLEXAPI_<NAME>_`.
    """
    known = (OF_TESTS, *(f"{PREFIX}{name.upper()}_" for name in of_plugins))
    return {
        name: _said_of(name)
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in SETTINGS and not name.startswith(known)
    }


def _said_of(name: str) -> str:
    # What all begin with would make all alike.
    ends = {known.removeprefix(PREFIX): known for known in SETTINGS}
    near = difflib.get_close_matches(name.removeprefix(PREFIX), ends, n=1)
    if near:
        return MEANT.format(name=name, other=ends[near[0]])
    return UNKNOWN.format(name=name)

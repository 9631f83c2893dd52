"""Django settings. What differs between installations comes from `FLEXAPI_*` variables, read here alone."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from flexapi import paths, plugins, services, time_zone
from flexapi.version import VERSION


def _list(variable: str) -> list[str]:
    return [item.strip() for item in os.environ.get(variable, "").split(",") if item.strip()]


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or int(text) > 65535:
        raise ImproperlyConfigured(f"{variable} is a number from 0 to 65535, not {text!r}")
    return int(text)


def _number(variable: str, default: int, least: int = 0) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(f"{variable} is a whole number from {least} on, not {text!r}")
    return int(text)


def _choice(variable: str, default: str, *others: str) -> str:
    value = os.environ.get(variable) or default
    if value not in (default, *others):
        raise ImproperlyConfigured(
            f"{variable} is {' or '.join((default, *others))}, not {value!r}"
        )
    return value


def _address(variable: str, *schemes: str) -> str:
    """Return the URL of a service, "" where none is named; what is wrong is said without its password."""
    url = os.environ.get(variable, "").strip()
    if url and not url.startswith(tuple(f"{scheme}://" for scheme in schemes)):
        raise ImproperlyConfigured(
            f"{variable} begins with {' or '.join(f'{scheme}://' for scheme in schemes)}."
        )
    return url


def _path_prefix() -> str:
    """Return the path under which a proxy shows the server, as in "/flexapi"; "" for the root."""
    text = os.environ.get("FLEXAPI_PATH_PREFIX", "").strip("/")
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", text) or "//" in text:
        raise ImproperlyConfigured(
            f"FLEXAPI_PATH_PREFIX is a path of letters, digits and -._~ such as /flexapi, not {text!r}"
        )
    return f"/{text}" if text else ""


DATA_DIR = paths.data_dir()
# Servers behind one address must share it: sessions are signed with it.
SECRET_KEY = os.environ.get("FLEXAPI_SECRET_KEY") or paths.secret_key(DATA_DIR)
DEBUG = False

# The config that this server owns, whether it exists yet or not.
FLEXGET_CONFIG = paths.find_config() or paths.default_config()
# Folders outside of the config's whose files may be edited where the config names them.
CONFIG_FILES = [Path(folder).expanduser() for folder in _list("FLEXAPI_CONFIG_FILES")]
# The interpreter of a FlexGet that is installed elsewhere; None is the FlexGet installed here.
FLEXGET_PYTHON = os.environ.get("FLEXAPI_FLEXGET_PYTHON") or None

# The services of several machines; "" where one machine does without.
DATABASE_URL = _address("FLEXAPI_DATABASE_URL", "postgres", "postgresql")
REDIS_URL = _address("FLEXAPI_REDIS_URL", "redis", "rediss", "unix")
# Where FlexGet keeps what it remembers; "": in its own SQLite file beside the config.
FLEXGET_DATABASE_URL = _address("FLEXAPI_FLEXGET_DATABASE_URL", "postgres", "postgresql")

# Seconds without a sign of life after which a worker is lost and its executions are ended.
WORKER_TIMEOUT = _number("FLEXAPI_WORKER_TIMEOUT", 20, least=4)

# Whether all that run executions have one FlexGet's memory; else each machine has its own.
ONE_FLEXGET_DATABASE = bool(FLEXGET_DATABASE_URL) or not DATABASE_URL

# How many executions run side by side in this process. SQLite has one writer, so there it is one.
SLOTS = _number("FLEXAPI_SLOTS", 4 if FLEXGET_DATABASE_URL else 1, least=1)

# Whether one of FlexGet's processes runs one execution after the other; else each has a process of its own.
ENGINE_REUSE = bool(_number("FLEXAPI_ENGINE_REUSE", 1))

# What runs where FlexGet complains of a part of the config: what no complaint touches, or nothing at all.
INVALID_CONFIG = _choice("FLEXAPI_INVALID_CONFIG", "run", "refuse")

# The queues from which `serve` runs executions; None: all, as it should where it is the only worker.
QUEUES = (_list("FLEXAPI_QUEUES") or ["default"]) if DATABASE_URL else None

# How many executions that are over are kept, with their logs and entries.
# Of each run, the entries of each task as they came in are kept, so many bytes of them (compressed) and so many days.
KEPT_ENTRIES_BYTES = _number("FLEXAPI_KEPT_ENTRIES_BYTES", 500_000)
KEPT_ENTRIES_DAYS = _number("FLEXAPI_KEPT_ENTRIES_DAYS", 14)
EXECUTIONS_KEPT = int(os.environ.get("FLEXAPI_EXECUTIONS_KEPT") or 1000)
# Seconds after which an execution is aborted; 0: never.
EXECUTION_TIME_LIMIT = float(os.environ.get("FLEXAPI_EXECUTION_TIME_LIMIT") or 0)

# For how many days it is kept what FlexGet took; 0: for ever.
HISTORY_DAYS = int(os.environ.get("FLEXAPI_HISTORY_DAYS") or 0)

# How many states of the config are kept, and for how many days; the newest 50 always are.
CONFIG_REVISIONS_KEPT = int(os.environ.get("FLEXAPI_CONFIG_REVISIONS") or 1000)
CONFIG_REVISION_DAYS = int(os.environ.get("FLEXAPI_CONFIG_REVISION_DAYS") or 365)

# Where the server listens; anything but a loopback address is somebody's decision.
HOST = os.environ.get("FLEXAPI_HOST") or "127.0.0.1"
PORT = _port("FLEXAPI_PORT", 8000)

# Where a worker, which has no URLs, answers Prometheus; 0: nowhere. A server does it at /metrics.
METRICS_PORT = _port("FLEXAPI_METRICS_PORT", 0)

# The Host header is checked by flexapi.api.http.hosts, which also knows addresses and this machine's names;
# Django's own list cannot express "any IP address".
ALLOWED_HOSTS = ["*"]
ALLOWED_HOST_NAMES = [*_list("FLEXAPI_ALLOWED_HOSTS"), HOST]
# The path under which a proxy shows this server: all its links and cookies have it (see flexapi.api.http.prefix).
PATH_PREFIX = _path_prefix()
FORCE_SCRIPT_NAME = PATH_PREFIX or None
# How many proxies stand in front, each of which adds to X-Forwarded-For and sets X-Forwarded-Proto.
# Without one these headers are whatever a client says, so they count for nothing.
TRUSTED_PROXIES = _number("FLEXAPI_TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Origins (https://flexget.example) that may send cookies, where a proxy changes scheme or host.
CSRF_TRUSTED_ORIGINS = _list("FLEXAPI_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    # First, so that it can leave out plugins that fail.
    "flexapi",
    # Before those whose templates it replaces.
    "flexapi.web",
    "flexapi.api.admin_site.FlexapiAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "django_filters",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    # After auth: the roles are granted permissions that auth makes after a migration.
    "flexapi.api",
    "flexapi.mirror",
    "executions",
    "tasks",
    "schedules",
    "irc_connections",
    "history",
    "movie_queue",
    "series",
    "flexget_state",
]
INSTALLED_APPS += plugins.discover(INSTALLED_APPS)

MIDDLEWARE = [
    "flexapi.api.http.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "flexapi.api.http.short.StaticFiles",
    "flexapi.api.http.middleware.PolicyMiddleware",
    "flexapi.api.http.short.Sessions",
    "django.middleware.common.CommonMiddleware",
    "flexapi.api.http.short.Csrf",
    "flexapi.api.http.short.Users",
    "flexapi.api.http.short.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "flexapi.urls"
ASGI_APPLICATION = "flexapi.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

_SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA_DIR / "flexapi.sqlite3",
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        # Readers never wait for the writer (WAL); a writer waits for its turn here rather than fail
        # with "database is locked" in the middle of a transaction (IMMEDIATE).
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
    # A file, as in real life: the in-memory database locks tables between threads.
    "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
}


DATABASES = {"default": services.postgresql(DATABASE_URL) if DATABASE_URL else _SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels.layers.InMemoryChannelLayer",
        # Messages only say "look again", so a dropped one is repaired by the next; many fit all the same.
        "CONFIG": {"capacity": 2000},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# What stands in for a shared one that is away.
CACHES["process"] = CACHES["default"]
if REDIS_URL:
    CHANNEL_LAYERS["default"] = services.redis_layer(REDIS_URL)
    # Shared, so that a throttle counts what all servers were asked.
    CACHES["default"] = services.redis_cache(REDIS_URL)

AUTHENTICATION_BACKENDS = ["flexapi.api.accounts.authentication.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "flexapi.api.accounts.passwords.TokenRevoker"},
]
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = LOGIN_URL

# Of two servers under one name neither gets the other's.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = PATH_PREFIX or "/"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "flexapi.api.errors.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
# What `check --deploy` asks of a server that speaks TLS itself. Here a proxy does: it redirects to HTTPS and may send
# HSTS (W004, W008); cookies are marked as secure by ApiMiddleware where they were set over HTTPS (W010, W016).
# W003 looks for Django's own class by name; `flexapi.api.http.short.Csrf` is that with a way round for tokens.
SILENCED_SYSTEM_CHECKS = [
    "security.W003",
    "security.W004",
    "security.W008",
    "security.W010",
    "security.W016",
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Scripts and styles are files of this server, and pages talk to nobody else.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # The browsable API's own template has one style attribute, "float: right; margin-right: 10px".
        "style-src-attr": [
            "'unsafe-hashes'",
            "'sha256-OfgyIBrd+/vP79JdFMYP+re4T+fIenvkrHPD2HZ8/cs='",
        ],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Largest request body, in bytes; above it 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
# What is wrong with TZ is said at the start and at /api/server.
TIME_ZONE, TIME_ZONE_PROBLEM = time_zone.local()

STATIC_URL = f"{PATH_PREFIX}/static/"
# Served straight from the installed packages: no collectstatic step, nothing to go stale after an upgrade.
WHITENOISE_USE_FINDERS = True

KNOX_TOKEN_MODEL = "api.ApiToken"  # noqa: S105  A model, not a secret.
REST_KNOX = {"TOKEN_TTL": timedelta(days=365)}

REST_FRAMEWORK = {
    # The first one names the scheme of 401 answers.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "flexapi.api.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["flexapi.api.permissions.ModelPermissions"],
    "DEFAULT_PARSER_CLASSES": ["flexapi.api.http.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "flexapi.api.http.renderers.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "flexapi.api.http.negotiation.ContentNegotiation",
    "DEFAULT_METADATA_CLASS": "flexapi.api.http.negotiation.Metadata",
    "DEFAULT_PAGINATION_CLASS": "flexapi.api.pagination.Pagination",
    "DEFAULT_FILTER_BACKENDS": [
        "flexapi.api.filters.FilterBackend",
        "flexapi.api.filters.SearchFilter",
        "flexapi.api.filters.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "flexapi.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "DEFAULT_THROTTLE_RATES": {
        "login_address": "60/min",
        "login_user": "10/min",
        "login_account": "50/hour",
    },
    # The throttles go by the address of the connection, or by what the outermost trusted proxy saw.
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "flexapi.api.http.error_views.ExceptionHandler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "FlexAPI",
    "DESCRIPTION": "Run FlexGet's tasks, watch them, and edit its config.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "SERVERS": [{"url": PATH_PREFIX}] if PATH_PREFIX else [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "PREPROCESSING_HOOKS": ["flexapi.api.schema.drop_trailing_slashes"],
    # Other things have states as well.
    "ENUM_NAME_OVERRIDES": {"StateEnum": "executions.models.ExecutionEntry.State"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "flexapi.hiding.Formatter",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Django's own handlers would print every line twice.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Where it listens is said by serve.
        "daphne.server": {"level": "WARNING"},
        # A client's mistakes (4xx) are answered, not logged.
        "django.request": {"level": "ERROR"},
        # A traceback a second while Redis is away, which others say once.
        "channels_redis.pubsub": {"level": "CRITICAL"},
        # Messages of Celery's carry nothing worth a line; executions are logged by who runs them.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

"""Django settings. What differs between installations comes from `FLEXAPI_*` variables, which `flexapi.declared` names and checks."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from flexapi import declared, paths, plugins, services, time_zone
from flexapi.version import VERSION

# What each of these means is said where it is declared.
DATA_DIR = paths.data_dir()
SECRET_KEY = declared.SECRET_KEY.value() or paths.secret_key(DATA_DIR)
DEBUG = False

# None where it is not installed.
DOCUMENTATION = paths.documentation()

# The config that this server owns, whether it exists yet or not.
FLEXGET_CONFIG = paths.find_config() or paths.default_config()
CONFIG_FILES = declared.CONFIG_FILES.value()
FLEXGET_PYTHON = declared.FLEXGET_PYTHON.value() or None

# The services of several machines; "" where one machine does without.
DATABASE_URL = declared.DATABASE_URL.value()
REDIS_URL = declared.REDIS_URL.value()
FLEXGET_DATABASE_URL = declared.FLEXGET_DATABASE_URL.value()
WORKER_TIMEOUT = declared.WORKER_TIMEOUT.value()
# Whether all that run executions have one FlexGet's memory; else each machine has its own.
ONE_FLEXGET_DATABASE = bool(FLEXGET_DATABASE_URL) or not DATABASE_URL
# None: all queues, as it should be where this is the only worker.
QUEUES = declared.QUEUES.value() if DATABASE_URL else None

# SQLite has one writer.
SLOTS = declared.SLOTS.value(4 if FLEXGET_DATABASE_URL else 1)
ENGINE_REUSE = declared.ENGINE_REUSE.value()
ENGINE_IDLE = declared.ENGINE_IDLE.value()
INVALID_CONFIG = declared.INVALID_CONFIG.value()
EXECUTION_TIME_LIMIT = declared.EXECUTION_TIME_LIMIT.value()

KEPT_ENTRIES_BYTES = declared.KEPT_ENTRIES_BYTES.value()
KEPT_ENTRIES_DAYS = declared.KEPT_ENTRIES_DAYS.value()
EXECUTIONS_KEPT = declared.EXECUTIONS_KEPT.value()
HISTORY_DAYS = declared.HISTORY_DAYS.value()
HOOK_CALLS = declared.HOOK_CALLS.value()
HOOK_CALL_DAYS = declared.HOOK_CALL_DAYS.value()
CONFIG_REVISIONS_KEPT = declared.CONFIG_REVISIONS.value()
CONFIG_REVISION_DAYS = declared.CONFIG_REVISION_DAYS.value()

HOST = declared.HOST.value()
PORT = declared.PORT.value()
URL = declared.URL.value()
NOTIFY_PRIVATE = declared.NOTIFY_PRIVATE.value()
MESSAGE_LANGUAGE = declared.LANGUAGE.value()
DISK_FREE_MB = declared.DISK_FREE_MB.value()
DATABASE_MB = declared.DATABASE_MB.value()
DATABASE_GROWTH_MB = declared.DATABASE_GROWTH_MB.value()
METRICS_PORT = declared.METRICS_PORT.value()

# The Host header is checked by flexapi.api.http.hosts, which also knows addresses and this machine's names;
# Django's own list cannot express "any IP address".
ALLOWED_HOSTS = ["*"]
ALLOWED_HOST_NAMES = [*declared.ALLOWED_HOSTS.value(), HOST]
# All links and cookies have it (see flexapi.api.http.prefix).
PATH_PREFIX = declared.PATH_PREFIX.value()
FORCE_SCRIPT_NAME = PATH_PREFIX or None
# Each adds to X-Forwarded-For and sets X-Forwarded-Proto. Without one these headers are whatever a client says, so they
# count for nothing.
TRUSTED_PROXIES = declared.TRUSTED_PROXIES.value()
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_TRUSTED_ORIGINS = declared.TRUSTED_ORIGINS.value()

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
    # Behind the tasks and the movie queue, which it fills.
    "hooks",
    # After those whose events it tells of.
    "notifications",
]
# Plugins in `contrib/` that are not wanted.
PLUGINS_OFF = [] if declared.FLEXGET_API.value() else ["flexget"]
INSTALLED_APPS += plugins.discover(INSTALLED_APPS, PLUGINS_OFF)
# What to say of variables that look like settings and are none; said at the start and at /api/server.
UNKNOWN_VARIABLES = declared.unknown([plugin.name for plugin in plugins.installed])

MIDDLEWARE = [
    "flexapi.api.http.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "flexapi.api.http.short.StaticFiles",
    # Behind static files, which are the same in all languages.
    "flexapi.api.http.middleware.LanguageMiddleware",
    "flexapi.api.http.middleware.PolicyMiddleware",
    "flexapi.api.http.short.Sessions",
    "django.middleware.common.CommonMiddleware",
    "flexapi.api.http.short.Csrf",
    "flexapi.api.http.short.Users",
    "flexapi.api.http.short.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# Cookies never count for them.
CORS_ALLOWED_ORIGINS = declared.CORS_ORIGINS.value()
if CORS_ALLOWED_ORIGINS:
    INSTALLED_APPS += ["corsheaders"]
    # First, so that a browser may read what went wrong as well.
    MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")
CORS_URLS_REGEX = r"^/(api|flexget/api)(/|$)"
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "content-type", "x-api-key"),
    *("if-match", "if-none-match", "last-event-id"),
)
# `Link`, `Total-Count` and the like: paging of FlexGet's own API.
CORS_EXPOSE_HEADERS = (
    *("ETag", "Location", "Retry-After", "WWW-Authenticate", "Content-Disposition"),
    *("Link", "Total-Count", "Count", "Series-ID", "Season-ID", "Episode-ID"),
)
# Seconds for which a browser need not ask again whether it may.
CORS_PREFLIGHT_MAX_AGE = 3600

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
# Single sign-on: proxies whose word for who is logged in counts, and an OpenID provider.
SSO_PROXIES = declared.SSO_PROXIES.value()
SSO_USER_HEADER = declared.SSO_USER_HEADER.value()
SSO_GROUPS_HEADER = declared.SSO_GROUPS_HEADER.value()
SSO_ROLES = declared.SSO_ROLES.value()
# For how long somebody else's word counts.
SSO_SESSION_SECONDS = 12 * 3600
if SSO_PROXIES:
    _users = MIDDLEWARE.index("flexapi.api.http.short.Users")
    MIDDLEWARE.insert(_users + 1, "flexapi.api.accounts.proxy_user.ProxyUserMiddleware")
OIDC_ISSUER = declared.OIDC_ISSUER.value().rstrip("/")
OIDC_CLIENT_ID = declared.OIDC_CLIENT_ID.value()
OIDC_CLIENT_SECRET = declared.OIDC_CLIENT_SECRET.value()
OIDC_NAME = declared.OIDC_NAME.value()
OIDC_SCOPES = declared.OIDC_SCOPES.value("openid profile groups" if SSO_ROLES else None)
OIDC_USER_CLAIM = declared.OIDC_USER_CLAIM.value()
OIDC_GROUPS_CLAIM = declared.OIDC_GROUPS_CLAIM.value()
if OIDC_ISSUER:
    if not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET):
        raise ImproperlyConfigured(
            "FLEXAPI_OIDC_ISSUER needs FLEXAPI_OIDC_CLIENT_ID and FLEXAPI_OIDC_CLIENT_SECRET."
        )
    AUTHENTICATION_BACKENDS.append("flexapi.api.accounts.oidc.OidcBackend")
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
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Largest request body, in bytes; above it 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# English is what the sources are written in, and what whoever asks for no language gets: programs, mostly.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ja", "日本語")]
# Chosen on the account page, for this browser; else it is what the browser asks for.
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_PATH = PATH_PREFIX or "/"
FORMAT_MODULE_PATH = "flexapi.formats"
USE_TZ = True
# What is wrong with TZ is said at the start and at /api/server.
TIME_ZONE, TIME_ZONE_PROBLEM = time_zone.local()

STATIC_URL = f"{PATH_PREFIX}/static/"
# The pictures of the documentation.
STATICFILES_DIRS = [("docs", DOCUMENTATION / "images")] if DOCUMENTATION else []
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
        "flexapi.api.http.browsable.BrowsableAPIRenderer",
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
    # Two hundred operations are drawn when one opens what they belong to.
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "filter": True},
    "PREPROCESSING_HOOKS": ["flexapi.api.schema.drop_trailing_slashes"],
    # Other things have states as well.
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "executions.models.ExecutionEntry.State",
        "DeliveryStateEnum": "notifications.models.Delivery.State",
        "HookOutcomeEnum": "hooks.models.HookCall.Outcome",
    },
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

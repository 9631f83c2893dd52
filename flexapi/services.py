"""PostgreSQL and Redis, as Django's settings and others want to be told of them.

Imports no Django but for its exceptions, and the services' clients only where one is used.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Seconds after which a server that does not answer is taken to be away. Whoever waits for it longer can
# neither say so nor give up in time what it does.
CONNECT_TIMEOUT = 5
REDIS_TIMEOUT = 5


def postgresql(url: str) -> dict[str, Any]:
    """Return Django's description of the database at `postgres://user:password@host:port/name`.

    Raises ImproperlyConfigured where a package is missing.
    """
    try:
        import dj_database_url
    except ImportError as error:
        raise ImproperlyConfigured(
            "FLEXAPI_DATABASE_URL needs what requirements-distributed.txt lists."
        ) from error
    # A connection that broke while it lay idle is opened again.
    database = dict(dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True))
    given: Any = database.get("OPTIONS", {})
    database["OPTIONS"] = {
        "connect_timeout": CONNECT_TIMEOUT,
        # Milliseconds after which a network that swallows everything is noticed: by who sends, by who waits.
        "tcp_user_timeout": 1000 * CONNECT_TIMEOUT,
        "keepalives_idle": CONNECT_TIMEOUT,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        **given,
    }
    return database


def redis_layer(url: str) -> dict[str, Any]:
    """Return the description of a channel layer over Redis. Raises ImproperlyConfigured."""
    try:
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError as error:
        raise ImproperlyConfigured(
            "FLEXAPI_REDIS_URL needs what requirements-distributed.txt lists."
        ) from error
    host = {
        "address": url,
        "socket_connect_timeout": REDIS_TIMEOUT,
        "socket_timeout": REDIS_TIMEOUT,
        "socket_keepalive": True,
        # Announcements are worth nothing later.
        "retry": Retry(NoBackoff(), 0),
    }
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": "flexapi"},
    }


def redis_cache(url: str) -> dict[str, Any]:
    """Return the description of a cache in Redis."""
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "flexapi",
        "OPTIONS": {
            "socket_connect_timeout": REDIS_TIMEOUT,
            "socket_timeout": REDIS_TIMEOUT,
        },
    }


def redis_errors(url: str) -> tuple[type[Exception], ...]:
    """Return what clients of Redis raise where it is away; nothing where there is none (`url` is "")."""
    if not url:
        return ()
    from redis.exceptions import RedisError

    return (OSError, RedisError)

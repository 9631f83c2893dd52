"""The project's settings with a database of PostgreSQL: FLEXAPI_TEST_POSTGRES is `host:port/user/name`."""

import os

from flexapi.settings import *  # noqa: F403

_address, _user, _name = os.environ["FLEXAPI_TEST_POSTGRES"].split("/")
_host, _, _port = _address.partition(":")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _host,
        "PORT": _port,
        "USER": _user,
        "NAME": _name,
    }
}

"""The ASGI application: HTTP and websockets. Daphne serves it in `serve`; other servers may as well."""

import os

import django
from channels.routing import ProtocolTypeRouter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")
django.setup()

# These need the apps to be loaded.
from django.conf import settings  # noqa: E402

from flexapi.api.http import websockets  # noqa: E402
from flexapi.api.http.handler import Handler  # noqa: E402
from flexapi.api.http.prefix import Prefixed  # noqa: E402
from flexapi.lifespan import Lifespan  # noqa: E402

application = Prefixed(
    ProtocolTypeRouter(
        {"http": Handler(), "websocket": websockets.application(), "lifespan": Lifespan()}
    ),
    settings.PATH_PREFIX,
)

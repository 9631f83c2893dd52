"""The ASGI application: HTTP and websockets. Daphne serves it in `serve`; other servers may as well."""

import os
import sys

import django
from channels.routing import ProtocolTypeRouter

from flexapi.variables import Unusable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")
try:
    django.setup()
except Unusable as error:
    sys.exit(f"Error: {error}")

# These need the apps to be loaded.
from django.conf import settings

from flexapi.api.http import websockets
from flexapi.api.http.handler import Handler
from flexapi.api.http.prefix import Prefixed
from flexapi.lifespan import Lifespan

application = Prefixed(
    ProtocolTypeRouter(
        {"http": Handler(), "websocket": websockets.application(), "lifespan": Lifespan()}
    ),
    settings.PATH_PREFIX,
)

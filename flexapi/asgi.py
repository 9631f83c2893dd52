"""The ASGI application that daphne serves: HTTP and websockets."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flexapi.settings")

application = get_asgi_application()

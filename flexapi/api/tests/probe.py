"""Serves the probe endpoints by daphne, as a process of its own: `python -m flexapi.api.tests.probe`.

Prints one line of JSON, `{"port": …, "tokens": {"viewer": …}}`, once it listens.
"""

import json
import socket
import sys

import django
from django.conf import settings


def main() -> None:
    settings.ROOT_URLCONF = "flexapi.api.tests.probe_urls"
    django.setup()
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command

    from flexapi.api.models import ApiToken

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("viewer")
    user.groups.add(Group.objects.get(name="viewer"))
    _, token = ApiToken.objects.create(user=user, name="probe")

    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from flexapi.asgi import application

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    endpoints = build_endpoint_description_strings(file_descriptor=listener.fileno())
    print(json.dumps({"port": listener.getsockname()[1], "tokens": {"viewer": token}}))
    sys.stdout.flush()
    Server(application, endpoints=endpoints, signal_handlers=False).run()


if __name__ == "__main__":
    main()

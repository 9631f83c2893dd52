from functools import partial

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from flexapi import lean


class ApiConfig(AppConfig):
    """The layer that every endpoint stands on."""

    name = "flexapi.api"
    label = "api"
    verbose_name = "API"

    def import_models(self) -> None:
        """Import the layer's models, and what is below all views and serializers, before any app imports some of it."""
        super().import_models()
        lean.import_rest_framework(postgresql=bool(settings.DATABASE_URL))

    def ready(self) -> None:
        from flexapi.api.accounts import lately, roles, telling, throttles  # They need the models.
        from flexapi.api.http import lock_limits, threads
        from flexapi.engine import waiting

        connection_created.connect(lock_limits.limit, dispatch_uid="flexapi.api.http.lock_limits")
        waiting.ask(partial(threads.aside, "FlexGet"))
        user_logged_in.connect(
            throttles.forget_attempts, dispatch_uid="flexapi.api.accounts.throttles.forget_attempts"
        )
        lately.listen()
        telling.register()
        post_migrate.connect(roles.grant_all, dispatch_uid="flexapi.api.accounts.roles.grant_all")

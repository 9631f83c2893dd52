from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ApiConfig(AppConfig):
    """The layer that every endpoint stands on."""

    name = "flexapi.api"
    label = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from flexapi.api.accounts import roles  # It needs the models.

        post_migrate.connect(roles.grant, dispatch_uid="flexapi.api.accounts.roles.grant")

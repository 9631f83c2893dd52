from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The layer that every endpoint stands on."""

    name = "flexapi.api"
    label = "api"
    verbose_name = "API"

from django.apps import AppConfig


class FlexapiConfig(AppConfig):
    """The project itself: its management commands."""

    name = "flexapi"

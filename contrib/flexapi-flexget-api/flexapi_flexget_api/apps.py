from django.apps import AppConfig


class FlexGetApiConfig(AppConfig):
    """FlexGet's API under `/flexget/api/`, its web UI under `/flexget/`. It has no tables."""

    name = "flexapi_flexget_api"
    verbose_name = "FlexGet's API"
    flexapi_version = ">=1,<2"
    engine_methods = "flexapi_flexget_api.flexget"

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages that people open in a browser. They read and write through the API alone."""

    name = "flexapi.web"
    label = "web"
    verbose_name = "Pages"

from django.apps import AppConfig


class WatchedConfig(AppConfig):
    name = "flexapi_watched"
    verbose_name = "Watched movies"
    flexapi_version = ">=1,<2"
    engine_methods = "flexapi_watched.flexget"
    role_permissions = {"viewer": ["view_*"], "operator": ["add_movie"], "editor": ["*"]}

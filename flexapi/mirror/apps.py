from django.apps import AppConfig

from flexapi import hiding
from flexapi.mirror import handlers


class MirrorConfig(AppConfig):
    """FlexGet's config file, mirrored in the database."""

    name = "flexapi.mirror"
    label = "mirror"
    verbose_name = "Configuration"
    role_permissions = {
        "viewer": ["view_configfile", "view_configrevision", "view_configsection"],
        "editor": ["*"],
    }

    def ready(self) -> None:
        """Keep `schedules` in step with the tasks, and say in `/api/server` how the config is; count."""
        from flexapi.api.status import server
        from flexapi.mirror import credentials, telling
        from flexapi.mirror.edits import counting
        from flexapi.mirror.sections import update_sections
        from flexapi.mirror.status import config_status

        handlers.register(handlers.ROOT, update_sections)
        server.register("config", config_status)
        counting.register()
        telling.register()
        hiding.from_users.add("credentials", credentials.shown)
        hiding.sees.add("credentials", credentials.visible_to)
        hiding.from_logs.add("credentials", credentials.hide_from_log)

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    """FlexGet's config file, mirrored in the database."""

    name = "flexapi.mirror"
    label = "mirror"
    verbose_name = "Configuration"
    role_permissions = {"viewer": ["view_configrevision", "view_configsection"], "editor": ["*"]}

"""The three ready groups: viewer reads, operator runs as well, editor does everything but users.

An app says in its AppConfig what its permissions mean, by codename or pattern; a role has those before it too:

    role_permissions = {
        "viewer": ["view_*"],
        "operator": ["add_execution", "abort_execution"],
        "editor": ["*"],
    }
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission

from flexapi.api.models import RoleGrant
from flexapi.registry import Registry

ROLES = ("viewer", "operator", "editor")

# What apps say, by their labels.
declarations: Registry[str, dict[str, list[str]]] = Registry("declaration of roles")


def grant_all(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Give the groups the new permissions of all apps; runs once after migrations, when the last app has its own."""
    last = [app for app in apps.get_app_configs() if app.models_module is not None][-1]
    if sender == last:
        grant(declarations, using)


def grant(labels: Iterable[str], using: str = "default") -> None:
    """Give the groups the new permissions of these apps.

    Each permission is granted to a role once: what an administrator takes away, or a group that is deleted,
    stays away.
    """
    permissions = list(
        Permission.objects.using(using)
        .filter(content_type__app_label__in=labels)
        .select_related("content_type")
    )
    grants, groups = RoleGrant.objects.using(using), Group.objects.using(using)
    granted = set(grants.values_list("role", "permission_id"))
    patterns: dict[str, list[str]] = {label: [] for label in labels}
    for role in ROLES:
        for label, known in patterns.items():
            known += declarations[label].get(role, [])
        new = [
            permission
            for permission in permissions
            if (role, permission.pk) not in granted
            and any(
                fnmatchcase(permission.codename, pattern)
                for pattern in patterns[permission.content_type.app_label]
            )
        ]
        if not new:
            continue
        group = groups.filter(name=role).first()
        if group is None and not any(had == role for had, _ in granted):
            group = groups.create(name=role)
        if group is not None:
            group.permissions.add(*new)
        grants.bulk_create(RoleGrant(role=role, permission=permission) for permission in new)

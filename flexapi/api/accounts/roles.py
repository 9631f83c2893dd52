"""The three ready groups: viewer reads, operator runs as well, editor does everything but users.

An app says in its AppConfig what its permissions mean, by codename or pattern; a role has those before it too:

    role_permissions = {
        "viewer": ["view_*"],
        "operator": ["add_execution", "abort_execution"],
        "editor": ["*"],
    }
"""

from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

from flexapi.api.models import RoleGrant
from flexapi.registry import Registry

ROLES = ("viewer", "operator", "editor")

# What apps say, by their labels.
declarations: Registry[str, dict[str, list[str]]] = Registry("declaration of roles")


def grant(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Give the groups the app's new permissions; runs after each migration of the app.

    Each permission is granted to a role once: what an administrator takes away, or a group that is deleted,
    stays away.
    """
    declared = declarations.get(sender.label)
    if declared is None:
        return
    permissions = list(Permission.objects.using(using).filter(content_type__app_label=sender.label))
    grants = RoleGrant.objects.using(using)
    patterns: list[str] = []
    for role in ROLES:
        patterns += declared.get(role, [])
        known = set(grants.filter(role=role).values_list("permission_id", flat=True))
        new = [
            permission
            for permission in permissions
            if permission.pk not in known
            and any(fnmatchcase(permission.codename, pattern) for pattern in patterns)
        ]
        if not new:
            continue
        group = Group.objects.using(using).filter(name=role).first()
        if group is None and not grants.filter(role=role).exists():
            group = Group.objects.using(using).create(name=role)
        if group is not None:
            group.permissions.add(*new)
        grants.bulk_create(RoleGrant(role=role, permission=permission) for permission in new)

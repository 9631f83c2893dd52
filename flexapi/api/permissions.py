"""What a request needs: Django's model permissions, reading included.

GET needs `view_…`, POST `add_…`, PUT and PATCH `change_…`, DELETE `delete_…` of the view's model: that of its
`queryset`, or `permission_model` where it has none. `action_permissions` says otherwise by action or, for a view
that is no viewset, by method: `{"abort": "executions.abort_execution", "create": "executions.add_execution"}`.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext, gettext_lazy
from rest_framework import permissions
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from flexapi.api.accounts.narrowing import narrowing_of

_VERBS = {
    "GET": "view",
    "HEAD": "view",
    "OPTIONS": "view",
    "POST": "add",
    "PUT": "change",
    "PATCH": "change",
    "DELETE": "delete",
}


def required_permission(view: Any, method: str) -> str:
    """The permission (`app.codename`) that this method of the view needs. Raises MethodNotAllowed."""
    by_action: Mapping[str, str] = getattr(view, "action_permissions", {})
    action = getattr(view, "action", None) or method.lower()
    if action in by_action:
        return by_action[action]
    if method not in _VERBS:
        raise MethodNotAllowed(method)
    queryset = getattr(view, "queryset", None)
    model: type[Model] = view.permission_model if queryset is None else queryset.model
    return f"{model._meta.app_label}.{_VERBS[method]}_{model._meta.model_name}"


class ModelPermissions(BasePermission):
    """Lets through who has the permission that the view needs."""

    message: Any = gettext_lazy("You may not do this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not user or not user.is_authenticated:
            return False
        permission = required_permission(view, request.method or "GET")
        if user.has_perm(permission):
            return True
        self.message = gettext("You may not do this: it needs the permission {permission}.").format(
            permission=permission
        )
        return False


class NamedPermission(BasePermission):
    """Lets through who has the view's `permission`, whatever the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        self.message = gettext("You may not do this: it needs the permission {permission}.").format(
            permission=view.permission
        )
        return bool(request.user and request.user.has_perm(view.permission))


class IsAuthenticated(permissions.IsAuthenticated):
    """Lets through whoever is logged in; not a token that is for running tasks and nothing else."""

    message = gettext_lazy("You may not do this: this token is for running tasks.")

    def has_permission(self, request: Request, view: Any) -> bool:
        narrowed = narrowing_of(request.user)
        return super().has_permission(request, view) and not (narrowed and narrowed.runs)


class IsWhole(permissions.IsAuthenticated):
    """Lets through whoever is logged in, or shows a token that may do all that its user may."""

    message = gettext_lazy("You may not do this: this token is narrowed.")

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and narrowing_of(request.user) is None


class IsSuperuser(BasePermission):
    """Lets superusers through; nobody else can be given this."""

    message = gettext_lazy("You may not do this: only superusers may.")

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user and request.user.is_superuser)

"""The groups viewer, operator and editor, and model permissions on requests."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from flexapi.api.accounts import roles
from flexapi.api.models import RoleGrant


def grant(label: str) -> None:
    roles.grant([label])


def codenames(role: str) -> set[str]:
    rows = Group.objects.get(name=role).permissions.values_list("codename", flat=True)
    return set(rows)


@pytest.mark.django_db
def test_each_role_has_what_the_one_before_it_has() -> None:
    assert codenames("viewer") <= codenames("operator") <= codenames("editor")
    assert "view_task" in codenames("viewer")
    assert not {"add_task", "change_task", "delete_task"} & codenames("operator")
    assert {"add_task", "change_task", "delete_task"} <= codenames("editor")


@pytest.mark.django_db
def test_no_role_touches_users_groups_or_tokens() -> None:
    apps_of_roles = set(
        Permission.objects.filter(group__name__in=roles.ROLES).values_list(
            "content_type__app_label", flat=True
        )
    )
    assert not apps_of_roles & {"auth", "api", "admin", "sessions"}


@pytest.mark.django_db
def test_what_an_administrator_took_away_stays_away() -> None:
    view_task = Permission.objects.get(codename="view_task")
    Group.objects.get(name="viewer").permissions.remove(view_task)
    call_command("migrate", verbosity=0)
    assert "view_task" not in codenames("viewer")
    Group.objects.get(name="operator").delete()
    call_command("migrate", verbosity=0)
    assert not Group.objects.filter(name="operator").exists()


@pytest.mark.django_db
def test_a_new_permission_reaches_the_roles() -> None:
    task = Permission.objects.get(codename="view_task")
    Permission.objects.create(content_type=task.content_type, codename="view_new", name="new")
    grant("tasks")
    assert "view_new" in codenames("viewer")


@pytest.mark.django_db
def test_granting_twice_changes_nothing() -> None:
    before = RoleGrant.objects.count()
    call_command("migrate", verbosity=0)
    assert RoleGrant.objects.count() == before


@pytest.mark.usefixtures("probe_urls")
class TestModelPermissions:
    def test_reading_needs_the_view_permission(self, api: Any, viewer: Any) -> None:
        response = api(viewer).get("/api/groups")
        assert response.status_code == 403
        assert "auth.view_group" in response.json()["errors"][0]["detail"]
        viewer.user_permissions.add(Permission.objects.get(codename="view_group"))
        assert api(viewer).get("/api/groups").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "permission"),
        [
            ("post", "/api/groups", "add_group"),
            ("put", "/api/groups/{}", "change_group"),
            ("patch", "/api/groups/{}", "change_group"),
            ("delete", "/api/groups/{}", "delete_group"),
        ],
    )
    def test_writing_needs_its_own(
        self, api: Any, viewer: Any, method: str, path: str, permission: str
    ) -> None:
        path = path.format(Group.objects.create(name="target").pk)
        viewer.user_permissions.add(Permission.objects.get(codename="view_group"))
        call = getattr(api(viewer), method)
        assert call(path, {"name": "new"}).status_code == 403
        # By way of a group, as most people have them.
        group = Group.objects.create(name="helpers")
        group.permissions.add(Permission.objects.get(codename=permission))
        viewer.groups.add(group)
        assert call(path, {"name": "new"}).status_code in (200, 201, 204)

    def test_a_superuser_needs_none(self, api: Any, admin: Any) -> None:
        assert api(admin).get("/api/groups").status_code == 200

    def test_permissions_cost_one_query(
        self, api: Any, viewer: Any, django_assert_num_queries: Any
    ) -> None:
        viewer.user_permissions.add(Permission.objects.get(codename="view_group"))
        client = api(viewer)
        client.get("/api/groups")
        with django_assert_num_queries(3):  # Token and user, permissions, the page.
            client.get("/api/groups")

"""Template tags of the pages and of the admin's frame."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from flexapi.mirror import invalid, mirror
from flexapi.mirror.disk.file import LockBusy

register = template.Library()

# Tasks that a notice names.
NAMED = 5


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of `icons.svg`; what it stands for is said beside it or in a label."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("web/icons.svg"),
        name,
    )


@register.inclusion_tag("web/config_banner.html")
def config_banner(user: Any) -> dict[str, Any]:
    """A banner for a config file that can't be used as it is; nothing where all is well."""
    if not getattr(user, "is_authenticated", False):
        return {}
    try:
        return {"problem": mirror.refresh(), "path": mirror.config_path()}
    except LockBusy:  # It is being written this very moment.
        return {}


@register.inclusion_tag("web/invalid_tasks.html")
def invalid_tasks(user: Any) -> dict[str, Any]:
    """A notice of tasks that FlexGet refuses to run; nothing where it runs all."""
    if not user.has_perm("tasks.view_task"):
        return {}
    found = list(invalid.invalid_tasks())
    return {"invalid": found[:NAMED], "more": max(0, len(found) - NAMED)}

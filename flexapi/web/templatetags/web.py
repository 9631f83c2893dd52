"""Template tags of the pages and of the admin's frame."""

from typing import Any

from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from flexapi import hiding
from flexapi.api.status import server
from flexapi.mirror import credentials, invalid, mirror
from flexapi.mirror.disk.file import LockBusy
from flexapi.web import assets, languages, navigation

register = template.Library()

# A cookie, as the server writes the choice into the page: nothing is drawn in other colours before.
SCHEME_COOKIE = "scheme"
SCHEMES = ("light", "dark")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of `icons.svg`; what it stands for is said beside it or in a label."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("web/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def color_scheme(context: template.Context) -> SafeString:
    """The schemes that the page has: the one that the user chose on the account page, else both."""
    request = context.get("request")
    chosen = request.COOKIES.get(SCHEME_COOKIE) if request else None
    schemes = chosen if chosen in SCHEMES else " ".join(SCHEMES)
    return format_html('<meta name="color-scheme" content="{}">', schemes)


@register.simple_tag
def texts() -> SafeString:
    """What scripts say in the page's language, as a script that runs before them; nothing in English, which stands in them."""
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return SafeString("")
    # Scripts that are modules run behind one that is deferred, in their order; neither holds up what is drawn.
    return format_html('\n  <script defer src="{}"></script>', languages.texts_url(language))


@register.simple_tag
def sheet() -> str:
    """Where the sheet of all pages is."""
    return assets.sheet_url()


@register.simple_tag(takes_context=True)
def module(context: template.Context, script: str) -> SafeString:
    """A module, and what it imports that the page hasn't named yet: the browser asks for all at once, not for each when another names it."""
    # In the request, as an included template has a context of its own.
    named: set[str] = vars(context["request"]).setdefault("named_modules", set())
    new = [name for name in assets.modules((script,)) if name not in named]
    named.update(new)
    preloads = [(static(name),) for name in new if name != script]
    return format_html(
        '{}<script type="module" src="{}"></script>',
        format_html_join("", '<link rel="modulepreload" href="{}">', preloads),
        static(script),
    )


@register.simple_tag
def labelled(field: BoundField, form: str) -> SafeString:
    """A field's control with an id of its own on a page with several forms of the same fields."""
    return field.as_widget(attrs={"id": f"{form}-{field.name}"})


@register.simple_tag(takes_context=True)
def places(context: template.Context) -> list[dict[str, Any]]:
    """The places that the user may go to from every page."""
    return navigation.places(context["request"])


@register.inclusion_tag("web/config_banner.html")
def config_banner(user: Any) -> dict[str, Any]:
    """A banner for a config file that can't be used as it is; nothing where all is well."""
    if not getattr(user, "is_authenticated", False):
        return {}
    try:
        problem = mirror.refresh()
    except LockBusy:  # It is being written this very moment.
        return {}
    mend = user.has_perm("mirror.change_configsection") and credentials.visible_to(user)
    return {"problem": problem, "path": mirror.config_path(), "mend": mend}


@register.inclusion_tag("web/other_problems.html")
def other_problems(user: Any) -> dict[str, Any]:
    """What else `/api/server` says is wrong, of which the page's script tells more; it would push down the page where it came later."""
    part = server.parts.get("problems")
    if part is None or not user.has_perm("notifications.view_trouble"):
        return {}
    problems = hiding.shown(user, part.read())
    return {"problems": [one for one in problems if one["kind"] not in ("config", "invalid")]}


@register.inclusion_tag("web/invalid_tasks.html")
def invalid_tasks(user: Any) -> dict[str, Any]:
    """A notice of tasks that FlexGet refuses to run; nothing where it runs all."""
    if not user.has_perm("tasks.view_task"):
        return {}
    return {"invalid": invalid.invalid_tasks()}

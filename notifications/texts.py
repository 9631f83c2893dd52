"""What is said: the usual texts, and templates that change them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.template import Context, Engine, Library, Template, TemplateSyntaxError
from django.template.defaultfilters import register as all_filters
from django.template.defaulttags import register as all_tags
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from flexapi import events, phrases, time_zone
from flexapi.events import WELL
from notifications.models import Channel, Delivery, Notice

# What templates may use: nothing that loads, includes, or multiplies.
TAGS = ("if", "firstof", "comment", "with", "spaceless")
FILTERS = (
    *("capfirst", "cut", "date", "default", "default_if_none", "first", "floatformat", "join"),
    *("last", "length", "linebreaksbr", "lower", "pluralize", "time", "title", "truncatechars"),
    *("truncatewords", "upper", "urlencode", "yesno"),
)
# Characters of one event's text, and of a message. Services take a thousand or two.
LONGEST = 1500
LONGEST_MESSAGE = 1800
# What a template is tried with.
SAMPLE: dict[str, Any] = {
    "kind": "failed",
    "title": "Task tv failed",
    "detail": "Could not fetch the feed",
    "tasks": ["tv"],
    "execution": 7,
    "count": 12,
    "since": "2026-01-31T03:00:00+00:00",
    "time": "2026-01-31T14:00:00+00:00",
    "url": "https://flexapi.example/executions/7/",
    "channel": "Phone",
}


class BadTemplate(Exception):
    """The template can't be used; the text says why."""


def _library() -> Library:
    library = Library()
    library.tags = {name: all_tags.tags[name] for name in TAGS}
    library.filters = {name: all_filters.filters[name] for name in FILTERS}
    return library


def _engine() -> Engine:
    """Return an engine that knows no template but the one it is given, no tag that reads anything, and no setting."""
    engine = Engine(
        dirs=[], app_dirs=False, loaders=[], libraries={}, builtins=[], autoescape=False
    )
    engine.template_builtins = [_library()]
    return engine


_ENGINE = _engine()


def compiled(text: str) -> Template:
    """Return a template. Raises BadTemplate."""
    try:
        template = Template(text, engine=_ENGINE)
        template.render(Context(dict(SAMPLE), autoescape=False))
    except TemplateSyntaxError as error:
        raise BadTemplate(str(error)) from error
    except (TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise BadTemplate(gettext("It can't be filled in: {error}").format(error=error)) from error
    return template


def base_url() -> str:
    """Return where people reach the pages, with a slash at its end; "" where that isn't known."""
    if settings.URL:
        return f"{settings.URL.rstrip('/')}/"
    return ""


def page_of(kind: str, execution: int | None) -> str:
    """Return the URL of the page that shows more; "" where it isn't known how people reach it."""
    base = base_url()
    if not base:
        return ""
    if execution is not None:
        path = reverse("execution", args=[execution])
    else:
        path = reverse(events.kinds[kind].page if kind in events.kinds else "dashboard")
    # What people reach includes the prefix already.
    return urljoin(base, path.removeprefix(settings.PATH_PREFIX).lstrip("/"))


def facts_of(notice: Notice) -> dict[str, Any]:
    """Return an event as webhooks and templates have it: plain data, in English."""
    return {
        "kind": notice.kind,
        "title": notice.title,
        "detail": notice.detail,
        "tasks": list(notice.tasks),
        "execution": notice.execution,
        "count": notice.count,
        "since": notice.since.isoformat(),
        "time": notice.time.isoformat(),
        "url": page_of(notice.kind, notice.execution),
    }


def heading(notice: Notice) -> str:
    """Return the usual title of one event, with how often it happened, in the active language."""
    title = phrases.translated(notice.title, gettext)
    if notice.count <= 1:
        return title
    values = {"title": title, "count": notice.count, "since": time_zone.clock(notice.since)}
    if notice.kind == WELL:
        return gettext("{title}, after {count} failures since {since}").format(**values)
    return gettext("{title} {count} times since {since}").format(**values)


def message(channel: Channel, notices: Sequence[Notice]) -> tuple[str, str, str]:
    """Return title, body and level (`failure`, `success`, `info`) of a message to people.

    It is in the server's language, FLEXAPI_LANGUAGE: who reads at an address, and which languages they know, isn't known.
    """
    with translation.override(settings.MESSAGE_LANGUAGE):
        return _message(channel, notices)


def _message(channel: Channel, notices: Sequence[Notice]) -> tuple[str, str, str]:
    kinds = {notice.kind for notice in notices}
    level = "success" if kinds == {WELL} else "info"
    if kinds & {"failed", "invalid", "config", "engine", "worker", "disk", "database", "channel"}:
        level = "failure"
    texts = [_said(channel, notice) for notice in notices]
    if len(notices) == 1:
        return heading(notices[0]), texts[0], level
    parts: list[str] = []
    for notice, text in zip(notices, texts, strict=True):
        part = text if channel.template else "\n".join(filter(None, [heading(notice), text]))
        if sum(len(before) for before in parts) + len(part) > LONGEST_MESSAGE:
            more = gettext("… and {count} more").format(count=len(notices) - len(parts))
            parts.append(f"{more}: {base_url()}".rstrip(": "))
            break
        parts.append(part)
    title = gettext("FlexGet: {count} messages").format(count=len(notices))
    return title, "\n\n".join(parts), level


def _said(channel: Channel, notice: Notice) -> str:
    """Return what is said of one event below its heading."""
    said = phrases.translated(notice.detail, gettext)
    facts = {
        **facts_of(notice),
        "title": phrases.translated(notice.title, gettext),
        "detail": said,
    }
    if channel.template:
        context = Context({**facts, "channel": channel.name}, autoescape=False)
        try:
            return compiled(channel.template).render(context)[:LONGEST]
        except (BadTemplate, TypeError, ValueError, ArithmeticError, LookupError):
            pass  # It was tried when it was saved; nobody is to miss a message for it.
    detail = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
    return "\n".join(filter(None, [detail, facts["url"]])) or facts["title"]


def body_of(delivery: Delivery, notices: Sequence[Notice]) -> dict[str, Any]:
    """Return the JSON that a webhook sends; it is the same however often it is tried."""
    return {
        "id": str(delivery.uuid),
        "type": "test" if delivery.test else "events",
        "created": delivery.created.isoformat(),
        "channel": delivery.channel.name,
        "server": base_url(),
        "events": [{"id": notice.pk, **facts_of(notice)} for notice in notices],
    }

"""Every door of the server, and what each kind of caller meets there; `access.toml` says who may pass.

A door is a method of an endpoint, a websocket, a page, a view of the admin, or what the admin does to selected rows. They
are read from the project's own URLs and admin, so one that is new and has no line in `access.toml` is found.
"""

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from flexapi.api.http import websockets
from flexapi.api.http.error_views import UnknownPathView
from flexapi.api.mounts import mounted

TABLE = Path(__file__).with_name("access.toml")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"
BEGIN = "<!-- From flexapi/tests/access.toml; `make test` says how to write it again. -->\n"
END = "<!-- The end of what is generated. -->\n"

# Callers by what they may do, each as much as the one before; the last kinds are as good as anonymous.
ROLES = ("anonymous", "no role", "viewer", "operator", "editor", "admin")
REFUSED = ("expired token", "revoked token", "inactive user")
# Tokens of a superuser that may do less; the admin takes none, so there they are no callers.
NARROWED = {"read token": "read", "run token": "run"}
CALLERS = (*ROLES, *REFUSED)
# Pages that are for programs.
TAKE_TOKENS = ("/metrics",)
# What a caller meets: gets in, is asked to log in (401, or the login page), is refused (403, close code 4403).
YES, LOG_IN, NO = "yes", "log in", "no"

_METHODS = ("get", "post", "put", "patch", "delete")
_OF_FUNCTIONS = {
    "healthz": ["get"],
    "page": ["get"],
    "AdminSite.autocomplete_view": ["get"],
    "AdminSite.i18n_javascript": ["get"],
    "AdminSite.logout": ["post"],
    "AdminSite.password_change_done": ["get"],
    "ConfigRevisionAdmin.restore": ["post"],
}
_TITLES = {
    "api": "Endpoints",
    "websockets": "Websockets",
    "pages": "Pages",
    "admin": "Views of the admin (for users who are staff)",
    "actions": "What the admin does to selected rows (for users who are staff)",
}


@dataclass(frozen=True, slots=True)
class Door:
    """One of them; `path` has `<names>` where it takes something."""

    kind: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def doors() -> list[Door]:
    """Every door that the server has."""
    found: list[Door] = []
    for path, pattern in _patterns(get_resolver()):
        if any(door.path == path for door in found):
            continue  # Of two with the same path the first one answers.
        kind = "api" if path.startswith("/api") or mounted(path) else "pages"
        if path.startswith("/admin/"):
            kind = "admin"
        methods = [method.upper() for method in _methods(pattern)]
        if kind != "api":
            methods = [method for method in methods if method in ("GET", "POST")]
        found += [Door(kind, method, path) for method in methods]
    for pattern in websockets.url_patterns():
        route = _readable(str(pattern.pattern)) or "<anything else>"
        found.append(Door("websockets", "CONNECT", f"/{route.removeprefix('/')}"))
    found += _actions()
    order = list(_TITLES)
    return sorted(set(found), key=lambda door: (order.index(door.kind), door.path, door.method))


def _actions() -> list[Door]:
    """What a superuser may do to selected rows; the method is the action's name."""
    request = HttpRequest()
    request.user = User(is_active=True, is_superuser=True)
    return [
        Door("actions", name, f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
        for model, model_admin in admin.site._registry.items()
        for name in model_admin.get_actions(request)
    ]


def known() -> dict[Door, str]:
    """What `access.toml` says: the least role that gets in at each door; `admin` is a superuser.

    `nobody`: the admin keeps a door closed to superusers as well, such as that for making up executions.
    """
    return {
        Door(kind, method, path): least
        for kind, paths in _table().items()
        if kind in _TITLES
        for path, methods in paths.items()
        for method, least in methods.items()
    }


@functools.cache
def _table() -> dict[str, Any]:
    """The file, read once: each of a thousand cells asks for it."""
    return tomllib.loads(TABLE.read_text())


def expected(door: Door, least: str, caller: str) -> str:
    """What a caller has to meet at a door that is for `least` and those who may do more.

    `anyone`: nobody is asked who they are. `sender`: no user gets in, only who shows what the door itself asks for. At a door for `anonymous` a token that is shown has to be good all the same.
    """
    if least == "anyone" or (least == "anonymous" and caller not in REFUSED):
        return YES
    if caller in NARROWED:
        return _expected_of_narrowed(door, least, caller)
    if caller in (*REFUSED, "anonymous") or least == "sender":
        return NO if door.kind == "websockets" else LOG_IN
    if least == "nobody":
        return NO
    return YES if ROLES.index(caller) >= ROLES.index(least) else NO


def callers_of(kind: str) -> tuple[str, ...]:
    """The callers whom the doors of a kind are tried with."""
    return CALLERS if kind in ("admin", "actions") else (*CALLERS, *NARROWED)


def _expected_of_narrowed(door: Door, least: str, caller: str) -> str:
    """What a narrowed token meets: `read` looks at what viewers see, `run` runs; `access.toml` lists the exceptions."""
    if door.kind == "pages" and door.path not in TAKE_TOKENS:
        return LOG_IN
    if least == "sender":
        return LOG_IN
    exceptions = _table()["narrowed"]
    if str(door) in exceptions:
        return YES if NARROWED[caller] in exceptions[str(door)] else NO
    looks = door.method in ("GET", "CONNECT") and least in ("no role", "viewer")
    return YES if looks and caller == "read token" else NO


def table() -> str:
    """The tables for the page."""
    text = ""
    least_of = known()
    for kind, title in _TITLES.items():
        callers = callers_of(kind)
        text += f"\n### {title}\n\n| | {' | '.join(callers)} |\n|---{'|---' * len(callers)}|\n"
        rows: dict[tuple[str, str], list[str]] = {}
        for door in doors():
            if door.kind == kind:
                cells = " | ".join(expected(door, least_of[door], caller) for caller in callers)
                rows.setdefault((door.path, cells), []).append(door.method)
        for (path, cells), methods in rows.items():
            names = "" if kind == "websockets" else f"{', '.join(sorted(methods))} "
            text += f"| {names}`{path}` | {cells} |\n"
    return text + "\n"


def written() -> str:
    """What the page has."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0]


def write(tables: str) -> None:
    """Put the tables on the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + tables + END + rest.partition(END)[2])


def _patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, path)
        else:
            if getattr(pattern.callback, "cls", None) is UnknownPathView:
                path = "/api/<anything else>"
            is_api = path.startswith("/api") or mounted(path)
            yield path.rstrip("/") if is_api else path, pattern


def _readable(route: str) -> str:
    """Return a route as people write it: `^tasks/(?P<name>[^/]+)/?$` is `tasks/<name>`."""
    route = re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", route)
    route = re.sub(r"<\w+:(\w+)>", r"<\1>", route)
    route = route.replace("<rest>?", "/<rest>")
    return route.removeprefix("^").removesuffix("$").removesuffix("/?")


def _methods(pattern: URLPattern) -> list[str]:
    callback: Any = pattern.callback
    actions = getattr(callback, "actions", None)
    if actions:
        # DRF adds HEAD to them when it answers one.
        return [method for method in _METHODS if method in actions]
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if view is not None:
        offered = [method for method in _METHODS if hasattr(view, method)]
        return [method for method in offered if method in view.http_method_names] or ["get"]
    # A function, as those of the admin: it looks at the method by itself.
    return _OF_FUNCTIONS.get(callback.__qualname__, ["get", "post"])

"""The router of the whole project. Each app registers in its `api.py`, which is found like `admin.py`:

from flexapi.api.router import router

router.register("movie_queue", MovieViewSet, basename="movie")
router.register_view("execution/options", OptionsView.as_view(), name="execution-options")
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpResponseBase
from django.urls import NoReverseMatch, URLPattern, re_path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import Route, SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from flexapi.api.permissions import IsAuthenticated
from flexapi.registry import Registry


class RootView(APIView):
    """The endpoints that there are, by path."""

    permission_classes = (IsAuthenticated,)
    schema = None

    def get(self, request: Request) -> Response:
        endpoints = {}
        for prefix, name in router.endpoints():
            try:
                endpoints[prefix] = reverse(name, request=request)
            except NoReverseMatch:  # A path with a parameter, or a viewset without a list.
                continue
        return Response({"object": endpoints})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What answers at a prefix: a viewset, or a single view with its pattern. `name` is the URL's name, of a list."""

    name: str
    viewset: type[ViewSetMixin] | None = None
    basename: str = ""
    pattern: URLPattern | None = None


class Router(SimpleRouter):
    """DRF's router with optional trailing slashes, no `.json` suffixes, and single views beside viewsets."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
        # DELETE of a whole list, where a viewset has an action for it.
        lists = cast(Route, self.routes[0])
        with_clear = lists._replace(mapping={**lists.mapping, "delete": "clear"})
        self.routes = [with_clear, *self.routes[1:]]
        self.paths: Registry[str, Endpoint] = Registry("endpoint")

    def register(
        self, prefix: str, viewset: type[ViewSetMixin], basename: str | None = None
    ) -> None:
        """Add a viewset. Raises ValueError for a prefix that is taken."""
        basename = basename or self.get_default_basename(viewset)
        self.paths.add(prefix, Endpoint(f"{basename}-list", viewset, basename))

    def register_view(self, prefix: str, view: Callable[..., HttpResponseBase], name: str) -> None:
        """Add a view that is no viewset. `prefix` is a regular expression without its end, like `execution/options`.

        These come before the viewsets' paths, so `execution/options` is not taken for an id. Raises ValueError for
        a prefix that is taken.
        """
        pattern = re_path(rf"^{prefix}/?$", view, name=name)
        self.paths.add(prefix, Endpoint(name, pattern=pattern))

    def endpoints(self) -> list[tuple[str, str]]:
        """Prefix and URL name of every list and single view, sorted."""
        return sorted((prefix, endpoint.name) for prefix, endpoint in self.paths.items())

    def get_urls(self) -> list[Any]:
        """All of them; where one viewset's prefix continues another's, the longer one is tried first."""
        by_depth = sorted(self.paths.items(), key=lambda path: -path[0].count("/"))
        self.registry = [
            (prefix, endpoint.viewset, endpoint.basename)
            for prefix, endpoint in by_depth
            if endpoint.viewset is not None
        ]
        # A name that is a path of its own (`config/try`) comes before the one that takes any name (`config/<name>`).
        by_name = sorted(self.paths.items(), key=lambda path: "(?P" in path[0])
        views = [path.pattern for _, path in by_name if path.pattern is not None]
        return [re_path(r"^$", RootView.as_view(), name="root"), *views, *super().get_urls()]


router = Router()

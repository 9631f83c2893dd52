"""The router of the whole project. Each app registers in its `api.py`, which is found like `admin.py`:

from flexapi.api.router import router

router.register("movie_queue", MovieViewSet, basename="movie")
router.register_view("execution/options", OptionsView.as_view(), name="execution-options")
"""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpResponseBase
from django.urls import NoReverseMatch, URLPattern, re_path
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import Route, SimpleRouter
from rest_framework.views import APIView


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


class Router(SimpleRouter):
    """DRF's router with optional trailing slashes, no `.json` suffixes, and single views beside viewsets."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
        # DELETE of a whole list, where a viewset has an action for it.
        lists = cast(Route, self.routes[0])
        with_clear = lists._replace(mapping={**lists.mapping, "delete": "clear"})
        self.routes = [with_clear, *self.routes[1:]]
        self._views: list[URLPattern] = []
        self._view_names: list[tuple[str, str]] = []

    def register_view(self, prefix: str, view: Callable[..., HttpResponseBase], name: str) -> None:
        """Add a view that is no viewset. `prefix` is a regular expression without its end, like `execution/options`.

        These come before the viewsets' paths, so `execution/options` is not taken for an id.
        """
        self._views.append(re_path(rf"^{prefix}/?$", view, name=name))
        self._view_names.append((prefix, name))

    def endpoints(self) -> list[tuple[str, str]]:
        """Prefix and URL name of every list and single view, sorted."""
        lists = [(prefix, f"{basename}-list") for prefix, _, basename in self.registry]
        return sorted(lists + self._view_names)

    def snapshot(self) -> tuple[int, int]:
        """Name the present state, for `restore` and `added_since`."""
        return len(self.registry), len(self._views)

    def added_since(self, state: tuple[int, int]) -> list[str]:
        """Prefixes of what was registered since then."""
        added = [prefix for prefix, _, _ in self.registry[state[0] :]]
        return added + [prefix for prefix, _ in self._view_names[state[1] :]]

    def restore(self, state: tuple[int, int]) -> None:
        """Forget what was registered since then."""
        del self.registry[state[0] :], self._views[state[1] :], self._view_names[state[1] :]

    def remove(self, name: str) -> None:
        """Forget the endpoints at `name` and below it; of use only before the first request."""

        def stays(prefix: str) -> bool:
            return prefix != name and not prefix.startswith(f"{name}/")

        self.registry = [entry for entry in self.registry if stays(entry[0])]
        views = zip(self._views, self._view_names, strict=True)
        kept = [(view, named) for view, named in views if stays(named[0])]
        self._views = [view for view, _ in kept]
        self._view_names = [named for _, named in kept]

    def get_urls(self) -> list[Any]:
        """All of them; where one viewset's prefix continues another's, the longer one is tried first."""
        self.registry.sort(key=lambda entry: -entry[0].count("/"))
        return [re_path(r"^$", RootView.as_view(), name="root"), *self._views, *super().get_urls()]


router = Router()

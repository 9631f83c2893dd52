"""What libraries import for those who need it, and a server doesn't: it is left out, or comes with its first use.

Together this was a fifth of a server's memory; `tests/test_lean.py` says what an idle server has not imported.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let these modules be missing, where they aren't imported yet, for what is imported meanwhile."""
    missing = [name for name in names if name not in sys.modules]
    for name in missing:
        # As importlib documents it.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


@contextmanager
def later(module: str, *names: str) -> Iterator[None]:
    """Let what is imported meanwhile have functions and classes of a module that import it only when they are used.

    Whatever else of the module is asked for imports it at once.
    """
    # To look for a submodule would import what it is in.
    is_missing = "." not in module and find_spec(module) is None
    if module in sys.modules or is_missing:
        yield
        return
    stand_in = sys.modules[module] = _StandIn(module)
    for name in names:
        setattr(stand_in, name, _Later(stand_in, name))
    try:
        yield
    finally:
        if sys.modules.get(module) is stand_in:
            del sys.modules[module]


class _StandIn(ModuleType):
    """Stands for a module that is not imported yet."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.real(name)

    def real(self, name: str) -> Any:
        """Return something of the module itself."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _Later:
    """A function, a class or a value of a module that is not imported yet."""

    def __init__(self, module: _StandIn, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._module.real(self._name)(*args, **kwargs)

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._module.real(self._name), attribute)


@contextmanager
def serving() -> Iterator[None]:
    """Import daphne meanwhile, without what only clients need, or servers that speak TLS: that is left to a proxy."""
    # WAMP is another protocol; its client brings cryptography along.
    with without("OpenSSL"), later("autobahn.twisted.wamp", "ApplicationSession"):
        yield


def import_rest_framework(postgresql: bool) -> None:
    """Import what is below the API. To be called when the apps that it needs are loaded, before anybody else imports it."""
    # For the client of its tests, for colours in descriptions that ask for them, and for fields that only PostgreSQL has.
    absent = ["requests", "pygments"]
    if not postgresql:
        absent.append("django.contrib.postgres.fields")
    # With pygments, as a debugger may have imported it, Markdown is extended at once.
    markdown = nullcontext() if "pygments" in sys.modules else later("markdown", "Markdown")
    with without(*absent), markdown:
        import_module("rest_framework.compat")
    # It makes up a request when it writes the API document, with the client of Django's tests.
    with later("rest_framework.test", "APIRequestFactory"):
        import_module("drf_spectacular.plumbing")


@contextmanager
def loading_flexget() -> Iterator[None]:
    """Import FlexGet's plugins meanwhile, without what runs only in its daemon or for a few sites."""
    with (
        # What FlexGet's web server runs in, and checks passwords with.
        later("cherrypy", "config", "engine", "log", "tree"),
        later("zxcvbn", "zxcvbn"),
        # How to pass for a browser at IMDb, with curl_cffi and cryptography.
        later("flexget.utils.waf.aws", "AwsWaf"),
        # Colours of a config in a terminal.
        later("rich.syntax", "Syntax"),
    ):
        yield

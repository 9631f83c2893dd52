"""What a `FLEXAPI_*` variable may say, and how that is read. Imports no Django.

A *form* reads the text of a variable; a *setting* is a variable with its form, its default and what people are told of it.
`flexapi.declared` declares them all.
"""

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

ROLES = ("viewer", "operator", "editor", "admin")
YES, NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off")


class Unusable(Exception):
    """What a variable says can't be used; the text says why, and what to write."""


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """What a variable says: `read` raises ValueError for a text that isn't `what`, which an `example` shows.

    What is `secret`, as a password in an address is, is never quoted.
    """

    what: str
    example: str
    read: Callable[[str], T]
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T]):
    """A variable. `about` says in Markdown what it sets, `unset` what holds without it where `default` doesn't say that.

    `option` is the option of `manage.py serve` that sets the same.
    """

    name: str
    form: Form[T]
    default: T
    about: str
    unset: str = ""
    option: str = ""

    def value(self, default: T | None = None) -> T:
        """Return what the variable says, or the default; another one may be given, where it depends on other settings.

        Raises Unusable. An empty text is none.
        """
        text = os.environ.get(self.name, "")
        if not text.strip():
            return self.default if default is None else default
        try:
            # A password may begin with a space.
            return self.form.read(text if self.form.secret else text.strip())
        except ValueError:
            given = "" if self.form.secret else f", not {text!r}"
            raise Unusable(
                f"{self.name} must be {self.form.what}{given}. Write, for instance, {self.name}={self.form.example}"
            ) from None


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that stand together in the documentation."""

    title: str
    settings: list[Setting[Any]] = field(default_factory=list)

    def declare(
        self,
        name: str,
        form: Form[T],
        default: T,
        about: str,
        *,
        unset: str = "",
        option: str = "",
    ) -> Setting[T]:
        """Make a setting, as the last one of this section."""
        setting = Setting(
            name=name, form=form, default=default, about=about, unset=unset, option=option
        )
        self.settings.append(setting)
        return setting


def text(what: str, example: str, *, secret: bool = False) -> Form[str]:
    """Return the form of a text that nothing is wrong with."""
    return Form(what, example, str, secret)


def path(what: str, example: str) -> Form[Path | None]:
    """Return the form of a file or folder; `~` is the user's home, and what is relative starts where the process does."""
    return Form(what, example, lambda given: Path(given).expanduser().absolute())


def number(example: int, least: int = 0, most: int | None = None) -> Form[int]:
    """Return the form of a whole number."""

    def read(given: str) -> int:
        value = int(given)
        if not given.isdecimal() or value < least or (most is not None and value > most):
            raise ValueError(given)
        return value

    limits = f"from {least} on" if most is None else f"from {least} to {most}"
    return Form(f"a whole number {limits}", str(example), read)


def seconds(example: float) -> Form[float]:
    """Return the form of a time in seconds, which may have parts."""

    def read(given: str) -> float:
        if not re.fullmatch(r"\d+(\.\d+)?", given):
            raise ValueError(given)
        return float(given)

    return Form("a number of seconds", f"{example:g}", read)


def switch(example: bool) -> Form[bool]:
    """Return the form of what is on or off."""

    def read(given: str) -> bool:
        if given.lower() not in YES + NO:
            raise ValueError(given)
        return given.lower() in YES

    return Form("1 or 0", str(int(example)), read)


def choice(*words: str) -> Form[str]:
    """Return the form of one of several words."""

    def read(given: str) -> str:
        if given not in words:
            raise ValueError(given)
        return given

    return Form(" or ".join(words), words[-1], read)


def address(what: str, example: str, *schemes: str) -> Form[str]:
    """Return the form of a service's URL, which may have a password in it."""
    begins = tuple(f"{scheme}://" for scheme in schemes)

    def read(given: str) -> str:
        given = given.strip()
        if not given.startswith(begins):
            raise ValueError
        return given

    return Form(f"{what}, which begins with {' or '.join(begins)}", example, read, secret=True)


def words(what: str, example: str) -> Form[list[str]]:
    """Return the form of texts with commas between them."""
    return Form(f"{what}, with commas between them", example, _split)


def folders(example: str) -> Form[list[Path]]:
    """Return the form of folders with commas between them."""

    def read(given: str) -> list[Path]:
        return [Path(folder).expanduser() for folder in _split(given)]

    return Form("a list of folders, with commas between them", example, read)


def origins(example: str, *, below: bool = False) -> Form[list[str]]:
    """Return the form of origins: a scheme, a host and perhaps a port; a path, or `*`, isn't one.

    `below`: a host such as `*.example` means all below it.
    """
    any_name = r"(\*\.)?" if below else ""
    pattern = rf"https?://{any_name}[^/?#*@\s]+"

    def read(given: str) -> list[str]:
        found = [item.rstrip("/") for item in _split(given)]
        if not all(re.fullmatch(pattern, origin) for origin in found):
            raise ValueError(given)
        return found

    return Form("a list of origins, with commas between them", example, read)


def networks(example: str) -> Form[list[Network]]:
    """Return the form of networks; an address is one of itself alone."""

    def read(given: str) -> list[Network]:
        return [ipaddress.ip_network(item) for item in _split(given)]

    return Form("a list of addresses or networks, with commas between them", example, read)


def roles(example: str) -> Form[dict[str, str]]:
    """Return the form of the roles of groups, written as `media=editor`."""

    def read(given: str) -> dict[str, str]:
        pairs = [item.rpartition("=") for item in _split(given)]
        found = {group.strip(): role.strip() for group, _, role in pairs}
        if "" in found or not set(found.values()) <= set(ROLES):
            raise ValueError(given)
        return found

    what = f"a list of group=role, the role being one of {', '.join(ROLES)}"
    return Form(what, example, read)


def path_prefix(example: str) -> Form[str]:
    """Return the form of a path under which a proxy shows the server: read as "/flexapi", and as "" for the root."""

    def read(given: str) -> str:
        prefix = given.strip("/")
        if not re.fullmatch(r"[A-Za-z0-9._~/-]*", prefix) or "//" in prefix:
            raise ValueError(given)
        return f"/{prefix}" if prefix else ""

    return Form("a path of letters, digits and -._~", example, read)


def _split(given: str) -> list[str]:
    return [item.strip() for item in given.split(",") if item.strip()]

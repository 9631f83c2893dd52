"""Messages to people, by Apprise."""

import logging
from typing import Any

import apprise
import requests
from apprise.manager_plugins import NotificationManager

from notifications.sender import texts

# Services that talk to nobody, but to this machine: its log, its desktop, a lamp on its USB.
LOCAL = frozenset(
    {"syslog", "dbus", "qt", "kde", "glib", "gnome", "macosx", "windows", "blink1", "file"}
)
# Bytes of an answer that are told.
READ = 500


class BadAddress(Exception):
    """Apprise makes nothing of the address; the text says what is wrong, without it."""


def service_of(address: str) -> Any:
    """Return Apprise's object for an address. Raises BadAddress."""
    scheme = address.partition("://")[0].lower()
    if "://" not in address:
        raise BadAddress(texts.NO_SERVICE)
    if scheme in LOCAL:
        raise BadAddress(texts.LOCAL.format(scheme=scheme))
    asset = apprise.AppriseAsset(
        app_id="FlexAPI",
        app_desc="FlexAPI",
        app_url="https://flexget.com",
        plugin_paths=[],
        secure_logging=True,
        # Nothing is written to disk.
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if service is None:
        known = scheme in NotificationManager()
        raise BadAddress(texts.NOT_FITTING.format(scheme=scheme) if known else texts.UNKNOWN)
    if not type(service).__module__.startswith("apprise.plugins."):
        raise BadAddress(texts.NOT_APPRISE.format(scheme=scheme))
    return service


def name_of(address: str) -> str:
    """Return the name of the service at an address. Raises BadAddress."""
    return str(service_of(address).service_name)


class _Heard(logging.Handler):
    """What Apprise says while it sends, and what the other side answered it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.response: requests.Response | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def note(self, response: requests.Response) -> None:
        """Keep the last one."""
        self.response = response

    def answer(self, *, ok: bool) -> dict[str, Any]:
        """Return what is told of it."""
        said, status = self.lines, None
        if self.response is not None:
            status = self.response.status_code
            body = self.response._content
            if isinstance(body, bytes):
                said = [*said, body[:READ].decode(errors="replace")]
        return {"ok": ok, "status": status, "answer": " ".join(said)}


# The one that listens now; the process sends one message at a time.
_heard = _Heard()


def load() -> None:
    """Load all services, and listen to what is answered over HTTP: Apprise itself tells no more than that it failed."""
    NotificationManager().load_modules()
    logging.getLogger("apprise").propagate = False
    adapter = requests.adapters.HTTPAdapter
    send = adapter.send

    def heard(*args: Any, **more: Any) -> requests.Response:
        response = send(*args, **more)
        _heard.note(response)
        return response

    adapter.send = heard  # type: ignore[method-assign]


def send(address: str, title: str, body: str, level: str) -> dict[str, Any]:
    """Send a message; return `{"ok", "status", "answer"}`. Raises BadAddress, and what a service raises."""
    global _heard
    service = service_of(address)
    _heard, logger = _Heard(), logging.getLogger("apprise")
    logger.addHandler(_heard)
    try:
        done = service.notify(
            body=body,
            title=title,
            notify_type=level,
            body_format=apprise.NotifyFormat.TEXT,
            overflow=apprise.OverflowMode.TRUNCATE,
        )
    finally:
        logger.removeHandler(_heard)
    return _heard.answer(ok=bool(done))

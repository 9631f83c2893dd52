"""FlexGet's connection to an IRC server, watched, and with what 3.22 gets wrong put right.

FlexGet makes them by the name of its class, so the companion puts this one in its place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flexget.components.irc import irc
from flexget.plugin import PluginError
from loguru import logger

from .bound import Bound

logger = logger.bind(name="irc")

# What FlexGet's plugin raises where a connection can't be made.
UNUSABLE = (
    irc.MissingConfigOption, irc.TrackerFileError, irc.TrackerFileParseError, OSError,
)  # fmt: skip
# The connection that a thread works for, by its name; "" is all of them.
speaking: ContextVar[str] = ContextVar("speaking", default="")
# Entries that a connection may ask to have run within a minute; the others are dropped.
MOST_ENTRIES = 60
MINUTE = 60.0
# Characters of a line that are shown.
LONGEST_LINE = 500


@contextmanager
def speaking_for(name: str) -> Iterator[None]:
    """Say of what is logged and asked for meanwhile that it is a connection's."""
    token = speaking.set(name)
    try:
        yield
    finally:
        speaking.reset(token)


def now() -> str:
    """Return the time, as JSON has it."""
    return datetime.now(UTC).isoformat()


class Seen:
    """What was seen of a connection, over all of its lives in this process."""

    def __init__(self) -> None:
        # Whether it could not be made when that was last tried.
        self.unusable = False
        self.since: str | None = None
        self.line: dict[str, str] | None = None
        self.announces = 0
        self.dropped = 0
        self.bound = Bound(MOST_ENTRIES, MINUTE)


seen: dict[str, Seen] = {}


class Connection(irc.IRCConnection):
    """One of the section `irc`."""

    # FlexGet 3.22 takes for granted that a tracker file brings some.
    linepatterns: Any = ()
    multilinepatterns: Any = ()
    entry_queue: list[Any]

    def __init__(self, config: dict[str, Any], config_name: Any) -> None:
        self.key = str(config_name)
        self.seen = seen.setdefault(self.key, Seen())
        self.seen.unusable = True
        with speaking_for(self.key):
            try:
                super().__init__(config, config_name)
            except UNUSABLE as error:
                # FlexGet says it as well, but not of which connection.
                logger.error("{}", error)
                raise
            except Exception as error:
                logger.error(
                    "It can't be made of its config and its tracker file: {}: {}",
                    type(error).__name__,
                    error,
                )
                # What FlexGet does not foresee would end all other connections as well.
                raise irc.TrackerFileError(f"{self.key} can't be made") from error
        self.seen.unusable = False

    def start(self) -> None:
        """Live as a thread; FlexGet starts another one where it ended by an error."""
        with speaking_for(self.key):
            try:
                super().start()
            except Exception as error:  # noqa: BLE001  Else Python prints a traceback and says it to nobody.
                logger.error("The connection broke off: {}: {}", type(error).__name__, error)
            finally:
                self.seen.since = None

    @property
    def is_connected_now(self) -> bool:
        """Whether the server has welcomed it, and it has heard no end since."""
        return bool(
            self.seen.since and self.connected and not self.reconnecting and self.is_alive()
        )

    def handle_connect(self) -> None:
        """The socket is open; who speaks IRC is welcomed."""
        self.seen.since = None
        super().handle_connect()

    def on_welcome(self, msg: Any) -> None:
        """It is in."""
        super().on_welcome(msg)
        self.seen.since = now()

    def on_privmsg(self, msg: Any) -> None:
        """Somebody says something in a channel, or to us alone, which nobody else is shown."""
        if len(msg.arguments) < 2:
            return
        if irc.irc_bot.is_channel(msg.arguments[0]):
            channel, text = msg.arguments[0], msg.arguments[1][:LONGEST_LINE]
            self.seen.line = {"time": now(), "channel": channel, "text": text}
        super().on_privmsg(msg)

    def process_message(self, nickname: str, channel: str) -> None:
        """Make entries of what was said."""
        try:
            super().process_message(nickname, channel)
        except PluginError as error:
            # FlexGet 3.22 lets go of the server for a line in which its patterns find no title.
            logger.error("A line can't be made an entry: {}", error.value)
            self.line_cache[channel][nickname] = []
            self.processing_message = False

    def entries_from_lines(self, lines: list[str]) -> list[Any]:
        """Return an entry for each line with a URL, where no tracker file says more."""
        entries: list[Any] = super().entries_from_lines(lines)
        for entry in entries:
            # FlexGet 3.22 then looks for what a tracker file would have made of it.
            entry["irc_torrentname"], entry["irc_torrenturl"] = entry["title"], entry["url"]
        return entries

    def run_tasks(self) -> None:
        """Have the entries run, as many as may be."""
        with speaking_for(self.key):
            let, before = self.seen.bound.take(len(self.entry_queue))
            dropped = self.entry_queue[let:]
            if before:
                logger.warning("In the minute before, {} entries were dropped.", before)
            if dropped:
                self.seen.dropped += len(dropped)
                if let or not before:
                    logger.warning(
                        "More than {} entries were announced within a minute: the others are dropped, from {!r} on.",
                        MOST_ENTRIES, dropped[0]["title"],
                    )  # fmt: skip
                self.entry_queue = self.entry_queue[:let]
            if self.entry_queue:
                self.seen.announces += let
                super().run_tasks()

    def leave(self) -> None:
        """Say goodbye to the server; entries that wait for more are run."""
        self.inject_before_shutdown = True
        self.quit()

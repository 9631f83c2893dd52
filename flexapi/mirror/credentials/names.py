"""What the keys of credentials are called, in any config and in FlexGet's plugins."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from flexapi.mirror.credentials.plugins import IRC_KNOWN, PLUGINS
from flexapi.mirror.document import Path

# Words that make a key the name of a credential, however it is written: `apiKey`, `api-key`.
WORDS = frozenset(
    {
        "accesskey",
        "accesstoken",
        "apikey",
        "auth",
        "authentication",
        "authkey",
        "authorization",
        "authtoken",
        "bearer",
        "cfduid",
        "cookie",
        "cookies",
        "credential",
        "credentials",
        "pass",
        "passcode",
        "passkey",
        "passphrase",
        "passwd",
        "password",
        "phpsessid",
        "pin",
        "pincode",
        "privatekey",
        "pwd",
        "rsskey",
        "secret",
        "secretkey",
        "secrets",
        "sessionid",
        "token",
        "tokens",
        "torrentpass",
        "userkey",
        "webhook",
    }
)
# Pairs of words that do: `api_key`, `web_hook_url`.
PAIRS = frozenset(
    (first, second)
    for first, seconds in {
        "api": ("key", "token"),
        "rss": ("key",),
        "auth": ("key", "token", "hash"),
        "user": ("key",),
        "device": ("key",),
        "client": ("key",),
        "consumer": ("key",),
        "provider": ("key",),
        "developer": ("key",),
        "access": ("key",),
        "private": ("key",),
        "secret": ("key",),
        "torrent": ("pass",),
        "web": ("hook",),
        "session": ("id", "key"),
    }.items()
    for second in seconds
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What a plugin's table has of keys that mean nothing secret elsewhere, for comments, whose plugin isn't known for sure.
_OF_SOME_PLUGIN = frozenset(key for plugin in PLUGINS.values() for key in plugin.keys if key)


@lru_cache(maxsize=4096)
def is_credential(key: str) -> bool:
    """Whether the values under a key of this name are credentials, whichever plugin it belongs to."""
    words = [word.lower() for word in _WORD.findall(key)]
    return any(word in WORDS for word in words) or any(pair in PAIRS for pair in pairwise(words))


def may_be_credential(key: str) -> bool:
    """Whether the values under a key of this name are credentials in any plugin."""
    return is_credential(key) or key in _OF_SOME_PLUGIN


def hides(path: Path, key: Any) -> bool:
    """Whether the config keeps credentials under `key` of the mapping at `path`."""
    if len(path) < own_names((*path, key)):
        return False
    name = str(key)
    return is_credential(name) or _is_of_plugin(path, name)


def hides_at(path: Path) -> bool:
    """Whether the value at `path` is, or is in, what the config keeps as a credential."""
    return any(hides(path[:at], key) for at, key in enumerate(path) if isinstance(key, str))


def is_whole(path: Path) -> bool:
    """Whether a plain value at `path` is a plugin's short form of a credential: `cronitor: CODE`, also where it is wrongly in a list."""
    while path and type(path[-1]) is int:
        path = path[:-1]
    if not path or len(path) <= own_names(path) - 1:
        return False
    plugin = PLUGINS.get(path[-1]) if isinstance(path[-1], str) else None
    return plugin is not None and "" in plugin.keys


def plugins_of(path: Path) -> frozenset[str]:
    """The plugins with credentials in whose config `path` is."""
    return frozenset(key for key in path if isinstance(key, str) and key in PLUGINS)


def own_names(path: Path) -> int:
    """How many keys at the start are names that people chose: sections, tasks and templates."""
    return 2 if path[:1] in (("tasks",), ("templates",)) else 1


def _is_of_plugin(path: Path, key: str) -> bool:
    if path[0] == "irc" and len(path) == 2:
        # Whatever else stands at a connection is what its tracker wants to know of its user.
        return key not in IRC_KNOWN
    return any(
        key in PLUGINS[above].keys
        for above in path[own_names(path) :]
        if isinstance(above, str) and above in PLUGINS
    )

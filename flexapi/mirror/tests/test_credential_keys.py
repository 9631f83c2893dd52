"""The table of FlexGet's keys of credentials, compared with the FlexGet that is installed."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from flexapi.mirror import credentials
from flexapi.mirror.credentials import MASK
from flexapi.mirror.credentials.names import is_credential
from flexapi.mirror.credentials.plugins import IRC_KNOWN, PLUGINS
from flexapi.mirror.document import Document
from flexapi.testing.flexgets import newest_flexget

# What a key of a credential may be called, far too widely.
SUSPICIOUS = re.compile(
    r"key|token|pass|pwd|secret|auth|cookie|sess|sid|cred|pin|hash|uid|code|hook|cert|login|account|apiuser"
    r"|user_?id|private|signature|nonce|otp|salt|topic|headers|recipient|chat|api",
    re.IGNORECASE,
)
# What was looked at and is no credential: names and numbers of accounts, whom to write to, certificates that
# everybody may have, paths of files, and words that only look like it.
HARMLESS = {
    "anidb_list.user_id", "discord.embeds.author", "filmweb_watchlist.login", "form.passfield",
    "free_space.ssh_key_filepath", "from_rtorrent.digest_auth", "hebits.userid", "imdb_list.login",
    "imdb_watchlist.user_id", "kitsu.user_id", "mqtt.certificates", "mqtt.certificates.broker_ca_cert",
    "mqtt.certificates.client_cert", "mqtt.certificates.validate_broker_cert", "mqtt.topic",
    "next_trakt_episodes.account", "passthepopcorn.grouping", "pyload.api", "qbittorrent.verify_cert",
    "regexp_parse.keys", "rtorrent.digest_auth", "sftp_list.host_key", "sftp_list.host_key.key_type",
    "sftp_list.host_key.public_key", "sftp_upload.host_key", "sftp_upload.host_key.key_type",
    "sftp_upload.host_key.public_key", "slack.attachments.author_icon", "slack.attachments.author_link",
    "slack.attachments.author_name", "sns.sns_topic_arn", "telegram.recipients", "telegram.recipients.chat_id",
    "thetvdb_list.account_id", "trakt_calendar.account", "trakt_list.account", "trakt_lookup.account",
    "twitterfeed.account", "web_server.ssl_certificate", "xmpp.recipients",
    # Hidden all the same, with what is above it.
    "subliminal.authentication.napiprojekt", "subliminal.authentication.podnapisi",
    # A text is a URL here.
    "html.", "irc.", "rss.",
}  # fmt: skip
# What is called like a credential and holds none, yet is hidden: nobody misses it.
HIDDEN_TOO = {"rtorrent.digest_auth", "from_rtorrent.digest_auth"}

Plugins = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def installed() -> Plugins:
    command = [sys.executable, "-m", "flexapi.mirror.tests.plugin_keys"]
    found: Plugins = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def suspicious(plugin: str, path: str) -> bool:
    name = path.rpartition(".")[2]
    return bool(SUSPICIOUS.search(name)) if path else plugin in PLUGINS


def test_every_key_that_looks_like_a_credential_was_looked_at(installed: Plugins) -> None:
    looked_at = 0
    for plugin, described in installed.items():
        known = PLUGINS[plugin].keys if plugin in PLUGINS else ()
        for path in described["keys"]:
            if suspicious(plugin, path):
                looked_at += 1
                assert path.rpartition(".")[2] in known or f"{plugin}.{path}" in HARMLESS, (
                    f"Is {plugin}.{path} a credential? Add it to credentials/plugins.py, or to HARMLESS here."
                )
    assert looked_at > 140


@newest_flexget
def test_nothing_in_the_tables_is_gone(installed: Plugins) -> None:
    for plugin, (module, names) in PLUGINS.items():
        there = {path.rpartition(".")[2] for path in installed[plugin]["keys"]}
        assert set(names) <= there, plugin
        assert installed[plugin]["module"] in (module, ""), plugin
    paths = {f"{plugin}.{path}" for plugin, found in installed.items() for path in found["keys"]}
    assert paths >= HARMLESS


def test_irc_has_no_other_keys_of_its_own(installed: Plugins) -> None:
    own = {path for path in installed["irc"]["keys"] if path and "." not in path}
    assert own - set(PLUGINS["irc"].keys) == IRC_KNOWN


def config_of(plugin: str, key: str, value: str) -> dict[str, Any]:
    inner: Any = {key: value} if key else value
    if plugin == "irc":
        return {"irc": {"tracker": inner}}
    if plugin == "web_server":
        return {"web_server": inner}
    return {"templates": {"password": {"nested": [{plugin: inner}]}}}


@pytest.mark.parametrize(
    ("plugin", "key"), [(plugin, key) for plugin, row in PLUGINS.items() for key in row.keys]
)
def test_each_is_hidden_in_every_form(plugin: str, key: str) -> None:
    value = "hunter2"
    config = config_of(plugin, key, value)
    assert credentials.secrets_of(config) == {value}
    assert credentials.mask_value(config) == config_of(plugin, key, MASK)
    source = Document("").set((), config).text
    assert value not in credentials.mask_document(Document(source))
    if key:
        flow = f"a: 1\n# {plugin}: {{host: x, {key}: {value}, more: {value}}}\n"
        block = f"a: 1\n# {plugin}:\n#   {key}: {value}\n#   # {key}: {value}\n"
        for text in (flow, block):
            assert value not in credentials.mask_document(Document(text))


def test_what_is_harmless_is_shown() -> None:
    for name in HARMLESS - HIDDEN_TOO:
        plugin, *path = name.split(".")
        if path == [""] or is_credential(path[0]):
            continue
        value: Any = "x1"
        for key in reversed(path):
            value = {key: value}
        assert "x1" in str(credentials.mask_value({"tasks": {"t": {plugin: value}}})), name


def test_what_a_tracker_wants_of_irc_is_hidden() -> None:
    shown = credentials.mask_value({"irc": {"a": {"server": "s", "myKey": "k", "irc_name": "n"}}})
    assert shown == {"irc": {"a": {"server": "s", "myKey": MASK, "irc_name": MASK}}}

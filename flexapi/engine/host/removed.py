"""Names of old configs that FlexGet dropped, and what took their place: what a complaint about such a key adds.

Versions and successors are from the history of FlexGet's source. FlexGet's own messages only say that a key isn't valid.
"""

from dataclasses import dataclass

from flexget import plugin

# FlexGet adds this to complaints about keys of tasks and templates.
PLUGINS_ONLY = "Only known plugin names"


@dataclass(frozen=True, slots=True)
class Removed:
    """A name that FlexGet took until `version`, the first without it, and what to write now; "" where nothing does the same."""

    version: str
    instead: str = ""

    def __str__(self) -> str:
        said = f"FlexGet dropped it in {self.version}"
        return f"{said}: {self.instead}." if self.instead else f"{said}; nothing took its place."


_SITE = "it was for one site, remove it"

# Keys of tasks and templates.
PLUGINS: dict[str, Removed] = {
    "animeindex": Removed("3.18.0", _SITE),
    "archetorrent": Removed("3.18.0", _SITE),
    "assumequality": Removed("1.2.15", "it is called `assume_quality`"),
    "btchat": Removed("2.3.0", _SITE),
    "btjunkie": Removed("2.3.0", _SITE),
    "cfscraper": Removed("3.15.0"),
    "couchpotato": Removed("1.2.505", "use `couchpotato_list`"),
    "deadfrog": Removed("3.18.0", _SITE),
    "dequeue_movies": Removed("1.2.247", "write `movie_queue: remove`"),
    "descargas2020": Removed("3.18.0", _SITE),
    "disable_builtins": Removed(
        "1.2.261", "write `disable: builtins`, or name the plugins in `disable`"
    ),
    "disable_plugin": Removed("1.2.261", "name the plugins in `disable`"),
    "divxatope": Removed("2.14.4", _SITE),
    "dynamic_imdb": Removed("2.1.0", "it is called `from_imdb`"),
    "emit_digest": Removed("2.1.0", "it is called `from_digest`"),
    "emit_series": Removed("2.1.0", "it is called `next_series_episodes`"),
    "extratorrent": Removed("2.12.0", _SITE),
    "filelist": Removed("3.18.0", "use `filelist_api` in the `from` of `discover`"),
    "find": Removed("1.2.452", "use `filesystem`"),
    "frenchtorrentdb": Removed("3.18.0", _SITE),
    "freshon": Removed("2.12.0", _SITE),
    "from_uoccin": Removed("2.2.0"),
    "fuzer": Removed("3.18.0", _SITE),
    "hliang": Removed("3.18.0", _SITE),
    "imdb_rated": Removed("1.2.78", "use `list_match` with the list `ratings` of `imdb_list`"),
    "imdb_required": Removed("2.3.0", "use `imdb_lookup: yes` and `require_field: imdb_id`"),
    "import_series": Removed("1.2.0", "it is called `configure_series`"),
    "isohunt": Removed("2.3.0", _SITE),
    "kat": Removed("2.2.0", _SITE),
    "list_accept": Removed("2.1.0", "use `list_match`"),
    "list_queue": Removed("2.1.0", "use `list_match`, `list_add` or `list_remove`"),
    "list_reject": Removed("2.1.0", "use `list_match` with `action: reject`"),
    "listdir": Removed("1.2.452", "use `filesystem`"),
    "magnetdl": Removed("3.18.0", _SITE),
    "newpct": Removed("2.13.4", _SITE),
    "newtorrents": Removed("3.18.0", _SITE),
    "newzleech": Removed("2.3.0", _SITE),
    "nnm-club": Removed("3.18.0", _SITE),
    "notify_abort": Removed("2.9.0", "use `notify` with `abort`"),
    "notify_crash": Removed("2.8.0"),
    "notify_entries": Removed("2.9.0", "use `notify` with `entries`"),
    "notify_osd": Removed("2.7.0", "use `toast` under `notify`"),
    "notify_sns": Removed("2.7.0", "it is called `sns`"),
    "notify_task": Removed("2.9.0", "use `notify` with `task`"),
    "notify_xmpp": Removed("2.7.0", "use `xmpp` under `notify`"),
    "path_select": Removed("2.1.0", "it is called `path_by_space`"),
    "preset": Removed("1.2.0", "it is called `template`, and the section is `templates`"),
    "ptn": Removed("3.18.0", _SITE),
    "publichd": Removed("2.3.0", _SITE),
    "queue_movies": Removed("1.2.247", "write `movie_queue: add`"),
    "rarbg": Removed("3.11.20", _SITE),
    "redskunk": Removed("2.3.0", _SITE),
    "rmz": Removed("3.18.0", _SITE),
    "sceneaccess": Removed("2.12.0", _SITE),
    "scenereleases": Removed("1.2.76", "it is called `sceper`"),
    "series_forget": Removed("1.2.505", "it is called `series_remove`"),
    "sonarr": Removed("1.2.505", "use `sonarr_list`"),
    "sonarr_emit": Removed("2.1.0", "it is called `next_sonarr_episodes`"),
    "stmusic": Removed("2.3.0", _SITE),
    "subtitle_queue": Removed("2.3.0", "use `subtitle_list` with `list_add`, and `subliminal`"),
    "t411": Removed("2.12.0", _SITE),
    "t411_lookup": Removed("2.12.0", _SITE),
    "thetvdb_add": Removed("2.2.0", "use `list_add` with `thetvdb_list`"),
    "thetvdb_favorites": Removed("2.2.0", "use `thetvdb_list`"),
    "thetvdb_remove": Removed("2.2.0", "use `list_remove` with `thetvdb_list`"),
    "torrent411": Removed("2.12.0", _SITE),
    "torrentshack": Removed("2.12.0", _SITE),
    "trakt_acquired": Removed("1.2.80", "use `list_add` with `trakt_list`"),
    "trakt_add": Removed("2.1.0", "use `list_add` with `trakt_list`"),
    "trakt_collected_lookup": Removed("1.2.385", "use `trakt_lookup`"),
    "trakt_emit": Removed("2.1.0", "it is called `next_trakt_episodes`"),
    "trakt_remove": Removed("2.1.0", "use `list_remove` with `trakt_list`"),
    "trakt_watched_lookup": Removed("1.2.385", "use `trakt_lookup`"),
    "uoccin_emit": Removed("2.1.0"),
    "uoccin_lookup": Removed("2.2.0"),
    "uoccin_reader": Removed("2.2.0"),
    "uoccin_subtitles": Removed("2.2.0"),
    "uoccin_collection_add": Removed("2.2.0"),
    "uoccin_collection_remove": Removed("2.2.0"),
    "uoccin_watched_false": Removed("2.2.0"),
    "uoccin_watched_true": Removed("2.2.0"),
    "uoccin_watchlist_add": Removed("2.2.0"),
    "uoccin_watchlist_remove": Removed("2.2.0"),
    "urlrewrite_redirect": Removed("1.2.455", "it is called `redirect_url`"),
    "whatcd": Removed("2.7.0", _SITE),
}

# Keys at the root of a config.
SECTIONS: dict[str, Removed] = {
    "feeds": Removed("1.0", "it is called `tasks`"),
    "presets": Removed("1.2.0", "it is called `templates`"),
    "secrets": Removed(
        "2.9.0", "it is called `variables`, and `{{ secrets.x }}` is written `{? x ?}`"
    ),
    "webui": Removed("2.4.0", "it is called `web_server`; FlexAPI needs neither"),
}  # fmt: skip


def hint(name: str, *, at_root: bool, message: str) -> str:
    """Return what to say to a key that FlexGet refuses, "" where nothing is known; `message` is FlexGet's."""
    if at_root and PLUGINS_ONLY not in message:
        if name in SECTIONS:
            return str(SECTIONS[name])
        return _at_root(name)
    if PLUGINS_ONLY not in message:
        return ""
    if name in PLUGINS:
        return str(PLUGINS[name])
    return _in_task(name)


def _at_root(name: str) -> str:
    known = plugin.plugins.get(name)
    if known is None or "task" not in known.interfaces:
        return ""
    return "It is a plugin: it goes into a task or a template, so look at how far it is indented."


def _in_task(name: str) -> str:
    interfaces = plugin.plugins[name].interfaces if name in plugin.plugins else []
    if "notifiers" in interfaces:
        return f"Since FlexGet 2.9 it stands under `notify`: `notify: {{entries: {{via: [{name}: …]}}}}`."
    if "search" in interfaces:
        return "It searches: it goes into the `from` of `discover`, or into `urlrewrite_search`."
    if "urlrewriter" in interfaces:
        return "It rewrites URLs by itself: remove it here."
    return ""

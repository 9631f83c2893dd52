"""Which keys of FlexGet's plugins hold credentials: all of FlexGet 3.22, read off the schemas of its plugins.

A test compares this with the FlexGet that is installed: a plugin, or a key, that is new and looks as if it held a credential
fails it until it stands here, or there among what was looked at and holds none.
"""

from typing import NamedTuple


class Plugin(NamedTuple):
    """Where in FlexGet a plugin is, and its keys of credentials, wherever in its config they stand.

    "" means that the plugin's whole config may be one: `cronitor: CODE`.
    """

    module: str
    keys: tuple[str, ...]


PLUGINS = {
    "alpharatio": Plugin("components.sites.sites.alpharatio", ("password",)),
    "anidb_list": Plugin("plugins.input.anidb_list", ("pass",)),
    "aria2": Plugin("plugins.clients.aria2", ("password", "secret")),
    "awesomehd": Plugin("components.sites.sites.awesomehd", ("", "passkey")),
    "bark": Plugin("components.notify.notifiers.bark", ("device_key",)),
    "betaseries_list": Plugin("plugins.input.betaseries_list", ("api_key", "password")),
    "btn": Plugin("components.sites.sites.btn", ("", "api_key")),
    "clean_transmission": Plugin("plugins.clients.transmission", ("password",)),
    "couchpotato_list": Plugin("components.managed_lists.lists.couchpotato_list", ("api_key",)),
    "cronitor": Plugin("components.notify.notifiers.cronitor", ("", "auth_key", "monitor_code")),
    "deluge": Plugin("plugins.clients.deluge", ("password",)),
    "discord": Plugin("components.notify.notifiers.discord", ("web_hook_url",)),
    "download_auth": Plugin("plugins.output.download_auth", ("password",)),
    "email": Plugin("components.notify.notifiers.email", ("smtp_password",)),
    "emby_list": Plugin("components.emby.emby_list", ("apikey", "password")),
    "emby_lookup": Plugin("components.emby.emby_lookup", ("apikey", "password")),
    "emby_refresh": Plugin("components.emby.emby_refresh", ("apikey", "password")),
    "filelist_api": Plugin("components.sites.sites.filelist_api", ("passkey",)),
    "filmweb_watchlist": Plugin("plugins.input.filmweb_watchlist", ("password",)),
    "floppy_list": Plugin("components.floppy.floppy_list", ("api_key",)),
    "form": Plugin("plugins.operate.formlogin", ("password",)),
    "from_deluge": Plugin("plugins.clients.deluge", ("password",)),
    "from_emby": Plugin("components.emby.from_emby", ("apikey", "password")),
    "from_qbittorrent": Plugin("plugins.clients.qbittorrent", ("api_key", "password")),
    "from_rtorrent": Plugin("plugins.clients.rtorrent", ("password",)),
    "from_telegram": Plugin("plugins.input.from_telegram", ("token",)),
    "from_transmission": Plugin("plugins.clients.transmission", ("password",)),
    "ftp_list": Plugin("components.ftp.ftp_list", ("password",)),
    "gazelle": Plugin("plugins.input.gazelle", ("password",)),
    "gazellemusic": Plugin("plugins.input.gazelle", ("password",)),
    "gotify": Plugin("components.notify.notifiers.gotify", ("token",)),
    "hebits": Plugin("components.sites.sites.hebits", ("session",)),
    "html": Plugin("plugins.input.html", ("password",)),
    "ifttt": Plugin("components.notify.notifiers.ifttt", ("keys",)),
    "imdb_list": Plugin("components.managed_lists.lists.imdb_list", ("cookies",)),
    "iptorrents": Plugin("components.sites.sites.iptorrents", ("password", "rss_key", "uid")),
    "irc": Plugin("components.irc.irc", ("invite_message", "nickserv_password", "password")),
    "join": Plugin("components.notify.notifiers.join", ("api_key",)),
    "kodi_library": Plugin("plugins.services.kodi_library", ("password",)),
    "lostfilm": Plugin("components.sites.sites.lostfilm", ("", "lf_session")),
    "matrix": Plugin("components.notify.notifiers.matrix", ("password", "token")),
    "medusa": Plugin("plugins.input.medusa", ("password",)),
    "morethantv": Plugin("components.sites.sites.morethantv", ("password",)),
    "mqtt": Plugin("components.notify.notifiers.mqtt", ("client_key", "password")),
    "ms_teams": Plugin("components.notify.notifiers.microsoftteams", ("web_hook_url",)),
    "myepisodes": Plugin("plugins.services.myepisodes", ("password",)),
    "myepisodes_list": Plugin("plugins.input.myepisodes_list", ("password",)),
    "ncore": Plugin("components.sites.sites.ncore", ("password",)),
    "newznab": Plugin("components.sites.sites.newznab", ("apikey",)),
    "next_sonarr_episodes": Plugin("plugins.input.next_sonarr_episodes", ("api_key",)),
    "notifymyandroid": Plugin(
        "components.notify.notifiers.notifymyandroid", ("api_key", "developer_key")
    ),
    "notwhatcd": Plugin("plugins.input.gazelle", ("password",)),
    "npo_watchlist": Plugin("plugins.input.npo_watchlist", ("password",)),
    "ntfysh": Plugin("components.notify.notifiers.ntfysh", ("password", "topic")),
    "ombi_list": Plugin("components.managed_lists.lists.ombi_list", ("api_key", "password")),
    "passthepopcorn": Plugin(
        "components.sites.sites.passthepopcorn", ("apikey", "apiuser", "passkey")
    ),
    "plex": Plugin("plugins.input.plex", ("password", "token")),
    "plex_watchlist": Plugin(
        "components.managed_lists.lists.plex_watchlist", ("password", "token")
    ),
    "pogcal": Plugin("plugins.input.pogcal", ("password",)),
    "pogcal_acquired": Plugin("plugins.services.pogcal_acquired", ("password",)),
    "prowl": Plugin("components.notify.notifiers.prowl", ("api_key", "provider_key")),
    "pushalot": Plugin("components.notify.notifiers.pushalot", ("api_key",)),
    "pushbullet": Plugin("components.notify.notifiers.pushbullet", ("api_key",)),
    "pushover": Plugin("components.notify.notifiers.pushover", ("api_key", "user_key")),
    "pushsafer": Plugin("components.notify.notifiers.pushsafer", ("private_key",)),
    "pyload": Plugin("plugins.clients.pyload", ("package_password", "password")),
    "qbittorrent": Plugin("plugins.clients.qbittorrent", ("api_key", "password")),
    "radarr_list": Plugin("components.managed_lists.lists.radarr_list", ("api_key",)),
    "rapidpush": Plugin("components.notify.notifiers.rapidpush", ("api_key",)),
    "redacted": Plugin("plugins.input.gazelle", ("password",)),
    "rottentomatoes_list": Plugin("plugins.input.rottentomatoes_list", ("api_key",)),
    "rss": Plugin("plugins.input.rss", ("password",)),
    "rtorrent": Plugin("plugins.clients.rtorrent", ("password",)),
    "rutracker_auth": Plugin("components.sites.sites.rutracker", ("password",)),
    "sabnzbd": Plugin("plugins.output.sabnzbd", ("key", "password")),
    "scrob_list": Plugin("components.managed_lists.lists.scrob_list", ("api_key",)),
    "sftp_list": Plugin("components.ftp.sftp", ("password", "private_key", "private_key_pass")),
    "sftp_upload": Plugin("components.ftp.sftp", ("password", "private_key", "private_key_pass")),
    "sickbeard": Plugin("plugins.input.sickbeard", ("api_key",)),
    "slack": Plugin("components.notify.notifiers.slack", ("web_hook_url",)),
    "sms_ru": Plugin("components.notify.notifiers.sms_ru", ("password",)),
    "sns": Plugin("plugins.output.sns", ("aws_access_key_id", "aws_secret_access_key")),
    "sonarr_list": Plugin("components.managed_lists.lists.sonarr_list", ("api_key",)),
    "subliminal": Plugin("plugins.output.subtitles_subliminal", ("authentication",)),
    "telegram": Plugin("components.notify.notifiers.telegram", ("bot_token",)),
    "thetvdb_list": Plugin("components.managed_lists.lists.thetvdb_list", ("api_key",)),
    "torrentday": Plugin(
        "components.sites.sites.torrentday", ("cfduid", "passkey", "rss_key", "uid")
    ),
    "torrentleech": Plugin("components.sites.sites.torrentleech", ("password", "rss_key")),
    "torznab": Plugin("plugins.input.torznab", ("apikey",)),
    "transmission": Plugin("plugins.clients.transmission", ("password",)),
    "twitterfeed": Plugin(
        "plugins.input.twitterfeed",
        ("access_token_key", "access_token_secret", "consumer_key", "consumer_secret"),
    ),
    "utorrent": Plugin("plugins.output.utorrent", ("password",)),
    "web_server": Plugin("plugins.daemon.web_server", ("ssl_private_key",)),
    "wordpress_auth": Plugin("components.sites.sites.wordpress", ("password",)),
    "xmpp": Plugin("components.notify.notifiers.xmpp", ("password",)),
}

# The keys that FlexGet's `irc` knows of a connection and that hold no credential (components/irc/irc.py). All others but
# `password` are those of the connection's tracker: an IRC key, an auth key, a passkey by any name.
IRC_KNOWN = frozenset(
    {
        "tracker_file",
        "server",
        "port",
        "nickname",
        "channels",
        "invite_nickname",
        "task",
        "task_re",
        "queue_size",
        "use_ssl",
        "task_delay",
    }
)

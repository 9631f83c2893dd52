"""What FlexGet's plugins do in a test run: each that doesn't ask whether it is one was looked at."""

import json
import subprocess
import sys

from flexapi.engine.host_process import ROOT, environment

# They read, decide about entries, or change FlexGet's database, of which a trial has a copy.
HARMLESS = {
    "abort",
    "archive",
    "backlog",
    "change_warn",
    "check_subtitles",
    "cookies",  # reads a file
    "details",
    "digest",
    "disable",
    "disable_phases",
    "disable_urlrewriters",
    "domain_delay",
    "download_auth",
    "dump",
    "dump_config",
    "emby_list",  # logs in
    "emby_lookup",
    "filmweb_watchlist",
    "form",  # logs in, for what inputs read
    "free_space",
    "from_emby",
    "gen_series_data",
    "headers",
    "history",
    "if",  # calls other plugins, which are left out by themselves
    "interval",
    "log_filter",
    "manipulate",
    "manual",
    "max_reruns",
    "mock_output",
    "no_entries_ok",
    "only_new",
    "parsing",
    "pathscrub",
    "pending_approval",
    "piratebay",
    "plex_watchlist",
    "plugin_priority",
    "priority",
    "proper_movies",
    "redirect_url",
    "regex_extract",
    "remember_rejected",
    "reorder_quality",
    "rerun",
    "rlsbb",
    "run_task",  # asks for a run, which a trial doesn't
    "seen",
    "seen_info_hash",
    "seen_movies",
    "sequence",  # as `if`
    "serienjunkies",
    "series",
    "series_db",
    "series_remove",
    "set_series_begin",
    "sleep",
    "solidtorrents",
    "spy_headers",
    "status",
    "subtitles",  # a list of wanted ones, in the database
    "timeframe",
    "torrent",  # writes over a file that was downloaded, and in a test none is
    "torrent_alive",
    "torrent_match",
    "trakt_lookup",
    "twitterfeed",
    "upgrade",
    "urlrewrite",
    "verbose",
    "verify_ssl_certificates",
    "version_checker",
    "assume_quality",
    "wordpress_auth",  # logs in
}
LOOK = """
import inspect, json
import flexget.log
from flexget import plugin
from flexapi.engine.host.trial import ACTING, FILE_LISTS
flexget.log.initialize()
plugin.load_plugins()
acting = ("start", "download", "output", "learn", "exit", "abort")
unasked = [
    info.name
    for info in plugin.plugins.values()
    if any(phase in info.phase_handlers for phase in acting)
    and "options.test" not in inspect.getsource(inspect.getmodule(info.plugin_class))
]
print(json.dumps([unasked, list(ACTING), list(FILE_LISTS), sorted(plugin.plugins)]))
"""


def test_each_plugin_that_does_not_ask_is_left_out_or_known_to_be_harmless() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    unasked, acting, lists, known = map(set, json.loads(done.stdout.splitlines()[-1]))

    # One that is new has to be looked at: it goes into HARMLESS or into ACTING.
    assert unasked - acting - HARMLESS == set()
    assert (acting | lists) - known == set()
    assert HARMLESS & acting == set()

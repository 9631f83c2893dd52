"""Credentials in free text, and wherever else a credential of the config appears."""

import time

import pytest

from flexapi.mirror import credentials
from flexapi.mirror.credentials import MASK, Known
from flexapi.text import storable

MARK = "hUnter2x"


@pytest.mark.parametrize(
    "text",
    [
        "curl -u user:{} http://h/",
        'curl -u "user:{} with blanks" http://h/',
        "curl -u user:'{}' http://h/",
        "curl --user=user:{} -o x http://h/",
        "curl -uuser:{} http://h/",
        "smbclient -U me%{} //host/share",
        "sshpass -p {} ssh host",
        "Authorization: Bearer {}",
        "authorization: token {}",
        "wget --header='Authorization: Basic {}=' http://h/",
        "curl -H 'Authorization: Bearer {}' -d 'token={}'",
        "API_KEY={} ./notify.sh",
        "export PASS={};",
        "./x --password={} --foo",
        "./x --password {} --foo",
        "wget --http-password='{} x' http://h/",
        "password: {}",
        '{{"api_key": "{}", "x": 1}}',
        "{{'password': '{}', 'y': 2}}",
        r"{{\"password\": \"{}\"}}",
        "X-Api-Key: {}",
        "cookie: a={}; b={}",
        "https://user:{}@host/",
        "https://api.telegram.org/bot123456:{}/sendMessage",
        "https://hooks.slack.com/services/T0/B0/{}",
        "https://discord.com/api/webhooks/1/{}",
        "https://maker.ifttt.com/trigger/x/with/key/{}",
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
    ],
)
def test_it_is_known_by_how_it_is_written(text: str) -> None:
    shown = credentials.mask_text(text.replace("{}", MARK).replace("{{", "{").replace("}}", "}"))
    assert MARK not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    "text",
    [
        "Downloaded 5 entries, key_type: ssh",
        "password: {{ pw }}, token: {? token ?}, PASS=$PASS",
        "token: None",
        "login failed: basic functionality is missing",
        "entry Some.Show.S01E01 accepted by series",
        "https://host/path?cat=5&q=show",
        "-u foo",
    ],
)
def test_all_else_stays(text: str) -> None:
    assert credentials.mask_text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "key x://" + "{{" * 50_000,
        "key " + "\"'" * 50_000,
        "key " + "-u" * 50_000,
        "key " + "basic " * 30_000,
        "-----BEGIN PRIVATE KEY-----" * 5_000,
        "password" * 30_000 + "=",
        "key -u " + " " * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.thread_time()
    credentials.mask_text(text)
    assert time.thread_time() - started < 5


class TestKnown:
    def test_in_whichever_form_it_appears(self) -> None:
        known = Known(['p"ass\\w<r>d/ 1'])
        for text in (
            "p%22ass%5Cw%3Cr%3Ed/%201",
            '"p\\"ass\\\\w<r>d/ 1"',
            "p&quot;ass\\w&lt;r&gt;d/ 1",
        ):
            assert known.hide(f"a {text} b").count(MASK) == 1, text

    def test_short_ones_are_words_of_their_own(self) -> None:
        assert Known(["abcd"]).hide("abcd abcde (abcd)") == f"{MASK} abcde ({MASK})"
        assert Known(["abc"]).hide("abc") == "abc"
        assert Known(["longer-one"]).hide("xlonger-onex") == f"x{MASK}x"

    @pytest.mark.django_db
    @pytest.mark.parametrize("odd", ["half \ud800 of one", "with \0 NUL in it"])
    def test_what_no_database_holds(self, odd: str) -> None:
        credentials.note({odd})
        credentials.note({odd})
        assert credentials.known().hide(f"<{storable(odd)}>") == f"<{MASK}>"
        assert Known([odd]).hide(f"<{storable(odd)}>") == f"<{MASK}>"

    def test_what_a_config_has(self) -> None:
        data = {
            "variables": {"pw": "from-variable", "path": "/downloads"},
            "tasks": {
                "tv": {
                    "deluge": {"password": "{? pw ?}", "port": 58846},
                    "exec": {"on_start": "curl -u me:in-command http://h/"},
                    "rss": "http://x/?passkey=in-url",
                    "notify": {
                        "via": [{"cronitor": "short-form"}, {"telegram": {"bot_token": 12345678}}]
                    },
                    "private_key": "first line\nsecond line\n",
                }
            },
        }
        found = credentials.secrets_of(data)
        assert {
            "from-variable",
            "in-command",
            "in-url",
            "short-form",
            "12345678",
            "second line",
        } <= found
        assert not found & {"/downloads", "58846", "me", "tv"}

    def test_what_aliases_share_is_a_credential_for_one_of_its_places(self) -> None:
        shared = {"key": "abcdefgh"}
        data = {"x": shared, "tasks": {"t": {"sabnzbd": shared}}}
        assert credentials.secrets_of(data) == {"abcdefgh"}

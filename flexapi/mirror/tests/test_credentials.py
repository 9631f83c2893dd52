"""Which values are credentials, in made-up configs and in real ones; and the way back of a mask."""

import contextlib

import pytest

from flexapi.mirror import credentials, mirror
from flexapi.mirror.credentials import MASK
from flexapi.mirror.document import Document, ParseError, to_json
from flexapi.testing.config_file import CORPUS

needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpus of real configs is not here"
)


@pytest.mark.parametrize(
    "key",
    [
        "password", "smtp_password", "passwd", "pass", "api_key", "apikey", "apiKey", "API-Key",
        "token", "bot_token", "access_token", "access_token_secret", "consumer_key", "passkey",
        "pin_code", "cookie", "rss_key", "rsskey", "user_key", "web_hook_url", "Authorization",
        "client_secret", "private_key_pass", "auth_key", "nickserv_password", "cfduid",
    ],
)  # fmt: skip
def test_these_are_credentials(key):
    assert credentials.is_credential(key)


@pytest.mark.parametrize(
    "key",
    [
        "username", "account", "title", "url", "path", "host", "port", "series", "key_type", "author",
        "keys", "compass", "tokenize", "passes", "pinned", "hash", "from", "monkey", "keywords",
    ],
)  # fmt: skip
def test_these_are_not(key):
    assert not credentials.is_credential(key)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("http://me:secret@host/x", f"http://me:{MASK}@host/x"),
        ("https://x/rss?passkey=abc&cat=1", f"https://x/rss?passkey={MASK}&cat=1"),
        ("https://x/rss;u=1;tp=abc;22", f"https://x/rss;u={MASK};tp={MASK};22"),
        ("https://x/rss?cat=5&q=show", "https://x/rss?cat=5&q=show"),
        (f"https://x/{'0a' * 16}/feed", f"https://x/{MASK}/feed"),
        ("https://x/?t=a1B2c3D4e5F6g7H8i9J0k1L2", f"https://x/?t={MASK}"),
        ("https://x/?passkey={? site.passkey ?}&y=1", f"https://x/?passkey={MASK}&y=1"),
        (f"magnet:?xt=urn:btih:{'0a' * 20}", f"magnet:?xt=urn:btih:{'0a' * 20}"),
        ("download.php?id=1&torrent_pass=abc", f"download.php?id=1&torrent_pass={MASK}"),
        ("a plain text", "a plain text"),
    ],
)
def test_texts_hide_what_is_in_urls(text, masked):
    assert credentials.mask_text(text) == masked


class TestSource:
    def shown(self, text):
        return credentials.mask_document(Document(text))

    def test_only_the_values_change(self):
        text = "tasks:\n  password:   # a task of this name\n    x: {password: 's', 'api-key': 5} # c\n"

        assert self.shown(text) == text.replace("'s'", f'"{MASK}"').replace(": 5", f': "{MASK}"')

    def test_comments_hide_them_too(self):
        assert "hunter2" not in self.shown("a: 1 # password: hunter2\n# url: http://a:hunter2@b/\n")
        assert self.shown('a: "not # key: x"\n') == 'a: "not # key: x"\n'

    def test_anchors_are_followed(self):
        text = "x: &pw hunter2\ntasks:\n  tv:\n    password: *pw\n    <<: {token: hunter2}\n"

        assert "hunter2" not in self.shown(text)
        assert "*pw" in self.shown(text)

    def test_variables_that_credentials_use_are_hidden(self):
        text = (
            "variables: {site: {pw: hunter2, path: /tmp}}\n"
            "tasks: {tv: {password: '{? site.pw ?}', rss: 'http://x/?passkey={? site.pw ?}'}}\n"
        )

        assert "hunter2" not in self.shown(text)
        assert "/tmp" in self.shown(text)

    def test_lists_and_blocks_below_a_credential_are_hidden(self):
        text = "a:\n  cookies:\n    - one\n    - two\n  token: |\n    three\n    four\n  b: five\n"

        shown = self.shown(text)

        assert not any(word in shown for word in ("one", "two", "three", "four"))
        assert "b: five" in shown


class TestUnmask:
    BEFORE = Document(
        "tasks:\n  tv:\n    list:\n      - {host: a, password: one}\n      - {host: b, password: two}\n"
        "    pin: 1234\n    rss: http://me:s@x/?passkey=p\n"
    )

    def unmasked(self, change):
        shown = credentials.mask_value(to_json(self.BEFORE.data))
        change(shown["tasks"]["tv"])
        document = Document("tasks: {}\n").set((), shown)
        return credentials.unmask(document, self.BEFORE).data["tasks"]["tv"]

    def test_what_was_hidden_comes_back_with_its_type(self):
        assert self.unmasked(lambda tv: None) == self.BEFORE.data["tasks"]["tv"]

    def test_list_items_are_known_wherever_they_are(self):
        assert self.unmasked(lambda tv: tv["list"].reverse())["list"] == [
            {"host": "b", "password": "two"},
            {"host": "a", "password": "one"},
        ]
        assert self.unmasked(lambda tv: tv["list"].pop(0))["list"] == [
            {"host": "b", "password": "two"}
        ]

    @pytest.mark.parametrize(
        "change",
        [
            lambda tv: tv.update(rss=f"http://me:{MASK}@elsewhere/?passkey={MASK}"),
            lambda tv: tv.update(token=MASK),
            lambda tv: tv["list"].insert(0, {"host": "c", "password": MASK}),
        ],
    )
    def test_what_is_not_known_is_refused(self, change):
        with pytest.raises(credentials.StillMasked):
            self.unmasked(change)


@pytest.fixture(scope="module")
def documents():
    found = {}
    for path in sorted(CORPUS.glob("*.yml")):
        with contextlib.suppress(ParseError):
            found[path.name] = mirror.parse(path.read_bytes())
    assert len(found) > 90
    return found


@needs_corpus
class TestCorpus:
    def test_no_value_under_a_credential_key_is_shown(self, documents):
        def secrets(value, secret=False):
            if isinstance(value, dict):
                for key, below in value.items():
                    yield from secrets(below, secret or credentials.is_credential(str(key)))
            elif isinstance(value, list):
                for item in value:
                    yield from secrets(item, secret)
            elif secret and value not in (None, "", MASK) and not isinstance(value, bool):
                yield value

        count = 0
        for name, document in documents.items():
            tasks = mirror.mapping(document).get("tasks")
            for task, config in (tasks if isinstance(tasks, dict) else {}).items():
                if isinstance(config, dict):
                    count += len(list(secrets(config)))
                    shown = credentials.mask_value(to_json(config), ("tasks", task))
                    assert list(secrets(shown)) == [], (name, task)
        assert count > 150

    def test_what_is_shown_is_yaml_of_the_same_shape(self, documents):
        def shape(value):
            if isinstance(value, dict):
                return {key: shape(below) for key, below in value.items()}
            return [shape(item) for item in value] if isinstance(value, list) else None

        for name, document in documents.items():
            shown = Document(credentials.mask_document(document))
            assert shape(to_json(shown.data)) == shape(to_json(document.data)), name

    def test_sent_back_it_is_what_it_was(self, documents):
        for name, document in documents.items():
            shown = Document(credentials.mask_document(document))
            assert credentials.unmask(shown, document).data == document.data, name

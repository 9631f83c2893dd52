"""`POST /api/hooks/<name>`: who is let in, what becomes of a body in real FlexGet, and what is kept of it."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from executions.models import Execution
from executions.running.runner import Runner
from flexapi.api.models import ApiToken
from flexapi.engine.client import Engine
from flexapi.testing.flexget_home import FlexGetHome
from hooks.models import Hook, HookCall
from movie_queue.models import GrabbedMovie, QueuedMovie

from .conftest import URL, Api, errors

pytestmark = pytest.mark.django_db

Make = Callable[..., dict[str, Any]]
BODY = {"title": "Sintel 2010 1080p", "url": "https://site.example/1"}


def token_of(user: User, **fields: Any) -> str:
    return str(ApiToken.objects.create(user=user, **fields)[1])


def test_a_body_becomes_an_entry_of_a_run(
    api: Api, make: Make, tv: FlexGetHome, flexget_engine: Engine, viewer: User
) -> None:
    make(entries="$.found", title="@.title", url="@.url", fields={"from": "{$.site} feed"})
    secret = Hook.objects.get()
    secret.renew()
    body = {"site": "My", "found": [BODY, {"title": "Sintel cam", "url": "magnet:?xt=urn:btih:00"}]}
    answer = api().post(f"{URL}/door", body, HTTP_X_API_KEY=secret.fresh_secret)
    assert answer.status_code == 201, answer.content
    execution = Execution.objects.claim("test")
    assert execution is not None
    assert answer["Location"].endswith(f"/api/execution/{execution.pk}")
    Runner(execution, flexget_engine).run()

    told = answer.json()["object"]
    assert (told["outcome"], told["entries"], told["execution"]) == ("accepted", 2, execution.pk)
    states = dict(execution.entries.values_list("title", "state"))
    assert states == {"Sintel 2010 1080p": "accepted", "Sintel cam": "undecided"}
    assert execution.options["inject"][0]["fields"] == {"from": "My feed"}
    listed = api(viewer).get("/api/execution?status=all&hook=door").json()["items"]
    assert [(one["id"], one["hook"], one["requested_by"]) for one in listed] == [
        (execution.pk, "door", None)
    ]
    call = HookCall.objects.get()
    assert (call.pk, call.outcome, call.execution) == (told["call"], "accepted", execution.pk)
    assert json.loads(call.body) == body


def test_what_is_kept_is_in_english_and_shown_in_the_readers_language(
    api: Api, make: Make, tv: FlexGetHome, viewer: User
) -> None:
    made = make()
    sender = api()
    assert sender.post(f"{URL}/door", BODY, HTTP_ACCEPT_LANGUAGE="de").status_code == 401
    sender.credentials(HTTP_X_API_KEY=made["secret"])
    answer = sender.post(f"{URL}/door", {"url": "x"}, HTTP_ACCEPT_LANGUAGE="de")
    assert errors(answer)["title"].startswith("Der Body hat nichts für den Titel")
    kept = list(HookCall.objects.order_by("pk").values_list("reason", flat=True))
    assert kept[0].startswith("The hook's secret is missing or wrong.")
    assert kept[1].startswith("title: The body has nothing for the title")
    shown = api(viewer).get(f"{URL}/calls", HTTP_ACCEPT_LANGUAGE="de").json()["items"]
    said = {call["outcome"]: call["reason"] for call in shown}
    assert said["denied"].startswith("Das Geheimnis des Hooks fehlt oder ist falsch.")
    assert said["refused"].startswith("title: Der Body hat nichts für den Titel")


def test_what_does_not_meet_the_conditions_runs_nothing(
    api: Api, make: Make, tv: FlexGetHome
) -> None:
    made = make(conditions=[{"path": "$.eventType", "is": ["Grab"]}, {"path": "$.title"}])
    client = api()
    client.credentials(HTTP_X_API_KEY=made["secret"])
    test = client.post(f"{URL}/door", {"eventType": "Test", "title": "x"})
    assert (test.status_code, test.json()["object"]["outcome"]) == (200, "ignored")
    assert test.json()["object"]["reason"] == '`$.eventType` is "Test".'
    for body in ({"title": "x"}, {"eventType": True}, {"eventType": "Grab", "title": ""}, [1]):
        assert client.post(f"{URL}/door", body).status_code == 200
    assert not Execution.objects.exists()
    assert client.post(f"{URL}/door", {**BODY, "eventType": "Grab"}).status_code == 201


class TestProof:
    """Who is let in."""

    @pytest.mark.parametrize(
        "show",
        [
            lambda secret: {"HTTP_X_API_KEY": secret},
            lambda secret: {"HTTP_AUTHORIZATION": f"Bearer {secret}"},
            lambda secret: {"HTTP_AUTHORIZATION": f"Token {secret}"},
            lambda secret: {"QUERY_STRING": f"apikey={secret}"},
        ],
    )
    def test_a_secret_in_any_of_the_ways(
        self, api: Api, make: Make, tv: FlexGetHome, show: Callable[[str], dict[str, Any]]
    ) -> None:
        made = make()
        assert api().post(f"{URL}/door", BODY, **show(made["secret"])).status_code == 201
        assert api().post(f"{URL}/door", BODY, **show("wrong")).status_code == 401

    def test_nobody_gets_in_without_and_no_user_by_being_one(
        self, api: Api, make: Make, tv: FlexGetHome, admin: User
    ) -> None:
        make()
        for client in (api(), api(admin)):
            answer = client.post(f"{URL}/door", BODY)
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Token"
            assert errors(answer)[None].startswith("There is no hook of this name, or")
        assert "secret is missing or wrong" in HookCall.objects.all()[0].reason
        session = api()
        session.force_login(admin)
        assert session.post(f"{URL}/door", BODY).status_code == 401
        # A stranger doesn't learn which there are.
        nowhere = api().post(f"{URL}/nowhere", BODY)
        assert (nowhere.status_code, nowhere.content) == (401, answer.content)
        assert not Execution.objects.exists()

    def test_a_signature_of_this_body(self, api: Api, make: Make, tv: FlexGetHome) -> None:
        secret = make(proof="signature")["secret"]
        text = json.dumps(BODY).encode()

        def post(body: bytes, **headers: Any) -> int:
            content: Any = {"data": body, "content_type": "application/json"}
            return int(api().post(f"{URL}/door", **content, **headers).status_code)

        signature = f"sha256={hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()}"
        assert post(text, HTTP_X_HUB_SIGNATURE_256=signature) == 201
        assert post(text + b" ", HTTP_X_HUB_SIGNATURE_256=signature) == 401
        assert post(text, HTTP_X_HUB_SIGNATURE_256=signature.removeprefix("sha256=")) == 401
        assert post(text, HTTP_X_API_KEY=secret) == 401
        assert post(text) == 401

    def test_a_token_narrowed_to_the_task(
        self, api: Api, make: Make, tv: FlexGetHome, operator: User, viewer: User
    ) -> None:
        make(proof="token")
        right = token_of(operator, scope="run", tasks="tv")
        answer = api().post(f"{URL}/door?apikey={right}", BODY)
        assert answer.status_code == 201, answer.content
        assert Execution.objects.get().requested_by == operator
        assert api(operator).post(f"{URL}/door", BODY).status_code == 201
        wrong = {
            token_of(operator, scope="run", tasks="other"): 403,
            token_of(operator, scope="read"): 403,
            token_of(viewer): 403,
            "x" * 64: 401,
        }
        for token, status in wrong.items():
            assert api().post(f"{URL}/door", BODY, HTTP_X_API_KEY=token).status_code == status
        assert api().post(f"{URL}/door", BODY).status_code == 401
        # In a URL a token that isn't narrowed counts nowhere.
        assert api().post(f"{URL}/door?apikey={token_of(operator)}", BODY).status_code == 401
        assert Execution.objects.count() == 2


class TestRefused:
    """What isn't taken, and says why."""

    @pytest.fixture
    def post(self, api: Api, make: Make, tv: FlexGetHome) -> Callable[..., Any]:
        def post(body: Any, **fields: Any) -> Any:
            client, made = api(), make(**fields)
            content: Any = {} if isinstance(body, dict) else {"content_type": "application/json"}
            client.credentials(HTTP_X_API_KEY=made["secret"])
            return client.post(f"{URL}/door", body, **content)

        return post

    @pytest.mark.parametrize(
        ("body", "fields", "status", "attr", "told"),
        [
            (b"{", {}, 400, None, "JSON parse error"),
            ({"url": "http://x/"}, {}, 400, "title", "nothing for the title, `$.title`"),
            ({"title": "x"}, {}, 400, "url", "nothing for the URL, `$.url`"),
            ({"title": "x", "url": "file:///etc/passwd"}, {}, 400, "url", "begin with one of"),
            ({"title": {"a": 1}, "url": "http://x/"}, {}, 400, "title", "nothing for the title"),
            (BODY, {"entries": "$.none[*]"}, 400, "entries", "no `$.none[*]`"),
            ({**BODY, "all": [1] * 501}, {"entries": "$.all"}, 400, "entries", "501 entries"),
            (BODY, {"task": "gone"}, 409, None, "no enabled task 'gone'"),
            (BODY, {"enabled": False}, 409, None, "is off"),
            ({**BODY, "pad": "x" * 500}, {"max_bytes": 300}, 413, None, "300 are taken"),
            (
                {**BODY, "date": 5},
                {"fields": {"location": "$.date"}},
                400,
                "inject.0.fields.location",
                "is not",
            ),
        ],
    )
    def test_it_says_why(
        self,
        post: Callable[..., Any],
        body: Any,
        fields: dict[str, Any],
        status: int,
        attr: str | None,
        told: str,
    ) -> None:
        answer = post(body, **fields)
        assert answer.status_code == status, answer.content
        assert told in errors(answer)[attr]
        call = HookCall.objects.get()
        assert (call.outcome, call.status) == ("refused", status)
        assert told in call.reason
        assert call.body
        assert not Execution.objects.exists()

    def test_another_kind_of_content(self, api: Api, make: Make) -> None:
        made = make()
        answer = api().post(
            f"{URL}/door",
            "payload=%7B%7D",
            content_type="application/x-www-form-urlencoded",
            HTTP_X_API_KEY=made["secret"],
        )
        assert answer.status_code == 415


def test_more_than_its_rate_waits(api: Api, make: Make, tv: FlexGetHome) -> None:
    client, made = api(), make(rate=2)
    for status in (201, 201, 429):
        answer = client.post(f"{URL}/door", BODY, HTTP_X_API_KEY=made["secret"])
        assert answer.status_code == status
    assert 0 < int(answer["Retry-After"]) <= 60
    assert [call.outcome for call in HookCall.objects.all()] == ["denied", "accepted", "accepted"]


def test_strangers_are_braked_and_push_nothing_out(
    api: Api, make: Make, tv: FlexGetHome, settings: Any
) -> None:
    client, made = api(), make()
    client.post(f"{URL}/door", BODY, HTTP_X_API_KEY=made["secret"])
    statuses = [client.post(f"{URL}/door", BODY).status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    calls = HookCall.objects.values_list("outcome", "body")
    assert [outcome for outcome, body in calls if body] == ["accepted"]
    assert len(calls) == 21
    # Whoever has the secret goes on.
    assert client.post(f"{URL}/door", BODY, HTTP_X_API_KEY=made["secret"]).status_code == 201


def test_calls_are_pruned_by_count_and_age(
    api: Api, make: Make, tv: FlexGetHome, settings: Any
) -> None:
    settings.HOOK_CALLS, settings.HOOK_CALL_DAYS = 2, 30
    client, made = api(), make()
    other = Hook.objects.create(name="other", task="tv", title="$.t")
    for days in (40, 1):
        when = timezone.now() - timedelta(days=days)
        HookCall.objects.create(hook=other, outcome="ignored", status=200, time=when)
    for _ in range(4):
        client.post(f"{URL}/door", BODY, HTTP_X_API_KEY=made["secret"])
    assert HookCall.objects.filter(hook__name="door").count() == 2
    assert HookCall.objects.filter(hook=other).count() == 1


class TestMovies:
    """The movie queue as the target."""

    FIELDS = {
        "target": "movie_queue",
        "task": "",
        "title": "$.subject",
        "url": "",
        "fields": {"tmdb_id": "$.tmdb", "year": "$.year", "imdb_id": "$.imdb"},
    }

    def post(self, api: Api, made: dict[str, Any], body: Any) -> Any:
        return api().post(f"{URL}/door", body, HTTP_X_API_KEY=made["secret"])

    def test_a_movie_is_queued_once(self, api: Api, make: Make) -> None:
        made = make(**self.FIELDS)
        body = {"subject": "Sintel (2010)", "tmdb": "45745", "imdb": None}
        first, second = (self.post(api, made, body) for _ in range(2))
        assert first.status_code == 201, first.content
        movie = QueuedMovie.objects.get()
        assert (movie.title, movie.year, movie.tmdb_id) == ("Sintel", 2010, 45745)
        assert (second.status_code, second.json()["object"]["outcome"]) == (200, "ignored")
        assert "is in the queue" in second.json()["object"]["reason"]

    def test_one_that_was_grabbed_is_ignored(self, api: Api, make: Make) -> None:
        made = make(**self.FIELDS)
        GrabbedMovie.objects.create(title="Sintel", year=2010)
        answer = self.post(api, made, {"subject": "Sintel", "year": 2010})
        assert answer.status_code == 200
        assert "was grabbed" in answer.json()["object"]["reason"]

    def test_what_is_no_movie_is_refused(self, api: Api, make: Make) -> None:
        made = make(**self.FIELDS)
        answer = self.post(api, made, {"subject": "x", "year": 1700, "imdb": "nm1"})
        assert answer.status_code == 400
        assert set(errors(answer)) == {"year", "imdb_id"}


def test_the_secret_is_in_no_record_and_no_log(
    api: Api, make: Make, tv: FlexGetHome, editor: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = make(task="gone")
    secret = made["secret"]
    ways: tuple[dict[str, Any], ...] = (
        {"QUERY_STRING": f"apikey={secret}"},
        {"HTTP_X_API_KEY": secret},
        {"HTTP_AUTHORIZATION": f"Bearer {secret}", "HTTP_COOKIE": f"a={secret}"},
    )
    for headers in ways:
        assert api().post(f"{URL}/door", BODY, **headers).status_code == 409
    calls = [api(editor).get(f"{URL}/calls/{call.pk}").json() for call in HookCall.objects.all()]
    assert secret not in json.dumps(calls)
    assert calls[0]["object"]["headers"]["Authorization"] == "********"
    assert secret not in caplog.text

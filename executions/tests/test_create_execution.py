"""POST /api/execution: what is queued and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from executions.models import Execution, Status
from flexapi.engine.client import EngineUnavailable
from flexapi.testing.flexget_home import FlexGetHome, mock

pytestmark = pytest.mark.django_db

STRANGE_NAME = "tv / 100% é ünïcode"


ITEM = {"title": "x", "url": "http://localhost/x"}


class Post:
    """Posts executions as an operator."""

    @pytest.fixture(autouse=True)
    def _set_up(self, api: Callable[..., APIClient], operator: User, config: FlexGetHome) -> None:
        config.write({"tv": mock(), "TV-hd": mock(), STRANGE_NAME: mock()})
        self.client = api(operator)
        self.operator = operator

    def post(self, body: Any = None, query: str = "") -> Any:
        """Post and return the response."""
        return self.client.post(f"/api/execution{query}", body, format="json")

    def refused(self, body: Any, query: str = "") -> dict[str, str]:
        """Post what must be refused; return the codes of the errors by their attr."""
        response = self.post(body, query)
        assert response.status_code == 400
        assert not Execution.objects.exists()
        return {error["attr"]: error["code"] for error in response.json()["errors"]}


class TestCreate(Post):
    """Requests that are fine."""

    def test_it_queues_an_execution(self) -> None:
        response = self.post({"tasks": ["tv"], "learn": True, "loglevel": "info"})
        assert response.status_code == 201
        execution = Execution.objects.get()
        assert response["Location"] == f"http://testserver/api/execution/{execution.pk}"
        shown = response.json()["object"]
        assert shown["id"] == execution.pk
        assert shown["status"] == "pending"
        assert shown["requested_by"] == "operator"
        assert shown["started"] is None
        assert execution.tasks == ["tv"]
        assert execution.options == {"learn": True, "loglevel": "info"}
        assert execution.requested_by == self.operator

    def test_it_takes_globs_in_any_case(self) -> None:
        assert self.post({"tasks": ["Tv*"]}).status_code == 201

    def test_it_takes_strange_names(self) -> None:
        assert self.post({"tasks": [STRANGE_NAME]}).status_code == 201

    @pytest.mark.parametrize("body", [{}, None, {"tasks": ["*"]}, {"tasks": []}])
    def test_no_tasks_means_all(self, body: Any) -> None:
        assert self.post(body).status_code == 201
        assert Execution.objects.get().tasks == []

    def test_parameters_of_the_url_do_as_well(self) -> None:
        query = "?tasks=tv&tasks=TV-hd&now=1&no_cache=false&learn&disable_phases=output"
        assert self.post(query=query).status_code == 201
        execution = Execution.objects.get()
        assert execution.tasks == ["tv", "TV-hd"]
        assert execution.options == {
            "now": True,
            "no_cache": False,
            "learn": True,
            "disable_phases": ["output"],
        }

    def test_the_body_counts_more_than_the_url(self) -> None:
        self.post({"tasks": ["tv"]}, "?tasks=TV-hd&test=yes")
        execution = Execution.objects.get()
        assert execution.tasks == ["tv"]
        assert execution.options == {"test": True}

    def test_the_level_of_the_streamed_log_is_no_option(self) -> None:
        assert self.post({"tasks": ["tv"]}, "?level=info").status_code == 201
        assert Execution.objects.get().options == {}

    def test_the_last_slash_may_be_there(self) -> None:
        assert self.client.post("/api/execution/", {}, format="json").status_code == 201


class TestRefuse(Post):
    """Requests at fault: a 400 that names the member."""

    def test_unknown_tasks(self) -> None:
        assert self.refused({"tasks": ["tv", "nope", "x*"]}) == {
            "tasks.1": "unknown_task",
            "tasks.2": "unknown_task",
        }

    def test_a_task_may_stand_in_a_config_that_cannot_be_read(self, config: FlexGetHome) -> None:
        config.config.write_text("tasks:\n  hello:\n\tmock: []\n")
        response = self.post({"tasks": ["hello"]})

        assert response.status_code == 409
        [error] = response.json()["errors"]
        assert error["code"] == "config_broken"
        assert "line 3" in error["detail"]

    def test_unknown_options(self) -> None:
        assert self.refused({"lern": True, "dump_config": True}) == {
            "lern": "unknown_option",
            "dump_config": "unknown_option",
        }
        assert self.refused(None, "?lern=1") == {"lern": "unknown_option"}

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({"now": "yes"}, "now"),
            ({"tasks": "tv"}, "tasks"),
            ({"tasks": [3]}, "tasks.0"),
            ({"tasks": [""]}, "tasks.0"),
            ({"loglevel": "loud"}, "loglevel"),
            ({"disable_phases": ["dance"]}, "disable_phases.0"),
            ({"dump": ["everything"]}, "dump.0"),
            ({"inject": []}, "inject"),
            ({"inject": [{"title": "x", "url": 3}]}, "inject.0.url"),
            ({"inject": [{"title": 7, "url": "x"}]}, "inject.0.title"),
            ({"inject": [{**ITEM, "url": None}]}, "inject.0.url"),
            ({"inject": [{**ITEM, "url": "x\0"}]}, "inject.0.url"),
            ({"inject": [{**ITEM, "fields": None}]}, "inject.0.fields"),
            ({"inject": [{**ITEM, "fields": {"url": None}}]}, "inject.0.fields.url"),
            ({"inject": [{**ITEM, "fields": {"title": ["x"]}}]}, "inject.0.fields.title"),
            ({"inject": [{**ITEM, "fields": {"location": 3}}]}, "inject.0.fields.location"),
            ({"inject": [{**ITEM, "fields": {"urls": "x"}}]}, "inject.0.fields.urls"),
            ({"inject": [{**ITEM, "fields": {"a": ["x\0"]}}]}, "inject.0.fields.a.0"),
        ],
    )
    def test_wrong_values(self, body: Any, attr: str) -> None:
        assert self.refused(body) == {attr: "invalid"}

    def test_inject_without_title_or_url(self) -> None:
        assert self.refused({"inject": [{"url": "http://localhost/"}, {"title": "x"}]}) == {
            "inject.0.title": "required",
            "inject.1.url": "required",
        }

    def test_inject_with_unknown_members(self) -> None:
        body = {"inject": [{"title": "x", "url": "http://localhost/", "colour": "red"}]}
        assert self.refused(body) == {"inject.0.colour": "unknown_option"}

    def test_parameters_that_are_no_booleans(self) -> None:
        assert self.refused(None, "?learn=perhaps") == {"learn": "invalid"}
        assert self.refused(None, "?stream=perhaps") == {"stream": "invalid"}
        assert self.refused(None, "?inject={") == {"inject": "invalid"}

    def test_a_level_that_is_none(self) -> None:
        assert self.refused(None, "?stream=true&level=loud") == {"level": "invalid"}

    @pytest.mark.parametrize("body", [[], "tv", 3])
    def test_bodies_that_are_no_objects(self, body: Any) -> None:
        assert self.post(body).status_code == 400

    def test_malformed_json(self) -> None:
        response = self.client.post("/api/execution", "{", content_type="application/json")
        assert response.status_code == 400
        assert response.json()["errors"][0]["code"] == "parse_error"

    def test_a_nul_byte(self) -> None:
        assert self.post({"tasks": ["tv\x00"]}).status_code == 400


class TestPermissions(Post):
    """Who may run, and with what."""

    def test_viewers_may_not(self, api: Callable[..., APIClient], viewer: User) -> None:
        assert api(viewer).post("/api/execution", {}, format="json").status_code == 403

    def test_nobody_may_not(self, api: Callable[..., APIClient]) -> None:
        assert api().post("/api/execution", {}, format="json").status_code == 401

    def test_options_that_reach_as_far_as_editing_are_for_editors(
        self, api: Callable[..., APIClient], editor: User
    ) -> None:
        body = {"inject": [{"title": "$(reboot)", "url": "http://localhost/"}]}
        response = self.post(body)
        assert response.status_code == 403
        assert "inject" in response.json()["errors"][0]["detail"]
        assert not Execution.objects.exists()
        assert api(editor).post("/api/execution", body, format="json").status_code == 201


class TestEngineDown(Post):
    """FlexGet was never loaded."""

    def test_it_says_so_and_when_to_come_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Down:
            def execute_options(self) -> None:
                raise EngineUnavailable("FlexGet can't be loaded: no module named flexget")

        monkeypatch.setattr("executions.views.engine", Down)
        response = self.post({"tasks": ["tv"]})
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert "no module named flexget" in response.json()["errors"][0]["detail"]
        assert not Execution.objects.filter(status=Status.PENDING).exists()

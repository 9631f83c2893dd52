"""Executions in the admin: what is done to hundreds at once, and told in a few words."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from executions.models import Execution, LogLine, Status

pytestmark = pytest.mark.django_db
POWERFUL = {"inject": [{"title": "x; touch y"}], "dl_path": "/tmp"}
LIST = "admin:executions_execution_changelist"


@pytest.fixture
def act(admin_client: Any) -> Any:
    """`act(action, executions)`: do it as an administrator, or `user`; the answer has the `messages`."""

    def act(action: str, executions: list[Execution], user: Any = None, **fields: str) -> Any:
        chosen = [execution.pk for execution in executions]
        client = admin_client
        if user is not None:
            client = Client()
            client.force_login(user)
        answer = client.post(
            reverse(LIST), {"action": action, "_selected_action": chosen, **fields}
        )
        answer.messages = [str(message) for message in get_messages(answer.wsgi_request)]
        return answer

    return act


def executions(number: int, status: str = Status.COMPLETE) -> list[Execution]:
    return [Execution.objects.create(tasks=["tv"], status=status) for _ in range(number)]


class TestRunAgain:
    def test_one(self, act: Any) -> None:
        answer = act("run_again", executions(1))
        assert answer.messages == [f"{Execution.objects.get(status=Status.PENDING)} is queued."]

    def test_hundreds_are_told_in_a_sentence(self, act: Any) -> None:
        old = executions(100)
        answer = act("run_again", old)
        first, last = old[-1].pk + 1, old[-1].pk + 100
        assert answer.messages == [f"100 executions, {first} to {last}, are queued."]

    @pytest.mark.parametrize(
        ("role", "queued"),
        [("operator", [{"learn": True}]), ("editor", [{"learn": True}, POWERFUL])],
    )
    def test_it_needs_what_the_options_need(
        self, act: Any, make_user: Any, role: str, queued: list[Any]
    ) -> None:
        old = [
            Execution.objects.create(status=Status.COMPLETE, options=o)
            for o in ({"learn": True}, POWERFUL)
        ]
        answer = act("run_again", old, make_user("someone", role=role, is_staff=True))
        pending = Execution.objects.filter(status=Status.PENDING).order_by("pk")
        assert [execution.options for execution in pending] == queued
        refusal = f"{old[1]} has options that need the permission to change tasks: dl_path, inject."
        assert (refusal in answer.messages) == (role == "operator")

    def test_many_refusals_are_counted(self, act: Any, make_user: Any) -> None:
        old = [
            Execution.objects.create(status=Status.COMPLETE, options=POWERFUL) for _ in range(22)
        ]
        answer = act("run_again", old, make_user("someone", role="operator", is_staff=True))
        assert len(answer.messages) == 21
        assert answer.messages[-1] == "2 more are not queued."
        assert not Execution.objects.filter(status=Status.PENDING).exists()


class TestAbort:
    def test_how_many_and_which_not_and_why(self, act: Any) -> None:
        pending, over = executions(30, Status.PENDING), executions(25)
        answer = act("abort", pending + over)
        assert Execution.objects.filter(status=Status.ABORTED).count() == 30
        done, *refused, more = answer.messages
        assert done == (f"30 executions, {pending[0].pk} to {pending[-1].pk}, are being aborted.")
        assert len(refused) == 20
        assert f"Execution {over[-1].pk} is over." in refused
        assert more == "5 more are over."


class TestDeleting:
    def test_log_lines_are_counted_and_not_listed(
        self, act: Any, django_assert_max_num_queries: Any
    ) -> None:
        (execution,) = executions(1)
        LogLine.objects.bulk_create(
            LogLine(execution=execution, seq=seq, time=timezone.now(), message="secret line")
            for seq in range(1, 3001)
        )
        # Those of the page's frame among them: some of it is kept between requests.
        with django_assert_max_num_queries(16):
            page = act("delete_selected", [execution]).content.decode()
        assert "Log lines: 3000" in page
        assert "secret line" not in page
        answer = act("delete_selected", [execution], post="yes")
        assert answer.messages == ["Successfully deleted 1 execution."]
        assert not Execution.objects.exists()
        assert not LogLine.objects.exists()

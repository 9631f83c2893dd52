"""Tokens that are for running some tasks and nothing else."""

from typing import Any

import pytest

from executions.models import Execution
from flexapi.testing.flexget_home import FlexGetHome, mock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _config(config: FlexGetHome) -> None:
    """Three tasks, one of them with a name that is a glob, one disabled."""
    config.write({"tv": mock(), "movies": mock(), "a[b]": mock(), "_off": mock()})


def test_it_runs_its_tasks_and_sees_what_comes_of_them(client_with: Any) -> None:
    client = client_with(scope="run", tasks=["tv"])
    made = client.post("/api/execution", {"tasks": ["T*"], "now": True})
    assert made.status_code == 201, made.content
    execution = made.json()["object"]
    assert execution["tasks"] == ["tv"]
    url = f"/api/execution/{execution['id']}"
    assert client.get(url).status_code == 200
    assert client.get(f"{url}/entries").status_code == 200
    assert client.post(f"{url}/abort").status_code == 200


@pytest.mark.parametrize("tasks", [["movies"], ["*"], [], ["tv", "mov*"]])
def test_it_runs_no_others(client_with: Any, tasks: list[str]) -> None:
    answer = client_with(scope="run", tasks=["tv"]).post("/api/execution", {"tasks": tasks})
    assert answer.status_code == 403
    assert "may not run" in answer.content.decode()
    assert not Execution.objects.exists()


def test_it_may_not_do_what_editors_options_do(client_with: Any) -> None:
    client = client_with(scope="run", tasks=["*"])
    inject = [{"title": "x", "url": "http://localhost/"}]
    answer = client.post("/api/execution", {"tasks": ["tv"], "inject": inject})
    assert answer.status_code == 403


def test_it_sees_nothing_else(client_with: Any, editor: Any) -> None:
    client = client_with(scope="run", tasks=["tv"])
    others = Execution.objects.create(tasks=["movies"], requested_by=editor)
    somebody_s = Execution.objects.create(tasks=["tv"])
    for pk in (others.pk, somebody_s.pk, 999):
        assert client.get(f"/api/execution/{pk}").status_code == 403
    for path in ("", "execution", "tasks", "server", "server/summary", "search?q=x", "history"):
        assert client.get(f"/api/{path}").status_code == 403, path
    for path in ("tokens", "auth/tokens", f"execution/{others.pk}/abort"):
        assert client.post(f"/api/{path}", {"name": "x"}).status_code == 403, path


def test_a_name_that_is_a_glob_is_that_task(client_with: Any) -> None:
    client = client_with(scope="run", tasks=["a[[]b]"])
    execution = client.post("/api/execution", {"tasks": ["a[[]b]"]}).json()["object"]
    assert execution["tasks"] == ["a[[]b]"]
    assert client.get(f"/api/execution/{execution['id']}").status_code == 200


def test_over_flexget_s_api_it_is_the_same(client_with: Any) -> None:
    client = client_with(scope="run", tasks=["tv"])
    body = {"tasks": ["movies"]}
    assert client.post("/flexget/api/tasks/execute/", body).status_code == 403
    assert client.put("/flexget/api/user/token/").status_code == 403
    assert not Execution.objects.exists()


def test_it_is_no_option_of_a_run(api: Any, client_with: Any) -> None:
    secret = client_with(scope="run", tasks=["tv"]).secret
    answer = api().post(f"/api/execution?tasks=tv&ApiKey={secret}")
    assert answer.status_code == 201, answer.content
    assert answer.json()["object"]["options"] == {}

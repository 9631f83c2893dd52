"""The browsable API shows each endpoint of the config, to those who edit and those who look."""

import pytest

from flexapi.mirror import mirror

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks",
        "/api/tasks/tv",
        "/api/config",
        "/api/config/schedules",
        "/api/config_revisions",
        "/api/config_revisions/{revision}",
    ],
)
def test_it_shows_the_page(config, api, editor, viewer, path):
    mirror.refresh()
    path = path.format(revision=mirror.current().revision)
    for user in (editor, viewer):
        answer = api(user).get(path, headers={"accept": "text/html"})

        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/html")
        assert user is editor or "hunter2" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/tasks/nothing", "/api/config/nothing"])
def test_an_error_is_json_even_for_those_who_accept_yaml_alone(config, api, editor, path):
    answer = api(editor).get(path, headers={"accept": "application/yaml"})

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
    assert answer.json()["errors"][0]["code"] == "not_found"

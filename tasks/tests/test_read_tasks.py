"""GET /api/tasks and /api/tasks/<name>."""

import pytest

pytestmark = pytest.mark.django_db


class TestList:
    def test_it_answers_tasks_in_the_order_of_the_file(self, config, api, editor):
        answer = api(editor).get("/api/tasks").json()

        assert answer["count"] == 3
        assert [task["name"] for task in answer["items"]] == ["tv", "movies", "off"]
        assert [task["enabled"] for task in answer["items"]] == [True, True, False]
        assert [task["position"] for task in answer["items"]] == [0, 1, 2]
        assert answer["items"][0]["config"]["series"] == ["Show"]

    def test_it_needs_no_query_per_task(self, config, api, editor, django_assert_max_num_queries):
        tasks = "".join(f"  t{number}:\n    mock: []\n" for number in range(200))
        config.write_text(f"tasks:\n{tasks}")
        client = api(editor)
        client.get("/api/tasks")

        with django_assert_max_num_queries(4):
            answer = client.get("/api/tasks?limit=200")

        assert len(answer.json()["items"]) == 200

    def test_an_unchanged_list_is_not_made_again(
        self, config, api, viewer, editor, django_assert_num_queries
    ):
        clients = [api(viewer), api(editor)]
        before = [client.get("/api/tasks").json() for client in clients]

        # The token, then whether the config is still the same; the viewer's permissions as well.
        with django_assert_num_queries(3):
            assert clients[0].get("/api/tasks").json() == before[0]

        assert clients[1].get("/api/tasks").json() == before[1]
        assert clients[0].get("/api/tasks").json() == before[0]
        assert before[0] != before[1]

    def test_it_shows_an_edit_and_its_undoing(self, config, api, editor):
        client = api(editor)
        before = client.get("/api/tasks").json()

        client.patch("/api/tasks/tv", {"enabled": False})
        assert client.get("/api/tasks").json()["items"][0]["enabled"] is False

        client.patch("/api/tasks/tv", {"enabled": True})
        assert client.get("/api/tasks").json() == before

    def test_it_filters_searches_and_orders(self, config, api, editor):
        client = api(editor)

        disabled = client.get("/api/tasks?enabled=false").json()["items"]
        found = client.get("/api/tasks?search=MOV").json()["items"]
        ordered = client.get("/api/tasks?ordering=-name").json()["items"]

        assert [task["name"] for task in disabled] == ["off"]
        assert [task["name"] for task in found] == ["movies"]
        assert [task["name"] for task in ordered] == ["tv", "off", "movies"]

    def test_it_shows_a_hand_edit_at_once(self, config, api, editor):
        client = api(editor)
        client.get("/api/tasks")
        config.write_text("tasks:\n  new:\n    mock: []\n")

        assert [task["name"] for task in client.get("/api/tasks").json()["items"]] == ["new"]

    def test_without_a_file_there_are_none(self, config, api, editor):
        config.unlink()

        assert api(editor).get("/api/tasks").json()["items"] == []

    def test_viewers_read_no_credentials(self, config, api, viewer, operator):
        for user in (viewer, operator):
            answer = api(user).get("/api/tasks")

            assert "hunter2" not in answer.content.decode()
            assert "abcdef" not in answer.content.decode()
            assert answer.json()["items"][1]["config"]["rss"] == {
                "url": "http://user:********@example.com/rss?passkey=********",
                "password": "********",
            }


class TestDetail:
    def test_it_answers_the_task_and_what_names_it(self, config, api, editor):
        answer = api(editor).get("/api/tasks/tv").json()

        assert answer["object"]["name"] == "tv"
        (schedule,) = answer["object"]["schedules"]
        assert schedule["tasks"] == ["tv", "movies"]
        assert answer["object"]["last_execution"] is None
        assert answer["object"]["config"]["accept_all"] is True

    def test_it_shows_the_last_execution(self, config, api, editor):
        from executions.models import Execution

        wanted = Execution.objects.create(tasks=["T*"])
        Execution.objects.create(tasks=["movies"])

        last = api(editor).get("/api/tasks/tv").json()["object"]["last_execution"]

        assert (last["id"], last["status"]) == (wanted.pk, "pending")

    def test_a_disabled_task_is_found_by_name_and_by_key(self, config, api, editor):
        by_name = api(editor).get("/api/tasks/off").json()
        by_key = api(editor).get("/api/tasks/_off").json()

        assert by_name == by_key
        assert by_name["object"]["enabled"] is False

    def test_names_hold_anything(self, config, api, editor):
        config.write_text('tasks:\n  "a/b %20 ü?.x":\n    mock: []\n  2012:\n    mock: []\n')

        answer = api(editor).get("/api/tasks/a%2Fb%20%2520%20%C3%BC%3F.x")

        assert answer.json()["object"]["name"] == "a/b %20 ü?.x"
        assert api(editor).get("/api/tasks/2012").json()["object"]["config"] == {"mock": []}

    def test_both_spellings_of_a_name_may_exist(self, config, api, editor):
        config.write_text("tasks:\n  tv: {mock: []}\n  _tv: {mock: []}\n")

        names = [task["name"] for task in api(editor).get("/api/tasks").json()["items"]]

        assert names == ["tv", "_tv"]
        assert api(editor).get("/api/tasks/_tv").json()["object"]["enabled"] is False

    def test_an_unknown_task_is_a_404(self, config, api, editor):
        assert api(editor).get("/api/tasks/nothing").status_code == 404

    def test_yaml_is_the_exact_source(self, config, api, editor):
        answer = api(editor).get("/api/tasks/tv", headers={"accept": "application/yaml"})

        assert answer["Content-Type"].startswith("application/yaml")
        assert answer.content.decode() == (
            "# Shows of the week.\ntv:\n  mock:\n    - title: Show S01E01\n"
            "      url: http://example.com/1\n  series:   # my shows\n    - Show\n"
            "  accept_all: yes\n"
        )

    def test_yaml_for_viewers_is_masked(self, config, api, viewer):
        answer = api(viewer).get("/api/tasks/movies", headers={"accept": "application/yaml"})

        assert "hunter2" not in answer.content.decode()
        assert '  password: "********"\n' in answer.content.decode()

    def test_an_unchanged_copy_is_a_304(self, config, api, editor):
        client = api(editor)
        tag = client.get("/api/tasks/tv")["ETag"]

        assert client.get("/api/tasks/tv", headers={"if-none-match": tag}).status_code == 304
        config.write_text(config.read_text().replace("# my shows", "# our shows"))
        assert client.get("/api/tasks/tv", headers={"if-none-match": tag}).status_code == 200

"""POST /api/tasks/<name>/try and /api/config/try: real FlexGet runs what was not saved, and nothing is changed by it."""

import hashlib
from collections.abc import Callable

import pytest
import yaml

from executions import status
from executions.models import Execution
from executions.running.runner import Runner
from executions.trials import Trial
from flexapi.mirror.models import ConfigRevision
from history.models import HistoryEntry
from tasks.models import Task

pytestmark = pytest.mark.django_db(transaction=True)
YAML = "application/yaml"
ENTRY = {"title": "Sintel 720p", "url": "http://localhost/sintel"}


def states(execution: Execution) -> dict[str, str]:
    return dict(execution.entries.values_list("title", "state"))


def said(execution: Execution) -> str:
    return "\n".join(execution.logline_set.values_list("message", flat=True))


class TestTask:
    def test_it_runs_as_it_would_be(self, config, post, run):
        before = config.read_bytes(), ConfigRevision.objects.count()
        answer = post(
            "/api/tasks/tv/try",
            {"config": {"mock": [ENTRY], "quality": "720p", "accept_all": True}},
        )
        execution = run(answer)

        found = answer.json()["object"]
        assert (found["trial"], found["tasks"], found["options"]) == (
            True,
            ["tv"],
            {"now": True, "test": True},
        )
        assert answer.headers["Location"].endswith(f"/api/execution/{execution.pk}")
        assert (execution.status, states(execution)) == ("complete", {"Sintel 720p": "accepted"})
        assert execution.log_lines > 0
        assert (config.read_bytes(), ConfigRevision.objects.count() - 1) == before
        task = Task.objects.named("tv")
        assert task is not None
        assert "'series': ['Show']" in str(task.config)

    def test_its_source_may_be_new_renamed_or_disabled(self, config, post, run):
        for name, key in (("new", "new"), ("tv", "shows"), ("off", "_off")):
            source = f"{key}:\n  mock: [{{title: x, url: http://localhost/x}}]\n  accept_all: yes\n"
            execution = run(post(f"/api/tasks/{name}/try", source))
            assert execution.tasks == [key.lstrip("_")]
            assert states(execution) == {"x": "accepted"}

    def test_what_is_saved_is_tried_without_a_config(self, config, post, run):
        # A show that no other test has taken an episode of.
        config.write_text(config.read_text().replace("Show", "Lone Show"))
        assert states(run(post("/api/tasks/tv/try", {}))) == {"Lone Show S01E01": "accepted"}

    def test_templates_and_variables_are_the_config_s_and_bad_tasks_are_no_matter(
        self, config, post, run
    ):
        config.write_text(
            "variables: {size: 720p}\ntemplates: {all: {accept_all: yes}}\n"
            "tasks: {bad: {no_such_plugin: 1}, tv: {mock: []}}\n"
        )
        source = "tv: {template: all, mock: [{title: '{? size ?} x', url: http://localhost/x}]}\n"
        assert states(run(post("/api/tasks/tv/try", source))) == {"720p x": "accepted"}

    def test_a_task_that_it_names_is_there(self, config, post, run):
        config.write_text(
            "tasks:\n  feed: {accept_all: yes, mock: [{title: x, url: http://localhost/x}]}\n"
            "  others: {mock: [{title: y, url: http://localhost/y}]}\n"
        )
        execution = run(
            post("/api/tasks/new/try", {"config": {"from_task": "feed", "accept_all": True}})
        )

        assert states(execution) == {"x": "accepted"}
        assert execution.abort_reason == ""

    @pytest.mark.parametrize(
        ("body", "attr"),
        [
            ({"config": {"acept_all": True}}, "config"),
            ({"config": {"mock": [], "quality": 5.5}}, "config.quality"),
            ({"config": {}, "options": {"nonsense": 1}}, "nonsense"),
            ({"config": {}, "options": {"test": False}}, "options.test"),
            ("tv: [\n", "config"),
            ("? [tv]\n: {}\n", "name"),
        ],
    )
    def test_what_could_not_be_saved_is_refused(self, post, body, attr):
        answer = post("/api/tasks/tv/try", body)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == attr
        assert not Execution.objects.exists()

    def test_only_editors(self, config, api, operator):
        assert api(operator).post("/api/tasks/tv/try", {"config": {}}).status_code == 403
        assert api(operator).post("/api/config/try", {"text": "{}"}).status_code == 403


class TestConfig:
    def test_tasks_of_a_text_are_run(self, config, post, run):
        text = (
            "templates: {t: {accept_all: yes}}\ntasks:\n"
            "  one: {template: t, mock: [{title: a, url: http://localhost/a}]}\n"
            "  two: {template: t, mock: [{title: b, url: http://localhost/b}]}\n"
        )
        assert states(run(post("/api/config/try", {"text": text, "tasks": ["o*"]}))) == {
            "a": "accepted"
        }
        assert set(states(run(post("/api/config/try?tasks=two", text)))) == {"b"}
        assert set(states(run(post("/api/config/try", text)))) == {"a", "b"}

    def test_an_unknown_task_is_named(self, post):
        answer = post("/api/config/try", {"text": "tasks: {a: {}}", "tasks": ["b"]})

        assert answer.json()["errors"][0]["code"] == "unknown_task"


class TestNothingIsChanged:
    @pytest.fixture
    def untouched(self, config, flexget) -> Callable[[], dict[str, str]]:
        """Digests of all that FlexGet has on its disk, its log aside."""

        def look() -> dict[str, str]:
            folder = flexget.config.parent
            return {
                str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in folder.rglob("*")
                if path.is_file() and ".log" not in path.name and "__pycache__" not in str(path)
            }

        return look

    def test_not_flexget_s_database_nor_the_file_nor_the_world(
        self, tmp_path, config, post, run, untouched, flexget
    ):
        out = tmp_path / "out"
        out.mkdir()
        (out / "target.yml").write_text("[]\n")
        (tmp_path / "here.mkv").write_text("x")
        acting = {"mock": [ENTRY], "accept_all": True, "exec": f"touch {out}/by-other"}
        config.write_text(yaml.safe_dump({"tasks": {"acting": acting, "movies": {}}}))
        before = untouched()
        entry = {
            **ENTRY,
            "location": str(tmp_path / "here.mkv"),
            "movie_name": "Sintel",
            "movie_year": 2010,
        }
        task = {
            "mock": [entry],
            # It runs another task inside of this one, and is a test as well.
            "from_task": "acting",
            "accept_all": True,
            "exec": f"touch {out}/by-exec",
            "download": str(out),
            "symlink": {"to": str(out)},
            "make_html": {"file": str(out / "page.html")},
            "make_rss": {"file": str(out / "feed.xml"), "days": 2},
            "copy": {"to": str(out)},
            "list_add": [
                {"yaml_list": {"path": str(out / "target.yml")}},
                {"entry_list": "trial"},
                {"movie_list": "trial"},
            ],
            "run_task": {"task": ["movies"], "when": ["always"]},
            "if": [{"title": {"symlink": {"to": str(out)}}}],
            "movie_queue": "add",
            "series": ["Sintel"],
            "kodi_library": {
                "action": "scan",
                "category": "video",
                "url": "http://127.0.0.1",
                "port": 1,
            },
        }
        execution = run(post("/api/tasks/everything/try", {"config": task}))

        assert (execution.status, execution.abort_reason) == ("complete", "")
        assert execution.accepted == 2
        assert untouched() == before
        assert sorted(path.name for path in out.iterdir()) == ["target.yml"]
        assert (out / "target.yml").read_text() == "[]\n"
        log = said(execution)
        for plugin in ("symlink", "make_html", "kodi_library"):
            assert f"Plugin {plugin} is left out of a trial" in log
        assert "Would have other tasks run" in log
        assert not HistoryEntry.objects.exists()
        assert Execution.objects.count() == 1

    def test_its_process_serves_nobody_else_and_its_config_is_forgotten(self, post, run, flexget):
        execution = run(
            post("/api/tasks/tv/try", {"config": {"mock": [{**ENTRY, "password": "s3cret-word"}]}})
        )

        assert Trial.objects.get(execution=execution).config == ""
        flexget.config.write_text("tasks: {tv: {mock: [], accept_all: yes}}\n")
        Execution.objects.enqueue(["tv"])
        real = Execution.objects.claim("test")
        assert real is not None
        Runner(real, flexget).run()
        assert states(real) == {}
        flexget.config.write_text("tasks: {}\n")


class TestApart:
    def test_lists_history_and_last_results_are_of_real_runs(self, post, run, api, editor):
        trial = run(post("/api/tasks/tv/try", {"config": {"mock": [], "abort": True}}))
        Execution.objects.filter(pk=trial.pk).update(status="failed")
        client = api(editor)

        def ids(query: str) -> list[int]:
            items = client.get(f"/api/execution?status=all{query}").json()["items"]
            return [item["id"] for item in items]

        assert ids("") == []
        assert ids("&trial=true") == ids("&trial=all") == [trial.pk]
        assert client.get("/api/execution?trial=maybe").status_code == 400
        assert client.get(f"/api/execution/{trial.pk}").json()["object"]["trial"] is True
        assert client.get("/api/tasks/tv").json()["object"]["last_execution"] is None
        assert status.failed_lately() == {"count": 0, "last": None}

    def test_a_trial_waits_for_no_run_of_its_task(self, post, config):
        Execution.objects.enqueue(["tv"])
        running = Execution.objects.claim("test")
        post("/api/tasks/tv/try", {})
        trial = Execution.objects.claim("test")

        assert running is not None
        assert trial is not None
        assert trial.trial

    def test_trials_push_no_run_out_of_those_that_are_kept(self, config, monkeypatch):
        monkeypatch.setattr("executions.models.KEPT", 2)
        for trial in (False, True, True, True):
            Execution.objects.create(status="complete", trial=trial)

        Execution.objects.prune(3)

        assert list(Execution.objects.order_by("pk").values_list("trial", flat=True)) == [
            False,
            True,
            True,
        ]

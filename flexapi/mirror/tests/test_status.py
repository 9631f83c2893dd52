"""What /api/server says of the config, and FlexGet asked piece by piece."""

from typing import Any

import pytest

from flexapi.engine.instance import engine
from flexapi.mirror import status
from flexapi.mirror.edits import validation

pytestmark = pytest.mark.django_db


def test_it_lists_what_flexget_complains_about(config):
    config.write_text("tasks:\n  tv:\n    no_such_plugin: yes\nno_such_section: 1\n")

    answer = status.config_status()

    assert (answer["state"], answer["tasks"], answer["checked"]) == ("ok", 1, True)
    assert {error["attr"] for error in answer["errors"]} == {"tasks.tv", ""}


@pytest.mark.parametrize("text", [b"# caf\xe9\ntasks: {}\n", b"tasks:\n  tv:\n\tmock: []\n"])
def test_a_file_that_never_could_be_read_is_the_only_complaint(config, text):
    config.write_bytes(text)
    answer = status.config_status()

    assert (answer["state"], answer["errors"], answer["checked"]) == ("broken", [], True)
    assert "line" in answer["problem"]["detail"]


def test_it_quotes_no_credentials(config):
    config.write_text(
        "tasks:\n  tv:\n    rss: {url: 'http://x/?passkey=hunter2', password: [hunter2]}\n"
        "    trakt_list: {pin: 98765, bad: [98765]}\n    sort_by: {token: hunter2}\n"
    )
    answer = status.config_status()

    assert len(answer["errors"]) > 1
    assert "hunter2" not in str(answer)
    assert "98765" not in str(answer)


def test_a_big_config_is_checked_over_several_answers(config, monkeypatch):
    tasks = "".join(f"  t{number}: {{no_such_plugin: yes}}\n" for number in range(120))
    config.write_text(f"tasks:\n{tasks}")
    monkeypatch.setattr(status, "CHECK_SECONDS", 0)

    assert status.config_status()["checked"] is False
    monkeypatch.setattr(status, "CHECK_SECONDS", 60)
    answer = status.config_status()

    assert (len(answer["errors"]), answer["checked"]) == (120, True)


def test_it_warns_of_commands_that_a_title_can_change(config):
    config.write_text(
        "templates:\n  say: {exec: 'echo {{url}}'}\n"
        "tasks:\n  tv:\n    exec:\n      on_output: {for_accepted: 'echo {{title}} secret-word'}\n"
        "  safe: {exec: 'echo {{title|shell_quote}}'}\n"
    )
    warnings = status.config_status()["warnings"]

    assert [(each["code"], each["attr"], each["lines"]) for each in warnings] == [
        ("exec_unescaped", "tasks.tv.exec", [5]),
        ("exec_unescaped", "templates.say.exec", [2]),
    ]
    assert "`title`" in warnings[0]["detail"]
    assert "`url`" in warnings[1]["detail"]
    assert "secret-word" not in str(warnings)

    config.write_text("tasks: {tv: {exec: {auto_escape: yes, on_output: {phase: date}}}}\n")
    assert status.config_status()["warnings"] == []


class TestPieces:
    OLD: dict[str, Any] = {"tasks": {"a": {"mock": []}, "b": {"bad": 1}}, "schedules": []}

    def test_only_what_changes_is_checked(self):
        new = {**self.OLD, "tasks": {**self.OLD["tasks"], "a": {"mock": [1]}}}

        assert validation.changed_parts(self.OLD, new) == (
            {"tasks": {"a": {"mock": []}}},
            {"tasks": {"a": {"mock": [1]}}},
        )

    def test_variables_reach_into_everything(self):
        new = {**self.OLD, "variables": {"x": 1}}

        assert validation.changed_parts(self.OLD, new) == (self.OLD, new)

    def test_no_change_asks_nobody(self, monkeypatch):
        monkeypatch.setattr(validation, "engine", lambda: pytest.fail("asked"))

        validation.check(self.OLD, dict(self.OLD))

    def test_the_same_fault_elsewhere_in_a_list_is_not_new(self, config):
        old = {"tasks": {"a": {"regexp": {"accept": ["x", {"y": {"bad": 1}}]}}}}
        new = {"tasks": {"a": {"regexp": {"accept": [{"y": {"bad": 1}}]}}}}

        assert validation.faults(new)
        validation.check(old, new)

    def test_another_task_with_the_same_fault_is_new(self, config):
        old = {"tasks": {"a": {"bad": 1}}}

        with pytest.raises(validation.Invalid) as caught:
            validation.check(old, {"tasks": {"a": {"bad": 1}, "b": {"bad": 1}}})
        assert [fault.path for fault in caught.value.faults] == [("tasks", "b")]

    def test_variables_that_cannot_be_loaded_do_not_hide_the_rest(self, config):
        old = {"variables": "nowhere.yml", "tasks": {"a": {"mock": []}}}
        new = {"variables": "nowhere.yml", "tasks": {"a": {"mock": [], "bad": 1}}}

        with pytest.raises(validation.Invalid) as caught:
            validation.check(old, new)
        assert caught.value.faults[0].path == ("tasks", "a")

    def test_a_config_that_would_be_empty_is_not_taken_for_the_one_before(self, config):
        assert ["tasks" in fault.message for fault in validation.faults({})] == [True]


class TestTemplates:
    OLD: dict[str, Any] = {
        "variables": {"name": "tv"},
        "templates": {"tv": {"accept_all": True}},
        "tasks": {"a": {"mock": [], "template": "tv"}, "old": {"mock": [], "template": "lost"}},
    }

    @pytest.mark.parametrize("name", ["nowhere", ["tv", "nowhere"]])
    def test_a_name_that_leads_nowhere_is_refused(self, config, name):
        new = {**self.OLD, "tasks": {**self.OLD["tasks"], "b": {"mock": [], "template": name}}}

        with pytest.raises(validation.Invalid, match="no template 'nowhere'") as caught:
            validation.check(self.OLD, new)
        assert caught.value.faults[0].path[:3] == ("tasks", "b", "template")

    @pytest.mark.parametrize("name", ["tv", "global", ["no_global", "tv"], False, "{? name ?}"])
    def test_what_flexget_finds_is_taken(self, config, name):
        tasks = {**self.OLD["tasks"], "b": {"mock": [], "template": name}}

        validation.check(self.OLD, {**self.OLD, "tasks": tasks})

    def test_a_template_that_is_in_use_stays(self, config):
        with pytest.raises(validation.Invalid) as caught:
            validation.check(self.OLD, {**self.OLD, "templates": {"other": {"seen": False}}})
        assert [fault.path for fault in caught.value.faults] == [("tasks", "a", "template")]

    def test_what_led_nowhere_before_can_be_edited_and_is_shown(self, config):
        old = {"mock": [], "template": "lost", "accept_all": True}
        validation.check(self.OLD, {**self.OLD, "tasks": {**self.OLD["tasks"], "old": old}})
        config.write_text("tasks:\n  tv: {mock: [], template: lost}\n")

        assert [error["attr"] for error in status.config_status()["errors"]] == [
            "tasks.tv.template"
        ]


def test_it_warns_of_sections_that_nothing_acts_on(config):
    config.write_text(
        "tasks: {}\nweb_server: yes\nirc:\n  a: {server: b, port: 1, nickname: c, channels: '#d', task: e}\n"
    )
    (warning,) = status.config_status()["warnings"]
    assert (warning["code"], warning["attr"], warning["lines"]) == ("not_run", "web_server", [2])
    assert "FlexAPI is the web server here" in warning["detail"]


def test_it_warns_where_a_plugin_is_used_that_works_in_part(config, monkeypatch):
    config.write_text(
        "x: &x {listener: yes}\ntasks:\n  a:\n    mock: []\n    listener: yes\n  b: *x\n"
    )
    problem = {"file": "plugins/own.py", "names": ["listener", "own"], "reason": "It waits."}
    monkeypatch.setattr(engine(), "_loaded_plugins", {"in_part": [problem]})
    assert [
        (warning["code"], warning["attr"], warning["lines"], warning["detail"])
        for warning in status.config_status()["warnings"]
    ] == [
        ("not_run", "tasks.a.listener", [5], "plugins/own.py: It waits"),
        ("not_run", "tasks.b.listener", [6], "plugins/own.py: It waits"),
    ]


@pytest.mark.parametrize("half", ["\\ud800", "\\uDE00", "\\ud83d\\ude00", "\\U0000dfff"])
def test_half_a_character_is_a_problem_with_its_line(config, api, editor, half):
    config.write_text(f'tasks:\n  tv:\n    mock: [{{title: "a{half}b"}}]\n')
    answer = status.config_status()
    assert answer["state"] == "broken"
    assert "half a character" in answer["problem"]["detail"]
    assert answer["problem"]["line"] == 3
    for path in ("/api/server", "/api/tasks", "/api/config"):
        assert api(editor).get(path).status_code == 200

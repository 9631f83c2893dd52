"""Tasks in the admin; each test looks at the file."""

import re

import pytest
import yaml
from django.contrib.auth.models import Permission

from flexapi.mirror.models import ConfigRevision
from tasks.models import Task

pytestmark = pytest.mark.django_db
LIST = "/admin/tasks/task/"


@pytest.fixture
def page(config, client, admin):
    """The admin's browser, the config taken in."""
    client.force_login(admin)
    client.get(LIST)
    return client


def change_url(name):
    return f"{LIST}{Task.objects.get(name=name).pk}/change/"


def form_of(client, url):
    fields = client.get(url).context["adminform"].form.initial
    return {"source": fields["source"], "shown": fields["shown"]}


def errors_of(answer):
    return answer.context["adminform"].form.errors


class TestEditing:
    def test_the_page_shows_the_source_in_the_editor(self, page):
        answer = page.get(change_url("tv"))

        assert answer.status_code == 200
        text = answer.content.decode()
        assert "series:   # my shows" in text
        assert 'data-editor="yaml"' in text
        assert "web/js/editor/admin.js" in text

    def test_nothing_on_it_needs_a_lax_content_security_policy(self, page):
        for url in (change_url("tv"), f"{LIST}add/"):
            text = page.get(url).content.decode()
            assert not re.search(r"<script(?![^>]*\b(src|type=\"application/json\"))[^>]*>", text)
            assert not re.search(r"\son\w+=", text)
            assert "https://" not in re.sub(r"http://example.com\S*", "", text)

    def test_saving_unchanged_changes_nothing(self, page, changed_lines):
        form = form_of(page, change_url("tv"))
        form["source"] = form["source"].replace("\n", "\r\n")  # as browsers send it

        answer = page.post(change_url("tv"), form)

        assert answer.status_code == 302
        assert changed_lines() == ([], [])

    def test_what_is_saved_is_in_the_file(self, page, changed_lines, admin):
        form = form_of(page, change_url("tv"))
        form["source"] = form["source"].replace("# my shows", "# our shows")

        page.post(change_url("tv"), form)

        assert changed_lines() == (["    series:   # my shows"], ["    series:   # our shows"])
        revision = ConfigRevision.objects.latest("pk")
        assert (revision.origin, revision.author) == ("admin", admin)

    def test_the_queue_is_there_where_there_may_be_several(self, page, changed_lines, settings):
        assert "queue" not in page.get(change_url("tv")).context["adminform"].form.fields
        settings.DATABASE_URL = "postgres://somewhere"
        form = form_of(page, change_url("tv"))

        answer = page.post(change_url("tv"), {**form, "queue": "not one"})
        assert "queue" in errors_of(answer)
        page.post(change_url("tv"), {**form, "queue": "nas2"})

        assert Task.objects.get(name="tv").queue == "nas2"
        assert changed_lines() == ([], [])

    def test_another_name_on_top_renames(self, page, config):
        url = change_url("tv")
        form = form_of(page, url)
        form["source"] = form["source"].replace("tv:", "shows:", 1)

        page.post(url, form)

        assert change_url("shows") == url
        assert "- tasks: [shows, movies]  # both" in config.read_text()

    @pytest.mark.parametrize(
        ("old", "new", "complaint"),
        [
            ("accept_all: yes", "no_such_plugin: yes", "no_such_plugin"),
            ("accept_all: yes", "accept_all: [", "line"),
            ("tv:", "movies:", "already"),
        ],
    )
    def test_complaints_show_at_the_field(self, page, changed_lines, old, new, complaint):
        form = form_of(page, change_url("tv"))
        form["source"] = form["source"].replace(old, new, 1)

        answer = page.post(change_url("tv"), form)

        assert answer.status_code == 200
        assert complaint in str(errors_of(answer)["source"])
        assert changed_lines() == ([], [])

    def test_what_changed_meanwhile_is_not_overwritten(self, page, config):
        form = form_of(page, change_url("tv"))
        text = config.read_text().replace("# my shows", "# by hand")
        config.write_text(text)

        answer = page.post(change_url("tv"), form)

        assert "changed meanwhile" in str(errors_of(answer)["source"])
        assert config.read_text() == text

    def test_a_task_is_added(self, page, changed_lines):
        answer = page.post(f"{LIST}add/", {"source": "new:\n  mock: []  # none\n", "shown": ""})

        assert answer.status_code == 302
        assert changed_lines() == ([], ["  new:", "    mock: []  # none"])

    def test_flexgets_complaints_are_listed(self, page, config):
        config.write_text("tasks:\n  tv:\n    no_such_plugin: yes\n")
        page.get(LIST)

        assert (
            "no_such_plugin" in page.get(change_url("tv")).content.decode().split("FlexGet says")[1]
        )

    def test_a_broken_file_is_told_and_not_overwritten(self, page, config):
        form = form_of(page, change_url("tv"))
        config.write_text("tasks: ]")

        assert "line 1" in page.get(LIST).content.decode()
        answer = page.post(change_url("tv"), form)
        assert "line 1" in str(errors_of(answer)["source"])
        assert config.read_text() == "tasks: ]"


class TestDeleting:
    def test_one(self, page, config):
        url = f"{LIST}{Task.objects.get(name='tv').pk}/delete/"

        assert "tv in schedule " in page.get(url).content.decode()
        page.post(url, {"post": "yes"})

        assert list(yaml.safe_load(config.read_text())["tasks"]) == ["movies", "_off"]
        assert "- tasks: [movies]" in config.read_text()

    def test_several(self, page, config):
        keys = [str(task.pk) for task in Task.objects.filter(name__in=["movies", "off"])]
        page.post(LIST, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})

        assert list(yaml.safe_load(config.read_text())["tasks"]) == ["tv"]
        assert ConfigRevision.objects.count() == 2


class TestActions:
    def act(self, page, action, *names):
        keys = [task.pk for task in Task.objects.filter(name__in=names)]
        return page.post(LIST, {"action": action, "_selected_action": keys}, follow=True)

    def test_disabling_and_enabling_several_is_one_write(self, page, changed_lines, config):
        self.act(page, "disable", "tv", "movies", "off")
        assert list(yaml.safe_load(config.read_text())["tasks"]) == ["_tv", "_movies", "_off"]
        assert ConfigRevision.objects.count() == 2

        self.act(page, "enable", "tv", "movies")
        assert changed_lines() == ([], [])

    def test_run_now_queues_an_execution(self, page, admin):
        from executions.models import Execution

        self.act(page, "run_now", "tv", "movies")

        execution = Execution.objects.get()
        assert (execution.tasks, execution.requested_by) == (["tv", "movies"], admin)


class TestRoles:
    def test_who_may_only_look_sees_no_credentials(self, config, client, make_user):
        user = make_user("guest", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="view_task"))
        client.force_login(user)
        client.get(LIST)

        text = client.get(change_url("movies")).content.decode()

        assert "********" in text
        assert "hunter2" not in text
        assert "abcdef" not in text
        assert client.post(change_url("movies"), {"source": "movies: {}"}).status_code == 403


class TestShell:
    def test_save_and_delete_end_in_the_file(self, config, changed_lines):
        from flexapi.mirror import mirror

        mirror.refresh()
        task = Task.objects.get(name="tv")
        task.config = {**(task.config or {}), "priority": 4}
        task.save()
        assert changed_lines() == ([], ["    priority: 4"])
        task.name = "shows"
        task.save()
        assert task.pk == Task.objects.get(key="shows").pk
        Task(name="new", config={"mock": []}).save()
        Task.objects.create(name="other", config={"mock": []}, enabled=False)
        task.delete()
        Task.objects.filter(name="movies").delete()

        tasks = yaml.safe_load(config.read_text())["tasks"]
        assert tasks == {"_off": {"mock": []}, "new": {"mock": []}, "_other": {"mock": []}}

    def test_what_would_pass_the_file_by_is_refused(self, config):
        for attempt in (
            lambda: Task.objects.update(enabled=False),
            lambda: Task.objects.bulk_create([Task(name="x")]),
            lambda: Task.objects.bulk_update([], ["name"]),
        ):
            with pytest.raises(NotImplementedError):
                attempt()

"""Sections and revisions in the admin; each test looks at the file."""

import pytest
import yaml
from django.contrib.auth.models import Permission

from flexapi.mirror import mirror
from flexapi.mirror.edits import writing
from flexapi.mirror.models import ConfigRevision, ConfigSection

pytestmark = pytest.mark.django_db
SECTIONS = "/admin/mirror/configsection/"
REVISIONS = "/admin/mirror/configrevision/"


@pytest.fixture
def page(config, client, admin):
    """The admin's browser, the config taken in."""
    client.force_login(admin)
    client.get(SECTIONS)
    return client


class TestSections:
    def test_a_section_is_edited_as_yaml(self, page, changed_lines):
        url = f"{SECTIONS}{ConfigSection.objects.get(name='schedules').pk}/change/"
        form = dict(page.get(url).context["adminform"].form.initial)
        form["source"] = form["source"].replace("hours: 1", "hours: 2")

        assert page.post(url, form).status_code == 302
        assert changed_lines() == (["      hours: 1"], ["      hours: 2"])

    def test_complaints_show_at_the_field(self, page, changed_lines):
        url = f"{SECTIONS}{ConfigSection.objects.get(name='schedules').pk}/change/"
        form = dict(page.get(url).context["adminform"].form.initial)
        form["source"] = "schedules:\n  - tasks: 5\n"

        answer = page.post(url, form)

        assert "schedules" in str(answer.context["adminform"].form.errors["source"])
        assert changed_lines() == ([], [])

    def test_one_is_added_and_deleted(self, page, changed_lines, config):
        page.post(f"{SECTIONS}add/", {"source": "web_server:\n  port: 1 # x\n", "shown": ""})
        assert "web_server:\n  port: 1 # x\n" in config.read_text()
        keys = [ConfigSection.objects.get(name="web_server").pk]
        page.post(SECTIONS, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})
        assert "web_server" not in yaml.safe_load(config.read_text())

    def test_a_deletion_that_flexget_refuses_is_told(self, page, changed_lines):
        url = f"{SECTIONS}{ConfigSection.objects.get(name='tasks').pk}/delete/"

        answer = page.post(url, {"post": "yes"}, follow=True)

        assert "required" in answer.content.decode()
        assert changed_lines() == ([], [])

    def test_save_and_delete_in_a_shell_end_in_the_file(self, config):
        mirror.refresh()
        ConfigSection.objects.create(name="web_server", config={"port": 1})
        section = ConfigSection.objects.get(name="web_server")
        section.config = {"port": 2}
        section.save()
        assert yaml.safe_load(config.read_text())["web_server"] == {"port": 2}
        ConfigSection.objects.filter(name="web_server").delete()
        assert "web_server" not in yaml.safe_load(config.read_text())
        with pytest.raises(writing.WriteRefused):
            ConfigSection.objects.get(name="tasks").save()
        with pytest.raises(NotImplementedError):
            ConfigSection.objects.update(position=1)


class TestRevisions:
    def test_the_diff_is_shown_and_escaped(self, page, config):
        config.write_text(config.read_text().replace("# My config.", "# <b>Mine</b>"))
        page.get(REVISIONS)

        text = page.get(f"{REVISIONS}{mirror.current().revision}/change/").content.decode()

        assert '<span class="added">+# &lt;b&gt;Mine&lt;/b&gt;</span>' in text
        assert '<span class="removed">-# My config.</span>' in text

    def test_restore(self, page, config, admin):
        first = mirror.current().revision
        before = config.read_bytes()
        config.write_text("tasks: {}\n")

        page.post(f"{REVISIONS}{first}/restore/")

        assert config.read_bytes() == before
        assert ConfigRevision.objects.latest("pk").author == admin
        assert page.get(f"{REVISIONS}{first}/restore/").status_code == 405

    def test_nobody_edits_history(self, page):
        url = f"{REVISIONS}{mirror.current().revision}/"

        assert page.post(f"{url}delete/", {"post": "yes"}).status_code == 403
        assert page.post(f"{url}change/", {"summary": "x"}).status_code == 403
        assert page.get(f"{REVISIONS}add/").status_code == 403

    def test_who_may_only_look_sees_no_credentials_and_restores_nothing(
        self, config, client, make_user
    ):
        user = make_user("guest", is_staff=True)
        for name in ("view_configrevision", "view_configsection"):
            user.user_permissions.add(Permission.objects.get(codename=name))
        client.force_login(user)
        client.get(SECTIONS)
        tasks = ConfigSection.objects.get(name="tasks").pk
        revision = mirror.current().revision
        for url in (f"{SECTIONS}{tasks}/change/", f"{REVISIONS}{revision}/change/"):
            text = client.get(url).content.decode()
            assert "********" in text
            assert "hunter2" not in text
        assert client.post(f"{REVISIONS}{revision}/restore/").status_code == 403

"""Schedules in the admin; each test looks at the file."""

import pytest

from executions.models import Execution
from flexapi.mirror.models import ConfigRevision
from schedules.models import Schedule

pytestmark = pytest.mark.django_db
LIST = "/admin/schedules/schedule/"


@pytest.fixture
def page(config, client, admin):
    """The admin's browser, the config taken in."""
    client.force_login(admin)
    client.get(LIST)
    return client


def change_url():
    return f"{LIST}{Schedule.objects.get().pk}/change/"


def form_of(client, url):
    fields = client.get(url).context["adminform"].form.initial
    return {"source": fields["source"], "shown": fields["shown"], "enabled": "on"}


def do(client, action, *schedules):
    keys = [schedule.pk for schedule in schedules]
    return client.post(LIST, {"action": action, "_selected_action": keys}, follow=True)


def test_the_pages_say_when_it_runs(page):
    schedule = Schedule.objects.get()
    execution = schedule.run()

    listed = page.get(LIST).content.decode()
    detail = page.get(change_url()).content.decode()

    assert "every 1 hours" in listed
    assert f'<a href="/admin/executions/execution/{execution.pk}/change/">' in listed
    assert detail.count("<li>") >= 5
    assert "(in 4\xa0hours" in detail


def test_what_is_saved_is_in_the_file(page, changed_lines, admin):
    form = form_of(page, change_url())
    form["source"] = form["source"].replace("hours: 1", "hours: 4").replace("\n", "\r\n")

    answer = page.post(change_url(), form)

    assert answer.status_code == 302
    assert changed_lines() == (["      hours: 1"], ["      hours: 4"])
    revision = ConfigRevision.objects.latest("pk")
    assert (revision.origin, revision.author) == ("admin", admin)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- tasks: tv\n  schedule: {hour: 99}\n", "schedule.hour: Error validating expression"),
        ("- tasks: tv\n", "interval: Either `cron` or `interval` must be defined."),
        ("tasks: tv\n", "one schedule"),
        ("- {", "(line 1, column 4)"),
    ],
)
def test_what_can_not_be_is_said_at_the_field(page, changed_lines, text, said):
    form = form_of(page, change_url()) | {"source": text}

    answer = page.post(change_url(), form)

    assert said in str(answer.context["adminform"].form.errors["source"])
    assert changed_lines() == ([], [])


def test_a_stale_page_overwrites_nothing(page, config):
    form = form_of(page, change_url())
    config.write_text(config.read_text().replace("hours: 1", "hours: 2"))

    answer = page.post(change_url(), form)

    assert "changed meanwhile" in str(answer.context["adminform"].form.errors["source"])


def test_one_is_added_with_its_comment(page, config):
    form = {"source": "# By day.\n- tasks: tv\n  interval: {days: 1}  # slow\n", "enabled": "on"}

    page.post(f"{LIST}add/", form)

    assert "# By day." in config.read_text()
    assert "interval: {days: 1}  # slow" in config.read_text()
    assert Schedule.objects.count() == 2


def test_enabled_is_a_box(page, changed_lines):
    form = form_of(page, change_url())
    del form["enabled"]

    page.post(change_url(), form)

    assert Schedule.objects.get().enabled is False
    assert changed_lines() == ([], [])


def test_the_default_has_no_text_and_can_be_turned_off(page, config):
    config.write_text("tasks: {}\n")
    page.get(LIST)
    assert b"FlexGet&#x27;s default" in page.get(LIST).content
    assert "source" not in page.get(change_url()).context["adminform"].form.fields

    page.post(change_url(), {})

    assert Schedule.objects.get().enabled is False
    assert config.read_text() == "tasks: {}\n"


def test_actions_run_enable_and_disable(page):
    schedule = Schedule.objects.get()

    ran = do(page, "run_now", schedule)
    again = do(page, "run_now", schedule)
    do(page, "disable", schedule)
    disabled = Schedule.objects.get().enabled
    do(page, "enable", schedule)

    assert Execution.objects.get().schedule == schedule.pk
    assert "queued as execution" in ran.content.decode()
    assert "which it ran last, is pending" in again.content.decode()
    assert disabled is False
    assert Schedule.objects.get().next_run is not None


def test_deleting_several_is_one_write(page, config):
    page.post(f"{LIST}add/", {"source": "- {tasks: tv, interval: {days: 1}}", "enabled": "on"})
    before = ConfigRevision.objects.count()
    keys = list(Schedule.objects.values_list("pk", flat=True))

    page.post(LIST, {"action": "delete_selected", "_selected_action": keys, "post": "yes"})

    assert "schedules: []" in config.read_text()
    assert ConfigRevision.objects.count() == before + 1

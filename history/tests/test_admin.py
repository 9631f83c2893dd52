"""The history in the admin."""

import pytest

from executions.models import Execution
from history.models import HistoryEntry
from history.tests.factories import add

pytestmark = pytest.mark.django_db
LIST = "/admin/history/historyentry/"


@pytest.fixture
def page(client, admin):
    """The admin's browser."""
    client.force_login(admin)
    return client


def test_the_list_leads_to_the_executions(page):
    entry = add("Show S01E01", execution=7, reason="on the list")

    text = page.get(LIST).content.decode()

    assert "Show S01E01" in text
    assert '<a href="/admin/executions/execution/7/change/">7</a>' in text
    assert page.get(f"{LIST}{entry.pk}/change/").status_code == 200


def test_executions_lead_to_what_they_took_and_to_their_schedule(page):
    execution = Execution.objects.create(schedule=3)
    other = Execution.objects.create()

    text = page.get(f"/admin/executions/execution/{execution.pk}/change/").content.decode()

    assert f'<a href="{LIST}?q=execution:{execution.pk}">history</a>' in text
    assert '<a href="/admin/schedules/schedule/3/change/">schedule</a>' in text
    text = page.get(f"/admin/executions/execution/{other.pk}/change/").content.decode()
    assert ">schedule</a>" not in text


@pytest.mark.parametrize(
    ("term", "found"),
    [("bunny", ["Big Bunny"]), ("task:movies", ["Sintel"]), ("execution:7", ["Big Bunny"])],
)
def test_it_is_searched_by_words_task_and_execution(page, term, found):
    add("Big Bunny", execution=7)
    add("Sintel", task="movies")

    results = page.get(LIST, {"q": term}).context["cl"].result_list

    assert [entry.title for entry in results] == found


def test_entries_are_deleted_and_not_edited(page):
    keys = [add("a").pk, add("b").pk]
    add("c")

    page.post(
        LIST, {"action": "delete_selected", "_selected_action": keys, "post": "yes"}, follow=True
    )

    assert [entry.title for entry in HistoryEntry.objects.all()] == ["c"]
    assert page.get(f"{LIST}add/").status_code == 403
    entry = HistoryEntry.objects.get()
    page.post(f"{LIST}{entry.pk}/change/", {"title": "other"})
    assert HistoryEntry.objects.get().title == "c"


def test_a_page_counts_and_reads_no_more_than_it_shows(page, django_assert_max_num_queries):
    for number in range(60):
        add(f"e{number}")
    page.get(LIST)
    with django_assert_max_num_queries(8):
        page.get(LIST)

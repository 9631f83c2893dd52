"""/api/config/broken: the text of a file that does not parse, and a mended one in its place."""

import threading

import pytest
from django.db import connection

from flexapi.mirror import mirror
from flexapi.mirror.models import ConfigRevision

pytestmark = pytest.mark.django_db
YAML = "application/yaml"
URL = "/api/config/broken"
BROKEN = "tasks:\n  tv:\n    mock: [\n  films: {mock: []}  # mine\n"
MENDED = "tasks:\n  tv:\n    mock: []\n  films: {mock: []}  # mine\n"


def put(client, text, **headers):
    return client.put(URL, text, content_type=YAML, headers={"accept": YAML, **headers})


def read(client):
    return client.get(URL, headers={"accept": YAML})


def test_there_is_none_while_the_config_can_be_read(config, api, editor):
    client = api(editor)
    assert client.get(URL).status_code == 404
    answer = put(client, MENDED)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "not_broken"


def test_it_is_read_as_it_is_and_mended(config, api, editor):
    client = api(editor)
    good = client.get("/api/config", headers={"accept": YAML}).content.decode()
    config.write_text(BROKEN)

    shown = client.get(URL).json()["object"]
    assert shown["text"] == BROKEN
    assert (shown["line"], shown["column"]) == (5, 1)
    got = read(client)
    assert got.content.decode() == BROKEN

    answer = put(client, MENDED, if_match=got["ETag"])
    assert answer.status_code == 200
    assert answer.content.decode() == MENDED == config.read_text()
    assert mirror.refresh() is None
    # The broken one is kept, between what was there before and what is there now.
    kept = ConfigRevision.objects.order_by("pk")
    assert [revision.text for revision in kept] == [good, BROKEN, MENDED]
    assert kept[1].problem
    assert kept[2].author == editor
    assert client.get(URL).status_code == 404


def test_one_that_does_not_parse_either_changes_nothing(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_text(BROKEN)
    answer = put(client, BROKEN + "}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "invalid_yaml"
    assert config.read_text() == BROKEN
    assert ConfigRevision.objects.count() == 1


def test_somebody_else_s_mending_is_not_overwritten(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_text(BROKEN)
    tag = read(client)["ETag"]
    config.write_text(BROKEN + "# another try\n")
    assert put(client, MENDED, if_match=tag).status_code == 412
    config.write_text(MENDED + "# done by hand\n")
    assert put(client, MENDED, if_match=tag).status_code == 412
    assert config.read_text() == MENDED + "# done by hand\n"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_mend_at_once_one_does(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_text(BROKEN)
    tag = read(client)["ETag"]
    both = threading.Barrier(2)
    statuses = []

    def mend(name):
        mine = api(editor)
        both.wait()
        statuses.append(put(mine, f"{MENDED}# {name}\n", if_match=tag).status_code)
        connection.close()

    threads = [threading.Thread(target=mend, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412]
    assert mirror.refresh() is None


def test_it_keeps_the_file_s_line_ends_and_mark(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_bytes(b"\xef\xbb\xbf" + BROKEN.replace("\n", "\r\n").encode())
    assert put(client, MENDED).status_code == 200
    assert config.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()


def test_what_flexget_complains_of_is_said_and_not_refused(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_text(BROKEN)
    assert put(client, MENDED.replace("mock: []", "no_such_plugin: 1", 1)).status_code == 200


def test_a_first_config_that_is_broken_is_mended(config, api, editor):
    config.write_text(BROKEN)
    client = api(editor)
    assert put(client, MENDED).status_code == 200
    assert mirror.task_names() == ["tv", "films"]


def test_it_carries_its_message(config, api, editor):
    client = api(editor)
    client.get("/api/config")
    config.write_text(BROKEN)
    answer = client.put(f"{URL}?message=A bracket was open", {"text": MENDED}, format="json")
    assert answer.json()["object"]["text"] == MENDED
    assert ConfigRevision.objects.latest("pk").message == "A bracket was open"


def test_it_is_for_those_who_see_credentials(config, api, viewer, operator):
    config.write_text(BROKEN + "# password: hunter2\n")
    for user in (viewer, operator):
        for answer in (api(user).get(URL), put(api(user), MENDED)):
            assert answer.status_code == 403
            assert "hunter2" not in answer.content.decode()


def test_within_a_transaction_it_is_refused(config):
    from django.db import transaction

    from flexapi.mirror.mending.mend import mend

    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        mend(MENDED)

"""GET /api/execution/options."""

from collections.abc import Callable

import jsonschema
import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from flexapi.testing.flexget_home import FlexGetHome

pytestmark = pytest.mark.django_db


def test_it_is_the_json_schema_of_what_post_takes(
    api: Callable[..., APIClient], viewer: User, config: FlexGetHome
) -> None:
    response = api(viewer).get("/api/execution/options")
    assert response.status_code == 200
    schema = response.json()["object"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"tasks": ["tv"], "learn": True, "stop_waiting": "Show"}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"stream": True}, schema)

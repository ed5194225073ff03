"""Requests that another site may have made somebody's browser send."""

import json

import pytest
from django.test import Client

from schema.http.responses import GRAPHQL_RESPONSE, JSON


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
def test_at_the_endpoint_they_are_answered_as_graphql(db: None, accept: str) -> None:
    body = json.dumps({"query": "{ viewer { id } }"})
    client = Client(enforce_csrf_checks=True)
    response = client.post("/graphql/", body, JSON, headers={"accept": accept})
    assert response.status_code == 403
    assert response["Content-Type"].startswith(accept)
    [error] = response.json()["errors"]
    assert error["extensions"] == {"code": "CSRF_FAILED"}
    assert "X-CSRFToken" in error["message"]


def test_elsewhere_they_are_answered_by_a_page(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "alice"})
    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")

"""The client `gql` as another service uses it, with a bearer token and in a user's session.

python -m tests.clients.service, with the environment of tests/clients/server.py
"""

import os
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport

URL = os.environ["SERVICE_URL"]
ENDPOINT = f"{URL}/graphql/"
OPERATIONS = gql(Path(__file__).with_name("operations.graphql").read_text()).document
SCHEMA = (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text()


class Service:
    """Client that executes operations by name, validated by the schema before they are sent."""

    def __init__(self, transport: HTTPXTransport) -> None:
        self._client = Client(transport=transport, schema=SCHEMA)

    def execute(self, name: str, **variables: Any) -> Any:
        """Return the only field of the data, or the data if it has several fields."""
        request = GraphQLRequest(OPERATIONS, variable_values=variables, operation_name=name)
        data = self._client.execute(request)
        return data if len(data) > 1 else next(iter(data.values()))

    def write(self, name: str, **values: Any) -> Any:
        return self.execute(name, input=values)


def with_token(username: str, lifetime: int = 60) -> Service:
    claims = {
        "iss": os.environ["BEARER_ISSUER"],
        "aud": os.environ["BEARER_AUDIENCE"],
        "exp": int(time.time()) + lifetime,
        "sub": username,
    }
    token = jwt.encode(claims, os.environ["BEARER_KEY"], os.environ["BEARER_ALGORITHMS"])
    return Service(HTTPXTransport(ENDPOINT, headers={"Authorization": f"Bearer {token}"}))


def in_session(username: str) -> Service:
    with httpx.Client(base_url=URL) as browser:
        browser.get("/accounts/login/")
        form = {"username": username, "password": "demo"}
        token = {"X-CSRFToken": browser.cookies["csrftoken"]}
        assert browser.post("/accounts/login/", data=form, headers=token).status_code == 302
        token = {"X-CSRFToken": browser.cookies["csrftoken"]}
        return Service(HTTPXTransport(ENDPOINT, cookies=browser.cookies, headers=token))


def drive(service: Service, user: Any) -> None:
    """Execute every operation of the contract, as an administrator."""
    catalogue = service.execute("Catalogue")
    assert catalogue["viewer"]["username"] == "admin"
    assert catalogue["notifications"]
    assert service.execute("Own")["user"] == {"id": catalogue["viewer"]["id"], "username": "admin"}
    matrix = service.execute("Preferences", user=user["id"])
    assert service.execute("Refetch", id=matrix["id"])["notifications"] == matrix["notifications"]

    preference = {"notification": "new_release", "backend": "email", "notify": True}
    of = {"notifications": ["new_release"], "backends": ["email"]}
    updated = service.write("Update", user=user["id"], preferences=[preference])
    assert updated["results"][0]["cell"]["source"] == "USER"
    assert service.write("Clear", users=[user["id"]], **of)["cleared"] == 1
    refused = service.write("Update", user=user["id"], preferences=[preference, preference])
    assert refused["problems"][0]["code"] == "DUPLICATE"

    [group] = [each for each in user["groups"] if each["name"] == "Reviewers"]
    before = service.execute("GroupPreferences", group=group["id"])
    updated = service.write("UpdateGroup", group=group["id"], preferences=[preference])
    assert updated["matrix"] != before
    cleared = service.write("ClearGroup", group=group["id"], **of)
    assert (cleared["cleared"], cleared["matrix"]) == (1, before)


def fails(service: Service, code: str, name: str, **variables: Any) -> None:
    with pytest.raises(TransportQueryError) as raised:
        service.execute(name, **variables)
    assert raised.value.errors
    assert raised.value.errors[0]["extensions"]["code"] == code


def main() -> None:
    user = with_token("alice").execute("Catalogue")["viewer"]
    drive(with_token("admin"), user)
    drive(in_session("admin"), user)
    fails(in_session("charlie"), "FORBIDDEN", "Preferences", user=user["id"])
    fails(with_token("admin", lifetime=-60), "UNAUTHENTICATED", "Own")
    fails(Service(HTTPXTransport(ENDPOINT)), "CSRF_FAILED", "Own")  # without a CSRF token
    print("gql: passed.")


if __name__ == "__main__":
    main()

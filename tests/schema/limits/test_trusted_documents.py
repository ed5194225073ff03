"""Documents of a manifest of graphql-codegen and of the settings page, by their ids."""

import json
from collections.abc import Callable
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from notifications.settings_page import endpoint
from schema.http.responses import GRAPHQL_RESPONSE, JSON
from tests.schema.conftest import Graphql, stored
from tests.schema.limits.conftest import NAME, OTHER, TWO, WRITE, name

ALICE = {"data": {"viewer": {"username": "alice"}}}
NOT_FOUND, NOT_IN_LIST, NOT_SUPPORTED, ID_REQUIRED = (
    f"PERSISTED_QUERY_{name}"
    for name in ("NOT_FOUND", "NOT_IN_LIST", "NOT_SUPPORTED", "ID_REQUIRED")
)

Send = Callable[..., Any]


def apollo(hash_: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}


@pytest.fixture
def send(graphql: Graphql, alice: Any) -> Send:
    """Return a function that posts a body as alice, and returns the answer."""

    def send(body: Any, accept: str = JSON, status: int = 200) -> Any:
        headers = {"accept": accept}
        response = graphql.client(alice).post("/graphql/", body, JSON, headers=headers)
        assert response.status_code == status, response.content
        return response.json()

    return send


def code(answer: Any) -> str:
    assert not answer.get("data")
    [error] = answer["errors"]
    assert list(error["extensions"]) == ["code"]
    assert error["message"]
    return str(error["extensions"]["code"])


BY_ID: dict[str, dict[str, Any]] = {
    "documentId": {"documentId": name(NAME)},
    "documentId with the name of the hash": {"documentId": f"sha256:{name(NAME)}"},
    "persistedQuery": apollo(name(NAME)),
    "persistedQuery with the name of the hash": apollo(f"sha256:{name(NAME)}"),
    "both": {"documentId": f"sha256:{name(NAME)}", **apollo(name(NAME))},
}


@pytest.mark.parametrize("only", [False, True])
@pytest.mark.parametrize("body", BY_ID.values(), ids=BY_ID)
def test_a_trusted_document_is_executed_by_its_id(
    send: Send, given: Any, settings: Any, body: Any, only: bool
) -> None:
    settings.NOTIFICATION_GRAPHQL = {**given, "TRUSTED_DOCUMENTS_ONLY": only}
    assert send(body) == ALICE
    assert send({**body, "query": None}) == ALICE
    assert send(body, GRAPHQL_RESPONSE) == ALICE


def test_a_trusted_document_has_variables_and_operations(
    send: Send, strict: None, alice: Any
) -> None:
    send({"documentId": name(WRITE), "variables": {"notify": True}})
    assert stored(alice) == {("alarm", "sms"): True}
    by_sha1 = {"documentId": sha1(TWO.encode(), usedforsecurity=False).hexdigest()}
    assert send({**by_sha1, "operationName": "A"}) == ALICE
    assert send({**by_sha1, "operationName": "B"}) == {"data": {"__typename": "Query"}}
    assert send({**by_sha1, "operationName": "C"})["errors"]
    assert code(send({"documentId": name(WRITE)})) == "BAD_USER_INPUT"


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_RESPONSE])
@pytest.mark.parametrize("body", [{"documentId": name(OTHER)}, apollo(name(OTHER))])
@pytest.mark.parametrize(
    ("only", "expected"), [(False, NOT_FOUND), (True, NOT_IN_LIST), (None, NOT_SUPPORTED)]
)
def test_an_unknown_id_has_the_code_that_clients_expect(
    send: Send, given: Any, settings: Any, accept: str, body: Any, only: Any, expected: str
) -> None:
    """Apollo's and urql's links send the document once more for NOT_FOUND, from now on for
    NOT_SUPPORTED, and give up for any other code.
    """
    settings.NOTIFICATION_GRAPHQL = (
        {} if only is None else {**given, "TRUSTED_DOCUMENTS_ONLY": only}
    )
    assert code(send(body, accept, 400 if accept == GRAPHQL_RESPONSE else 200)) == expected


@pytest.mark.parametrize(
    "body",
    [
        {"query": OTHER},
        {"query": NAME},
        {"query": "{ __typename }"},
        {"query": "{"},
        {"query": "{ __schema { queryType { name } } }"},
        {"query": NAME, "documentId": name(NAME)},
        {"query": OTHER, "documentId": name(NAME)},
        {"query": OTHER, "documentId": name(OTHER)},
        {"query": NAME, **apollo(name(NAME))},
        {"query": OTHER, **apollo(name(OTHER))},
        {"query": WRITE, "variables": {"notify": True}},
    ],
)
def test_strict_mode_executes_no_sent_document(
    send: Send, strict: None, alice: Any, body: Any
) -> None:
    assert code(send(body)) == ID_REQUIRED
    assert code(send(body, GRAPHQL_RESPONSE, 400)) == ID_REQUIRED
    assert stored(alice) == {}


def test_strict_mode_registers_no_document(send: Send, strict: None) -> None:
    """The requests of Apollo's link: the hash, the document with the hash, the hash again."""
    hash_ = apollo(name(OTHER))
    answers = [send(hash_), send({"query": OTHER, **hash_}), send(hash_)]
    assert [code(answer) for answer in answers] == [NOT_IN_LIST, ID_REQUIRED, NOT_IN_LIST]


def test_without_strict_mode_no_document_is_registered(send: Send, given: Any) -> None:
    hash_ = apollo(name(OTHER))
    assert code(send(hash_)) == NOT_FOUND
    assert send({"query": OTHER, **hash_}) == {"data": {"__typename": "Query"}}
    assert code(send(hash_)) == NOT_FOUND


@pytest.mark.parametrize(
    "body", [{"documentId": name(NAME)}, apollo(name(NAME)), apollo("nonsense")]
)
def test_a_document_with_the_id_of_another_is_refused(send: Send, given: Any, body: Any) -> None:
    assert code(send({"query": OTHER, **body}, status=400)) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "body",
    [
        {"documentId": 1},
        {"documentId": [name(NAME)]},
        apollo(None),
        apollo(1),
        {"extensions": {"persistedQuery": name(NAME)}},
        {"extensions": {"persistedQuery": {}}},
        {"documentId": name(NAME), **apollo(name(WRITE))},
        {"documentId": ""},
        {},
    ],
)
def test_a_malformed_id_is_a_400(send: Send, strict: None, body: Any) -> None:
    assert code(send(body, status=400)) == "BAD_USER_INPUT"


def test_strict_mode_without_a_manifest_serves_the_page(send: Send, settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS_ONLY": True}
    assert code(send({"query": NAME})) == ID_REQUIRED
    assert code(send({"documentId": name(NAME)})) == NOT_IN_LIST
    page = {"documentId": name(endpoint.documents()["user"]), "operationName": "Clear"}
    assert send({**page, "variables": {"subject": "x"}})["data"]["outcome"]["__typename"]


def test_limits_apply_to_trusted_documents(send: Send, given: Any, settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {**given, "MAX_DEPTH": 1}
    assert code(send({"documentId": name(NAME)})) == "LIMIT_EXCEEDED"


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"documentId": name(NAME)}, 405),
        ({"documentId": name(WRITE), "variables": '{"notify": true}'}, 405),
        ({"extensions": json.dumps(apollo(name(NAME))["extensions"])}, 405),
        ({"documentId": name(OTHER)}, 200),
        ({"query": "{ __typename }"}, 200),
    ],
)
def test_strict_mode_executes_no_document_by_get(
    graphql: Graphql, strict: None, alice: Any, parameters: dict[str, str], status: int
) -> None:
    response = graphql.client(alice).get("/graphql/", parameters, headers={"accept": JSON})
    assert response.status_code == status
    assert "data" not in response.json()
    assert stored(alice) == {}


@pytest.mark.parametrize("kind", ["user", "group"])
def test_the_settings_page_sends_ids_in_strict_mode(given: Any, settings: Any, kind: str) -> None:
    api = endpoint.find()
    assert api is not None
    assert api.document_id(kind) is None
    settings.NOTIFICATION_GRAPHQL = {**given, "TRUSTED_DOCUMENTS_ONLY": True}
    assert api.document_id(kind) == f"sha256:{name(endpoint.documents()[kind])}"


def test_the_settings_page_works_in_strict_mode(graphql: Graphql, strict: None, alice: Any) -> None:
    page = graphql.client(alice).get("/preferences/").content.decode()
    data = json.loads(page.split('type="application/json">')[1].split("</script>")[0])
    parameters = {
        "documentId": data["documentId"],
        "operationName": "Update",
        "variables": {
            "subject": data["subject"],
            "preferences": [{"notification": "alarm", "backend": "sms", "notify": True}],
        },
    }
    response = graphql.client(alice).post(data["url"], parameters, JSON).json()
    assert response["data"]["outcome"]["__typename"] == "UpdatePreferencesSuccess"
    assert stored(alice) == {("alarm", "sms"): True}


def test_a_manifest_is_read_once(send: Send, given: Any) -> None:
    assert send({"documentId": name(NAME)}) == ALICE
    Path(given["TRUSTED_DOCUMENTS"]).unlink()
    assert send({"documentId": name(NAME)}) == ALICE

"""Documents of a manifest of graphql-codegen and of the settings page, by their ids."""

import json
from collections.abc import Callable
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured

from notifications.settings_page import endpoint
from schema.checks import check_documents, check_settings
from schema.http.responses import JSON, RESPONSE
from tests.schema.conftest import Graphql, stored

NAME = "query Name { viewer { username } }"
WRITE = (
    "mutation Write($notify: Boolean!) { updatePreferences(input: {preferences: ["
    '{notification: "alarm", backend: "sms", notify: $notify}]}) { __typename } }'
)
TWO = "query A { viewer { username } } query B { __typename }"
OTHER = "query Other { __typename }"
OFF = (
    "GraphQL introspection has been disabled, but the requested query contained the field"
    " '__schema'."
)
ALICE = {"data": {"viewer": {"username": "alice"}}}
NOT_FOUND, NOT_IN_LIST, NOT_SUPPORTED, ID_REQUIRED = (
    f"PERSISTED_QUERY_{name}"
    for name in ("NOT_FOUND", "NOT_IN_LIST", "NOT_SUPPORTED", "ID_REQUIRED")
)

Send = Callable[..., Any]


def name(document: str) -> str:
    return sha256(document.encode()).hexdigest()


def apollo(hash_: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}


MANIFEST = {
    name(NAME): NAME,
    f"sha256:{name(WRITE)}": WRITE,
    sha1(TWO.encode(), usedforsecurity=False).hexdigest(): TWO,
}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Any], Path]:
    """Write a manifest to a new path each time: a path is read once."""

    def write(content: Any) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(params=["a path", "a string"])
def given(request: Any, settings: Any, write: Callable[[Any], Path]) -> dict[str, Any]:
    """Return the setting, which some tests extend."""
    path = write(MANIFEST)
    value = {"TRUSTED_DOCUMENTS": path if request.param == "a path" else str(path)}
    settings.NOTIFICATION_GRAPHQL = {**value, "INTROSPECTION": True}
    return dict(settings.NOTIFICATION_GRAPHQL)


@pytest.fixture
def strict(given: dict[str, Any], settings: Any) -> None:
    settings.NOTIFICATION_GRAPHQL = {**given, "TRUSTED_DOCUMENTS_ONLY": True}


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
    assert send(body, RESPONSE) == ALICE


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


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
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
    assert code(send(body, accept, 400 if accept == RESPONSE else 200)) == expected


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
    assert code(send(body, RESPONSE, 400)) == ID_REQUIRED
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


def found() -> list[CheckMessage]:
    return [each for each in run_checks() if str(each.id) in {"schema.E005", "schema.E006"}]


def test_a_good_manifest_passes(strict: None) -> None:
    assert [check_settings(), check_documents(), found()] == [[], [], []]


UNREADABLE = {
    "no JSON": ("{", "The trusted documents cannot be read: "),
    "nested deeply": ("[" * 100_000, "The trusted documents cannot be read: "),
    "no object": ("[]", " must contain a JSON object of documents by id."),
    "no documents": ('{"a": 1}', " must contain a JSON object of documents by id."),
    "Apollo's": (
        '{"format": "x", "operations": []}',
        " must contain a JSON object of documents by id.",
    ),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_malformed_manifest_is_reported_and_stops_requests(
    settings: Any, write: Callable[[Any], Path], graphql: Graphql, content: str, message: str
) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS": write(content)}
    [error] = found()
    assert message in error.msg
    assert (error.id, "TRUSTED_DOCUMENTS" in str(error.hint)) == ("schema.E005", True)
    client = graphql.client()
    client.raise_request_exception = True
    with pytest.raises(ImproperlyConfigured):
        client.post("/graphql/", {"documentId": name(NAME)}, JSON)


def test_a_missing_manifest_is_reported(settings: Any, tmp_path: Path) -> None:
    settings.NOTIFICATION_GRAPHQL = {"TRUSTED_DOCUMENTS": tmp_path / "none.json"}
    [error] = found()
    assert (error.id, "none.json" in error.msg) == ("schema.E005", True)


NOT_ITS_HASH = "does not have its SHA-256 or SHA-1 as its ID."
MISTAKES = {
    "an id of another document": (
        {name(OTHER): NAME},
        NOT_ITS_HASH,
    ),
    "an id that is no hash": ({"Name": NAME}, NOT_ITS_HASH),
    "no GraphQL": (
        {name("{"): "{"},
        "cannot be executed: Syntax Error: Expected Name, found <EOF>.",
    ),
    "nothing": ({name(""): ""}, "cannot be executed: Syntax Error: Unexpected <EOF>."),
    "another schema's": (
        {name("{ shop { id } }"): "{ shop { id } }"},
        "cannot be executed: Cannot query field 'shop' on type 'Query'.",
    ),
    "introspection, which is off": (
        {name("{ __schema { description } }"): "{ __schema { description } }"},
        f"cannot be executed: {OFF}",
    ),
    "too many tokens": (
        {name("{ __typename }" + " #\n" * 3000): "{ __typename }" + " #\n" * 3000},
        "cannot be executed: The document has more than 2,000 tokens; allowed: 2,000.",
    ),
    "too deep": (
        {name("{ viewer { groups { id } } }"): "{ viewer { groups { id } } }"},
        "cannot be executed: The document is 3 fields deep; allowed: 2.",
    ),
}


@pytest.mark.parametrize(("content", "mistake"), MISTAKES.values(), ids=MISTAKES)
def test_an_invalid_document_is_reported(
    settings: Any, write: Callable[[Any], Path], content: dict[str, str], mistake: str
) -> None:
    path = write({**MANIFEST, **content})
    settings.NOTIFICATION_GRAPHQL = {
        "TRUSTED_DOCUMENTS": path,
        "INTROSPECTION": False,
        **({"MAX_DEPTH": 2} if "deep" in mistake else {}),
    }
    [error] = found()
    assert error.msg == f"The trusted document {next(iter(content))!r} {mistake}"
    assert (error.id, bool(error.hint)) == ("schema.E006", True)


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({"TRUSTED_DOCUMENTS": None}, "must be a path."),
        ({"TRUSTED_DOCUMENTS": {}}, "must be a path."),
        ({"TRUSTED_DOCUMENTS_ONLY": "yes"}, "must be True or False."),
    ],
)
def test_a_wrong_setting_is_reported_once(settings: Any, value: Any, wrong: str) -> None:
    settings.NOTIFICATION_GRAPHQL = value
    [error] = check_settings()
    assert error.msg.endswith(wrong)
    assert check_documents() == []

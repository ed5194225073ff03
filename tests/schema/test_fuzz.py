"""Generated requests cause no status 500 and no unexpected error; refused ones write nothing.

Each run has a few fixed examples of each kind. FUZZ=2000 generates so many random ones.
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from graphql import FieldNode, OperationDefinitionNode, OperationType, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.models import GroupPrefs, SentNotification, UserPrefs
from schema.ids import global_id
from tests.schema import documents
from tests.schema.conftest import Graphql, id_of, keep, preference
from tests.sent import sent

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
FOUND: Iterable[Any] = schemathesis.graphql.from_path(SDL).get_all_operations()
OPERATIONS = [found.ok() for found in FOUND]
CODES = {
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "NOT_FOUND",
    "BAD_USER_INPUT",
    "LIMIT_EXCEEDED",
}
REFUSALS = {"NotSignedIn", "Forbidden", "NotFound", "InvalidPreferences", "InvalidInput"}
NAMES = ["card-declined", "alarm", "audit", "secret", "by-fax", "sms", "email", "fax", "pigeon"]
ENTRIES = {"input": {"preferences": [preference("card-declined", "sms")]}}
DOCUMENTS = [
    (documents.MATRIX, {}),
    (documents.VIEWER, {}),
    (documents.NODE, {"id": "Tm90aGluZzox"}),
    (documents.UPDATE, ENTRIES),
    (documents.CLEAR, {"input": {"users": []}}),
    (documents.INBOX, {}),
    (documents.MARK_ALL_READ, {"input": {}}),
]

fuzzed = settings(
    max_examples=int(os.environ.get("FUZZ", "15")),
    derandomize="FUZZ" not in os.environ,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# With surrogates and NUL, which JSON can contain and PostgreSQL cannot store.
texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
names = st.one_of(st.sampled_from(NAMES), texts)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | names
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4)
)


class Viewers:
    """Sends generated requests as different viewers, and checks the responses."""

    def __init__(self, graphql: Graphql, people: dict[str, Any], group: Group) -> None:
        self.graphql, self.people = graphql, people
        self.ids = [id_of(person) for person in people.values() if person] + [id_of(group)]
        entries = SentNotification.objects.all()
        self.ids += [global_id("InboxEntry", entry.pk) for entry in entries]

    def send(self, person: str, body: str | bytes, content_type: str = "application/json") -> None:
        client = self.graphql.client(self.people[person])
        with transaction.atomic():
            before = stored()
            response = client.generic("POST", reverse("graphql"), body, content_type)
            if self._refused(response):
                assert stored() == before, body
            transaction.set_rollback(True)

    def _refused(self, response: Any) -> bool:
        assert response.status_code in {200, 400, 413, 415, 422}, response.content
        answer = json.loads(response.content)
        errors, data = answer.get("errors", []), answer.get("data")
        assert {error["extensions"]["code"] for error in errors} <= CODES, errors
        assert errors or data is not None
        results = (data or {}).values()
        types = [result.get("__typename") for result in results if isinstance(result, dict)]
        return not data or (bool(types) and REFUSALS.issuperset(types))

    def execute(self, person: str, query: Any, variables: Any = None) -> None:
        self.send(person, json.dumps({"query": query, "variables": variables}))


def stored() -> list[Any]:
    preferences = [
        sorted(
            model.objects.values_list(model.subject, "notification", "backend", "notify"), key=str
        )
        for model in (UserPrefs, GroupPrefs)
    ]
    return [*preferences, sorted(SentNotification.objects.values_list("pk", "read"))]


@pytest.fixture
def viewers(graphql: Graphql, alice: Any, bob: Any, admin: Any, reviewers: Group) -> Viewers:
    keep(alice, "card-declined", "email", notify=False)
    keep(reviewers, "alarm", "sms", notify=True)
    people = {"anonymous": None, "alice": alice, "bob": bob, "admin": admin}
    for person in (alice, bob, admin):
        sent(person)
    for person in people.values():
        graphql.client(person)
    return Viewers(graphql, people, reviewers)


people = st.sampled_from(["anonymous", "alice", "bob", "admin"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_operations_that_schemathesis_generates(viewers: Viewers, operation: Any) -> None:
    @fuzzed
    @given(people, operation.as_strategy(), st.data())
    def run(person: str, case: Any, data: st.DataObject) -> None:
        viewers.execute(person, plausible(with_typenames(case.body), data, viewers.ids))

    run()


def with_typenames(document: str) -> str:
    """Select `__typename` of a mutation's union."""
    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    text = document
    for field in reversed(operation.selection_set.selections):
        assert isinstance(field, FieldNode)
        if operation.operation is OperationType.MUTATION and field.selection_set:
            assert field.selection_set.loc
            start = field.selection_set.loc.start + 1
            text = f"{text[:start]} __typename {text[start:]}"
    return text


def plausible(document: str, data: st.DataObject, ids: list[str]) -> str:
    """Replace some strings of a document by existing names and IDs."""
    existing = st.sampled_from([*NAMES, *ids])

    def replacement(match: re.Match[str]) -> str:
        return json.dumps(data.draw(existing)) if data.draw(st.booleans()) else match[0]

    return re.sub(r'"(?:[^"\\\n]|\\.)*"', replacement, document)


@pytest.mark.parametrize("operation", DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_mutated_documents(viewers: Viewers, operation: tuple[str, Any]) -> None:
    document, variables = operation
    positions = st.integers(0, len(document))
    insertion = st.sampled_from(["", "{", "}", "...", "@skip(if: true)", "$x", '"', "\0"]) | texts

    @fuzzed
    @given(people, positions, positions, insertion)
    def run(person: str, start: int, end: int, between: str) -> None:
        viewers.execute(person, document[:start] + between + document[end:], variables)

    run()


# Valid entries, which some viewers may not set.
likely = st.sampled_from(
    [preference("card-declined", "sms"), preference("audit", "email"), preference("alarm", "email")]
)
inputs = st.fixed_dictionaries(
    {},
    optional={
        "user": values,
        "users": st.lists(names, max_size=3) | values,
        "group": values,
        "matricesOf": st.lists(names, max_size=3) | values,
        "notifications": st.lists(names, max_size=4) | values,
        "backends": st.lists(names, max_size=4) | values,
        "preferences": values
        | st.lists(
            st.fixed_dictionaries(
                {"notification": names, "backend": names, "notify": st.booleans()}
            ),
            max_size=4,
        ),
    },
)
NEEDED = {
    documents.UPDATE: ["user", "preferences"],
    documents.CLEAR: ["users", "notifications", "backends"],
    documents.UPDATE_GROUP: ["group", "preferences", "matricesOf"],
    documents.CLEAR_GROUP: ["group", "notifications", "backends", "matricesOf"],
}


@pytest.mark.parametrize("mutation", NEEDED, ids=["update", "clear", "update group", "clear group"])
def test_inputs_of_mutations(viewers: Viewers, mutation: str) -> None:
    @fuzzed
    @given(people, inputs, st.data())
    def run(person: str, given_: dict[str, Any], data: st.DataObject) -> None:
        value = {name: given_[name] for name in NEEDED[mutation] if name in given_}
        if (name := NEEDED[mutation][0]) in {"user", "group"}:
            value[name] = data.draw(st.sampled_from(viewers.ids) | names)
        if "preferences" in NEEDED[mutation] and data.draw(st.booleans()):
            value["preferences"] = data.draw(st.lists(likely, min_size=1, unique_by=str))
        if data.draw(st.booleans()):
            value.pop("user", None)
        viewers.execute(person, mutation, {"input": value})

    run()


bodies: list[Callable[[], st.SearchStrategy[str | bytes]]] = [
    lambda: st.binary(max_size=200),
    lambda: values.map(json.dumps),
    lambda: st.fixed_dictionaries(
        {"query": st.sampled_from([each for each, _ in DOCUMENTS]) | values},
        optional={"variables": values, "operationName": values, "extensions": values},
    ).map(json.dumps),
    lambda: st.dictionaries(
        st.sampled_from(["query", "variables", "operationName", "extensions", "documentId"]), values
    ).map(json.dumps),
]


@pytest.mark.parametrize(
    "bodies_of", bodies, ids=["bytes", "any JSON", "a query", "any parameters"]
)
def test_bodies(viewers: Viewers, bodies_of: Callable[[], st.SearchStrategy[str | bytes]]) -> None:
    types = st.sampled_from(
        ["application/json"] * 3 + ["application/json; charset=latin-1", "text/plain", "", "\0"]
    )

    @fuzzed
    @given(people, bodies_of(), types)
    def run(person: str, body: str | bytes, content_type: str) -> None:
        viewers.send(person, body, content_type)

    run()


@pytest.mark.parametrize("query", [documents.NODE, documents.NOTIFICATION])
def test_variables(viewers: Viewers, query: str) -> None:
    @fuzzed
    @given(people, st.dictionaries(st.sampled_from(["id", "name", "x"]), values))
    def run(person: str, variables: dict[str, Any]) -> None:
        viewers.execute(person, query, variables)

    run()

"""Malformed and unknown IDs are not found in any argument."""

from base64 import b64encode
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session

from notifications.errors import NotFound
from schema.errors import truncate
from schema.ids import MODELS, global_id, key_of
from tests.schema.conftest import Graphql, id_of
from tests.schema.documents import (
    CLEAR,
    CLEAR_GROUP,
    GROUP_MATRIX,
    MARK_READ,
    MATRIX,
    NODE,
    NODE_TYPES,
    UPDATE,
    UPDATE_GROUP,
)
from tests.sent import sent

pytestmark = pytest.mark.usefixtures("any_cost")


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


KEYS = (
    "",
    ":",
    ":::",
    "0",
    "-1",
    "1:2:3:4",
    "one",
    "1\0",
    "1.0",
    "\u0661",
    str(2**31),
    str(2**63),
    str(-(2**63) - 1),
    "9" * 5000,
    f"{2**63}:1:1",
    f"1:{2**63}:1",
    f"1:1:{2**63}",
    "1:1:",
    "00000000-0000-0000-0000-000000000000",
    "1' OR '1'='1",
)
WRONG = [
    "",
    " ",
    "\0",
    "1",
    "garbage",
    "User:1",
    "\N{COLLISION SYMBOL}",
    "\ud800",
    "x" * 100_000,
    encoded(""),
    encoded(":"),
    encoded(":1"),
    encoded("Nonsense:1"),
    encoded("Query:1"),
    encoded("user:1"),
    b64encode(b"User:\xff").decode(),
    *(encoded(f"{type_}:{key}") for type_ in ("User", "Group") for key in KEYS),
]


def other_spellings(id_: str, key: Any) -> list[str]:
    """Return other spellings of an ID, with an equal type and key."""
    spelled = [f" {key}", f"{key} ", f"0{key}", f"+{key}", f"{key}\n", str(key).upper()]
    texts = [global_id("User", text) for text in spelled]
    return [text for text in [*texts, f"{id_}=", f"{id_}\n", f" {id_}", f"{id_}!"] if text != id_]


def test_node_is_null_for_wrong_ids(graphql: Graphql, admin: Any) -> None:
    for id_ in [*WRONG, *(encoded(f"{type_}:{key}") for type_ in NODE_TYPES for key in KEYS)]:
        assert graphql(NODE, {"id": id_}, admin) == {"data": {"node": None}}, id_[:100]


def test_queries_of_wrong_ids_are_not_found(graphql: Graphql, admin: Any) -> None:
    for id_ in WRONG:
        for query, variables in ((MATRIX, {"user": id_}), (GROUP_MATRIX, {"group": id_})):
            [error] = graphql(query, variables, admin)["errors"]
            assert error["extensions"]["code"] == "NOT_FOUND", id_[:100]
            expected = f"No object with the ID {id_!r} was found."
            assert error["message"].removesuffix(" …") == expected[:500].removesuffix(" …")


@pytest.mark.parametrize(
    ("mutation", "key", "values"),
    [
        (UPDATE, "user", {"preferences": []}),
        (CLEAR, "users", {}),
        (UPDATE_GROUP, "group", {"preferences": []}),
        (UPDATE_GROUP, "matricesOf", {"preferences": [], "group": "reviewers"}),
        (CLEAR_GROUP, "group", {}),
        (CLEAR_GROUP, "matricesOf", {"group": "reviewers"}),
        (MARK_READ, "ids", {}),
    ],
)
def test_mutations_return_not_found_with_the_sent_id(
    graphql: Graphql,
    admin: Any,
    reviewers: Group,
    mutation: str,
    key: str,
    values: dict[str, Any],
) -> None:
    if "group" in values:
        values = {**values, "group": id_of(reviewers)}
    entry = global_id("InboxEntry", sent(admin).pk)
    for id_ in WRONG:
        given = [id_of(admin), id_] if key in {"users", "matricesOf"} else id_
        given = [entry, id_] if key == "ids" else given
        result = graphql.result(mutation, admin, **{**values, key: given})
        assert (result["__typename"], result["id"]) == ("NotFound", truncate(id_)), id_[:100]


def test_other_spellings_of_an_id_are_not_found(graphql: Graphql, admin: Any) -> None:
    for id_ in other_spellings(id_of(admin), admin.pk):
        assert graphql(NODE, {"id": id_}, admin) == {"data": {"node": None}}, id_
        assert graphql.code(MATRIX, {"user": id_}, admin) == "NOT_FOUND"
        assert graphql.result(CLEAR, admin, users=[id_])["__typename"] == "NotFound"


def test_an_id_of_another_type_is_not_found(graphql: Graphql, admin: Any, reviewers: Group) -> None:
    assert graphql.code(MATRIX, {"user": id_of(reviewers)}, admin) == "NOT_FOUND"
    assert graphql.code(GROUP_MATRIX, {"group": id_of(admin)}, admin) == "NOT_FOUND"
    result = graphql.result(CLEAR, admin, users=[global_id("PreferenceMatrix", admin.pk)])
    assert result["__typename"] == "NotFound"


@pytest.mark.parametrize("key", ["", "a\0b", "\0", "x" * 41])
def test_keys_that_are_texts_are_validated(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The model of sessions has such a key, as a user model may."""
    monkeypatch.setitem(MODELS, "Session", (Session,))
    assert key_of(global_id("Session", "a:b c"), "Session") == "a:b c"
    with pytest.raises(NotFound):
        key_of(global_id("Session", key), "Session")


@pytest.mark.parametrize("literal", ["5", '"5"', "-5", "99999999999999999999999999"])
def test_ids_as_literals(graphql: Graphql, admin: Any, literal: str) -> None:
    assert graphql.data(f"{{ node(id: {literal}) {{ id }} }}", user=admin) == {"node": None}
    assert graphql.code(f"{{ preferences(user: {literal}) {{ id }} }}", user=admin) == "NOT_FOUND"

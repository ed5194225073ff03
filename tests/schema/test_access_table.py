"""Responses to each kind of viewer: each cell of access_table.md is a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from graphql import GraphQLInterfaceType, build_schema
from pytest_django.plugin import DjangoDbBlocker

from notifications.catalogue import sync
from notifications.models import (
    Backend,
    GroupPrefs,
    Notification,
    SentNotification,
    State,
    UserPrefs,
)
from project.models import GroupManager
from schema.ids import global_id, parse
from schema.root import schema
from tests.conftest import make_user
from tests.schema import access_table
from tests.schema.access_table import REFUSALS, Row, summary
from tests.schema.conftest import CATALOGUE, Graphql, cell_id, grant, id_of, keep
from tests.sent import sent

# Undoes what a test does; the rows are created once.
pytestmark = pytest.mark.django_db

ROWS = access_table.rows()
PEOPLE = ("anonymous", "alice", "bob", "charlie", "support", "admin", "inactive", "rival")
GRAPHQL = build_schema(schema.as_str())
ABSENT = [row for row in ROWS if set(row.by_person.values()) == {"wrong"}]
PRIVATE = [row for row in ROWS if "secret" in row.selection]


@dataclass
class Viewers:
    """All viewers, signed in, and the IDs in documents by name."""

    graphql: Graphql = field(default_factory=Graphql)
    people: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def body(self, row: Row, person: str) -> Any:
        names = access_table.variables(row.selection)
        given = {
            "query": row.document(known=self.ids),
            "variables": {name: self.ids[name] for name in names},
        }
        client = self.graphql.client(self.people[person])
        return client.post(reverse("graphql"), given, "application/json")


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def viewers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Viewers]:
    with django_db_blocker.unblock(), undone():
        yield build()


def build() -> Viewers:
    Notification.objects.all().delete()
    Backend.objects.all().delete()
    sync(CATALOGUE)
    Backend.objects.filter(name="fax").update(enabled=False)
    reviewers, rivals = (Group.objects.create(name=name) for name in ("reviewers", "rivals"))
    people = {name: make_user(name) for name in ("alice", "bob", "charlie", "support", "rival")}
    for name in ("admin", "inactive"):
        people[name] = make_user(name, is_staff=True, is_superuser=True)
    people["alice"].groups.add(reviewers)
    GroupManager.objects.create(group=reviewers, user=people["bob"])
    GroupManager.objects.create(group=rivals, user=people["rival"])
    grant(people["support"], "notifications.view_userprefs", "notifications.change_userprefs")
    retired = make_user("retired", is_active=False)
    for owner, notification, backend in (
        (people["alice"], "card-declined", "sms"),
        (people["alice"], "audit", "email"),  # withheld from her
        (people["alice"], "secret", "sms"),
        (retired, "alarm", "sms"),
        (reviewers, "alarm", "sms"),
        (reviewers, "secret", "sms"),
        (rivals, "alarm", "sms"),
    ):
        keep(owner, notification, backend, notify=True)
    viewers = Viewers(people={"anonymous": None, **people})
    for person in viewers.people.values():
        viewers.graphql.client(person)
    people["inactive"].is_active = False  # once signed in
    people["inactive"].save()
    viewers.ids = ids_of(people["alice"], retired, reviewers, rivals)
    viewers.ids |= deliver_to(people["alice"])
    return viewers


def deliver_to(alice: Any) -> dict[str, str]:
    """Send public and private notifications to her inbox, and by e-mail without success."""
    failed: dict[str, Any] = {"state": State.FAILED, "attempts": 5, "error": "DeliveryFailed"}
    entry = sent(alice, "alarm", context={"message": "It rings."}, key="ring-1")
    secret = sent(alice, "secret", source="DEFAULT", groups=(), read=True)
    mail = sent(alice, "alarm", "email", source="REQUIRED", groups=(), key="ring-2", **failed)
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    SentNotification.objects.update(created=moment, updated=moment)
    return {
        "summary": global_id("InboxSummary", alice.pk),
        "entry": global_id("InboxEntry", entry.pk),
        "quiet_entry": global_id("InboxEntry", secret.pk),
        "no_entry": global_id("InboxEntry", mail.pk),
        "to_inbox": global_id("Delivery", entry.pk),
        "mail": global_id("Delivery", mail.pk),
        "secret_mail": global_id("Delivery", secret.pk),
    }


def ids_of(alice: Any, retired: Any, reviewers: Group, rivals: Group) -> dict[str, str]:
    gone = make_user("gone"), Group.objects.create(name="gone")
    ids = {"nobody": id_of(gone[0]), "no_group": id_of(gone[1])}
    for each in gone:
        each.delete()
    ids |= {"alice": id_of(alice), "retired": id_of(retired)}
    ids |= {"reviewers": id_of(reviewers), "rivals": id_of(rivals)}
    ids |= {row.name.replace("-", "_"): id_of(row) for row in Notification.objects.all()}
    ids |= {backend.name: id_of(backend) for backend in Backend.objects.all()}
    ids |= {"matrix": global_id("PreferenceMatrix", alice.pk)}
    ids |= {"group_matrix": global_id("GroupPreferenceMatrix", reviewers.pk)}
    ids |= {"rivals_matrix": global_id("GroupPreferenceMatrix", rivals.pk)}
    for prefix, name in (("", "alarm"), ("withheld_", "audit"), ("secret_", "secret")):
        key = Notification.objects.get(name=name).pk
        ids |= {
            f"{prefix}row": global_id("NotificationPreferences", alice.pk, key),
            f"{prefix}cell": cell_id(alice, name, "sms" if prefix == "" else "email"),
            f"{prefix}group_row": global_id("GroupNotificationPreferences", reviewers.pk, key),
            f"{prefix}group_cell": cell_id(reviewers, name, "sms" if prefix == "" else "email"),
        }
    ids |= {"required_cell": cell_id(alice, "alarm", "email")}
    ids |= {"required_group_cell": cell_id(reviewers, "alarm", "email")}
    return ids | {"rivals_cell": cell_id(rivals, "alarm", "sms")}


def stored() -> list[Any]:
    """Return all preferences in the database, and the read entries."""
    fields = ("notification", "backend", "notify")
    preferences = [
        sorted(model.objects.values_list(model.subject, *fields), key=str)
        for model in (UserPrefs, GroupPrefs)
    ]
    return [*preferences, sorted(SentNotification.objects.values_list("pk", "read", "state"))]


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.selection)
def test_each_viewer_gets_the_response_of_the_table(
    viewers: Viewers, row: Row, person: str
) -> None:
    before = stored()
    names = {id_: f"${name}" for name, id_ in viewers.ids.items()}
    answer = summary(viewers.body(row, person).json(), names)
    assert answer == row.expected(person)
    if not row.is_mutation or answer in REFUSALS:
        assert stored() == before


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("row", PRIVATE, ids=lambda row: row.selection)
def test_private_names_get_the_response_of_unknown_names(
    viewers: Viewers, row: Row, person: str
) -> None:
    private = viewers.body(row, person).content
    Notification.objects.filter(name="secret").delete()
    unknown = replace(row, selection=row.selection.replace('"secret"', '"nobody"'))
    assert viewers.body(row, person).content == private
    assert viewers.body(unknown, person).content == private.replace(b"secret", b"nobody")


def test_every_field_and_argument_of_the_schema_is_in_the_table() -> None:
    selected = {row.coordinate for row in ROWS}
    selected |= {coordinate.partition("(")[0] for coordinate in selected}
    existing = set(access_table.coordinates(GRAPHQL))
    assert existing - selected == set()
    assert selected - existing == {row.coordinate for row in ABSENT}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row not in ABSENT], ids=lambda row: row.selection
)
def test_each_document_selects_the_field_of_its_row(viewers: Viewers, row: Row) -> None:
    selected = access_table.coordinates_of(row.document(known=viewers.ids), GRAPHQL)
    assert row.coordinate in selected


def test_node_is_queried_for_every_type_with_an_id(viewers: Viewers) -> None:
    node = GRAPHQL.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    mentioned = {
        viewers.ids[name]
        for row in ROWS
        if row.coordinate == "Query.node(id:)"
        for name in access_table.variables(row.selection)
    }
    types = {type_.name for type_ in GRAPHQL.get_implementations(node).objects}
    assert {parse(id_)[0] for id_ in mentioned} == types


def test_the_table_has_all_columns_and_no_duplicate_rows() -> None:
    assert all(tuple(row.by_person) == PEOPLE for row in ROWS)
    questions = [(row.coordinate, row.selection) for row in ROWS]
    assert len(set(questions)) == len(questions)

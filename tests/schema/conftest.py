"""A small catalogue with each kind of notification, and a client of the real view."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.catalogue import sync
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from schema.ids import global_id

CATALOGUE = Catalogue(
    backends=(
        BackendSpec("sms", "SMS", "To your phone."),
        BackendSpec("email", "E-mail"),
        BackendSpec("inbox"),
        BackendSpec("fax"),  # disabled below
        BackendSpec("pager"),  # of no notification
    ),
    notifications=(
        NotificationSpec(
            "card-declined",
            "Card declined",
            "A payment did not go through.",
            "Money",
            backends=("fax", "inbox", "email", "sms"),
            default=("email",),
        ),
        NotificationSpec(
            "alarm", backends=("sms", "email"), required=("email",), default=("email",)
        ),
        NotificationSpec("audit", permissions=("auth.view_group",), backends=("email", "inbox")),
        NotificationSpec("secret", public=False, backends=("email", "sms"), default=("email",)),
        NotificationSpec("by-fax", backends=("fax",)),
    ),
)


class Graphql:
    """Client: `graphql(document, variables, user)` returns the response to a user's session."""

    def __init__(self) -> None:
        self._clients: dict[Any, Client] = {}

    def client(self, user: Any = None) -> Client:
        key = user and user.pk
        if key not in self._clients:
            self._clients[key] = Client(raise_request_exception=False)
            if user:
                self._clients[key].force_login(user)
        return self._clients[key]

    def __call__(
        self, query: str, variables: Mapping[str, Any] | None = None, user: Any = None
    ) -> Any:
        response = self.client(user).post(
            reverse("graphql"), {"query": query, "variables": variables}, "application/json"
        )
        assert response.status_code == 200, response.content
        return response.json()

    def data(self, query: str, variables: Mapping[str, Any] | None = None, user: Any = None) -> Any:
        """Return the data of a response without errors."""
        answer = self(query, variables, user)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def result(self, mutation: str, viewer: Any, /, **values: Any) -> Any:
        """Return the member of the mutation's union."""
        [result] = self.data(mutation, {"input": values}, viewer).values()
        return result

    def code(self, query: str, variables: Mapping[str, Any] | None = None, user: Any = None) -> str:
        """Return the code of the only error."""
        [error] = self(query, variables, user)["errors"]
        code: str = error["extensions"]["code"]
        return code

    def statements(
        self, query: str, variables: Mapping[str, Any] | None = None, user: Any = None
    ) -> int:
        """Return the number of SQL statements of a request, session and user included."""
        self.client(user)
        with CaptureQueriesContext(connection) as captured:
            self.data(query, variables, user)
        return len(captured)


@pytest.fixture
def catalogue(db: None) -> None:
    """Exactly `CATALOGUE`, without declarations of the settings."""
    Notification.objects.all().delete()
    Backend.objects.all().delete()
    sync(CATALOGUE)
    Backend.objects.filter(name="fax").update(enabled=False)


@pytest.fixture
def graphql(catalogue: None) -> Graphql:
    return Graphql()


@pytest.fixture
def any_cost(settings: Any) -> None:
    """Allow documents that select every field of long lists."""
    settings.NOTIFICATION_GRAPHQL = {"MAX_COST": 10**9, "MAX_MATRICES": 10_000}


def id_of(thing: Any) -> str:
    """Return the global ID of a user, group, backend or notification."""
    name = "User" if isinstance(thing, get_user_model()) else type(thing).__name__
    return global_id(name, thing.pk)


def cell_id(subject: Any, notification: str, backend: str) -> str:
    """Return the global ID of a cell of a user or a group."""
    type_ = "PreferenceCell" if isinstance(subject, get_user_model()) else "GroupPreferenceCell"
    row = Notification.objects.get(name=notification)
    return global_id(type_, subject.pk, row.pk, Backend.objects.get(name=backend).pk)


def grant(user: Any, *permissions: str) -> Any:
    """Give permissions, named `app_label.codename`, and return the user."""
    for name in permissions:
        app_label, codename = name.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app_label, codename=codename)
        )
    return user


def preference(notification: str, backend: str, notify: bool = True) -> dict[str, Any]:
    """Return a PreferenceInput."""
    return {"notification": notification, "backend": backend, "notify": notify}


def stored(subject: Any) -> dict[tuple[str, str], bool]:
    """Return the preferences of a user or a group in the database."""
    model = UserPrefs if isinstance(subject, get_user_model()) else GroupPrefs
    return {
        (row.notification.name, row.backend.name): row.notify
        for row in model.objects.of([subject.pk])
    }


def keep(subject: Any, notification: str, backend: str, notify: bool) -> None:
    """Store a preference without validation."""
    model: Any = UserPrefs if isinstance(subject, get_user_model()) else GroupPrefs
    row = model(
        notification=Notification.objects.get(name=notification),
        backend=Backend.objects.get(name=backend),
        notify=notify,
        **{model.subject: subject},
    )
    model.objects.bulk_create([row])


def cells(rows: Any) -> dict[str, Any]:
    """Return the cells of rows by `notification.backend`, in their order."""
    return {
        f"{row['notification']['name']}.{cell['backend']['name']}": cell
        for row in rows
        for cell in row["cells"]
    }

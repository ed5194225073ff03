"""Rows found by prepared statements equal those that the ORM finds."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from notifications.database.prepared import get
from notifications.models import Notification
from tests.conftest import make_user

USERS: Any = get_user_model()
NAME = USERS.USERNAME_FIELD


@pytest.fixture
def alice_again(alice: Any) -> Any:
    return USERS._default_manager.get(pk=alice.pk)


@pytest.mark.parametrize("name", ["pk", USERS._meta.pk.name, NAME])
def test_row_equals_that_of_the_orm(alice_again: Any, name: str) -> None:
    for _ in range(2):
        found = get(USERS, name, getattr(alice_again, name))
        assert found == alice_again
        assert _attributes(found) == _attributes(alice_again)


def test_statement_is_composed_once(alice: Any, bob: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    get(USERS, "pk", alice.pk)
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda *_args: pytest.fail("The statement is composed again.")
    )
    with CaptureQueriesContext(connection) as captured:
        assert [get(USERS, "pk", user.pk) for user in (alice, bob)] == [alice, bob]
    assert len(captured) == 2


def test_row_can_be_saved(alice: Any) -> None:
    found = get(USERS, "pk", alice.pk)
    found.is_active = False
    found.save()
    assert not USERS._default_manager.get(pk=alice.pk).is_active


@pytest.mark.parametrize("name", ["pk", NAME])
def test_missing_row_is_not_found(alice: Any, name: str) -> None:
    missing = make_user("gone")
    value = getattr(missing, name)
    missing.delete()
    with pytest.raises(USERS.DoesNotExist):
        get(USERS, name, value)


@pytest.mark.parametrize("value", [None, 2**31, -(2**63), 2**70, 0])
def test_impossible_key_is_not_found(db: None, value: Any) -> None:
    with pytest.raises(Group.DoesNotExist):
        get(Group, "pk", value)


def test_invalid_key_raises_the_error_of_the_orm(db: None) -> None:
    errors = []
    for find in (partial(get, Group, "pk", "x"), partial(Group.objects.get, pk="x")):
        with pytest.raises((ValueError, ValidationError)) as raised:
            find()
        errors.append((raised.type, str(raised.value)))
    assert errors[0] == errors[1]


def test_field_that_is_not_unique_is_left_to_the_orm(db: None) -> None:
    for name in ("a", "b"):
        Notification.objects.create(name=name, category="same")
    with pytest.raises(Notification.MultipleObjectsReturned):
        get(Notification, "category", "same")


def test_row_outside_of_the_manager_is_not_found(alice: Any, monkeypatch: Any) -> None:
    manager = type(USERS._default_manager)

    def nobody(self: Any) -> Any:
        return models.QuerySet(self.model, using=self._db).none()

    assert get(USERS, "pk", alice.pk) == alice
    monkeypatch.setattr(manager, "get_queryset", nobody)
    with pytest.raises(USERS.DoesNotExist):
        get(USERS, "pk", alice.pk)


def _attributes(row: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if name != "_state"}

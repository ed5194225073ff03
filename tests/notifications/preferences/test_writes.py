"""Updates and removal of a user's preferences."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import connection

from notifications import preferences
from notifications.errors import InvalidPreferences
from notifications.models import Backend, Notification, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.matrix import _Template
from notifications.preferences.validation import Preference
from tests.notifications.conftest import OFF, make_notification
from tests.notifications.preferences.conftest import preference, stored


def test_update_returns_an_outcome_for_each_entry(notification: Notification, alice: Any) -> None:
    preferences.update(user=alice, preferences=[preference("email"), preference("sms")])
    updated = preferences.update(
        user=alice, preferences=[preference("sms", False), preference("inbox"), preference("email")]
    )
    assert updated.outcomes == (Outcome.UPDATED, Outcome.CREATED, Outcome.UNCHANGED)
    assert stored(alice) == {
        ("card-declined", "email"): True,
        ("card-declined", "sms"): False,
        ("card-declined", "inbox"): True,
    }


def test_an_update_decides_only_rows_that_are_read(
    notification: Notification, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_notification("other", email=OFF)
    [row, _] = preferences.update(user=alice, preferences=[preference("sms")]).matrix.rows
    monkeypatch.setattr(_Template, "rows_of", lambda *_args: pytest.fail("All are decided."))
    updated = preferences.update(user=alice, preferences=[preference("email", False)])
    decided = updated.matrix.row("card-declined")
    assert decided is not None
    assert {cell.backend.name: cell.user_value for cell in decided.cells} == {
        "email": False,
        "sms": True,
        "inbox": None,
    }
    assert updated.matrix.row("nothing") is None
    assert row.notification == decided.notification


def test_update_returns_the_current_matrix(notification: Notification, alice: Any) -> None:
    updated = preferences.update(user=alice, preferences=[preference("email")])
    assert updated.matrix.rows == preferences.read(users=[alice])[0].rows
    [row] = updated.matrix.rows
    assert {cell.backend.name: cell.decision.effective for cell in row.cells} == {
        "email": True,
        "sms": False,
        "inbox": True,
    }


def test_a_preference_that_equals_the_default_stays_explicit(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    preferences.update(
        user=alice, preferences=[preference("inbox", True), preference("sms", False)]
    )
    notification.cells.update(default=False)
    preferences.update_group(
        group=reviewers, preferences=[preference("sms"), preference("inbox", False)]
    )
    [row] = preferences.read(users=[alice])[0].rows
    effective = {cell.backend.name: cell.decision.effective for cell in row.cells}
    assert effective == {"email": False, "sms": False, "inbox": True}


def test_updated_is_the_time_of_the_last_change(notification: Notification, alice: Any) -> None:
    preferences.update(user=alice, preferences=[preference("email")])
    first = UserPrefs.objects.get()
    preferences.update(user=alice, preferences=[preference("email")])
    assert UserPrefs.objects.get().updated == first.updated
    preferences.update(user=alice, preferences=[preference("email", False)])
    changed = UserPrefs.objects.get()
    assert changed.updated > first.updated
    assert changed.created == first.created


def test_clear_deletes_only_named_cells(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    make_notification("welcome", email=OFF, sms=OFF)
    values = [
        preference(backend, notification=name)
        for name in ("card-declined", "welcome")
        for backend in ("email", "sms")
    ]
    for user in (alice, charlie):
        preferences.update(user=user, preferences=values)
    assert preferences.clear(users=[alice], notifications=["welcome"], backends=["sms"]) == 1
    assert ("welcome", "sms") not in stored(alice)
    assert preferences.clear(users=[alice], backends=["email"]) == 2
    assert stored(alice) == {("card-declined", "sms"): True}
    assert preferences.clear(users=[alice], notifications=[]) == 0
    assert preferences.clear(users=[]) == 0
    assert len(stored(charlie)) == 4
    assert preferences.clear(users=[alice, charlie]) == 5


def test_clear_needs_no_permission_and_no_enabled_backend(secret: Notification, alice: Any) -> None:
    permission = secret.permissions.get()
    alice.user_permissions.add(permission)
    preferences.update(user=alice, preferences=[preference("email", notification="audit")])
    alice.user_permissions.remove(permission)
    Backend.objects.filter(name="email").update(enabled=False)
    cleared = preferences.clear(
        users=[alice], notifications=["audit"], backends=["email"], public_only=True
    )
    assert cleared == 1


def test_public_only_clears_no_private_preferences(notification: Notification, alice: Any) -> None:
    make_notification("internal", public=False, email=OFF)
    preferences.update(
        user=alice, preferences=[preference("email"), preference("email", notification="internal")]
    )
    assert preferences.clear(users=[alice], public_only=True) == 1
    assert stored(alice) == {("internal", "email"): True}
    with pytest.raises(InvalidPreferences):
        preferences.clear(users=[alice], notifications=["internal"], public_only=True)


@pytest.mark.parametrize("backends", [2, 100])
def test_statements_of_an_update_do_not_grow_with_cells(
    alice: Any, backends: int, django_assert_num_queries: Any
) -> None:
    cells: dict[str, Any] = {f"backend-{index}": OFF for index in range(backends)}
    for name in ("one", "two", "three", "four"):
        make_notification(name, **cells)
    page = [
        Preference(name, backend, notify=True)
        for name in ("one", "two", "three", "four")
        for backend in cells
    ]
    preferences.update(user=alice, preferences=page[::2])
    # On SQLite: a savepoint, what there is, what is to be, its release.
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 4):
        outcomes = preferences.update(user=alice, preferences=page).outcomes
    assert outcomes == (Outcome.UNCHANGED, Outcome.CREATED) * (len(page) // 2)
    assert UserPrefs.objects.filter(user=alice, notify=True).count() == len(page)


def test_an_update_uses_the_current_catalogue(notification: Notification, alice: Any) -> None:
    preferences.read(users=[alice])
    Notification.objects.update(public=False)
    with pytest.raises(InvalidPreferences, match="There is no notification"):
        preferences.update(user=alice, preferences=[preference("email")], public_only=True)
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize("direct", [True, False])
def test_an_update_uses_the_current_permissions(
    notification: Notification, alice: Any, reviewers: Group, direct: bool
) -> None:
    permission = Permission.objects.get(codename="view_group")
    notification.permissions.add(permission)
    holder = alice.user_permissions if direct else reviewers.permissions
    holder.add(permission)
    preferences.read(users=[alice])
    assert preferences.update(user=alice, preferences=[preference("email")]).outcomes == (
        Outcome.CREATED,
    )
    holder.remove(permission)
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[preference("sms")])
    alice.is_superuser = True
    assert preferences.update(user=alice, preferences=[preference("email")]).outcomes == (
        Outcome.UNCHANGED,
    )
    alice.is_active = False
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[preference("sms")])
    assert UserPrefs.objects.count() == 1


def test_the_matrix_of_an_update_equals_the_next_read(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    notification.update_group_prefs(reviewers, {"sms": True})
    preferences.update(user=alice, preferences=[preference("inbox", notify=False)])
    updated = preferences.update(user=alice, preferences=[preference("email"), preference("inbox")])
    [matrix] = preferences.read(users=[alice])
    assert [row.cells for row in updated.matrix.rows] == [row.cells for row in matrix.rows]
    assert [cell.decision.source for cell in matrix.rows[0].cells] == ["USER", "GROUP", "USER"]

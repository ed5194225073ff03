"""Updates and removal of a group's preferences."""

from django.contrib.auth.models import Group

from notifications import preferences
from notifications.models import GroupPrefs, Notification
from notifications.models.querysets import Outcome
from tests.notifications.preferences.conftest import preference


def test_update_group_returns_outcomes_and_matrix(
    notification: Notification, reviewers: Group
) -> None:
    first = preferences.update_group(
        group=reviewers, preferences=[preference("email"), preference("sms")]
    )
    assert first.outcomes == (Outcome.CREATED, Outcome.CREATED)
    second = preferences.update_group(
        group=reviewers, preferences=[preference("sms", False), preference("email")]
    )
    assert second.outcomes == (Outcome.UPDATED, Outcome.UNCHANGED)
    [row] = second.matrix.rows
    assert {cell.backend.name: cell.value for cell in row.cells} == {
        "email": True,
        "sms": False,
        "inbox": None,
    }


def test_a_group_needs_no_permission_of_the_notification(
    secret: Notification, reviewers: Group
) -> None:
    preferences.update_group(
        group=reviewers, preferences=[preference("email", notification="audit")]
    )
    assert GroupPrefs.objects.count() == 1


def test_clear_group_deletes_only_named_cells(notification: Notification, reviewers: Group) -> None:
    preferences.update_group(group=reviewers, preferences=[preference("email"), preference("sms")])
    assert preferences.clear_group(group=reviewers, backends=["sms"]) == 1
    assert preferences.clear_group(group=reviewers) == 1
    assert preferences.clear_group(group=reviewers) == 0

"""The verbs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import connection

from notifications import preferences
from notifications.errors import InvalidPreferences, PreferencesDenied, ProblemCode, WrongSubject
from notifications.models import Backend, GroupPrefs, Notification, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.matrix import _Template
from notifications.preferences.validation import Preference
from tests.conftest import make_user
from tests.notifications.conftest import OFF, ON, REQUIRED, make_notification


def wish(backend: str, notify: Any = True, notification: str = "card-declined") -> Preference:
    return Preference(notification, backend, notify)


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.of([user.pk])
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


@pytest.fixture
def secret(notification: Notification) -> Notification:
    """Public, and takes a permission."""
    secret = make_notification("audit", email=OFF)
    secret.permissions.add(Permission.objects.get(codename="view_group"))
    return secret


def test_update_says_what_it_did_to_each_entry(notification: Notification, alice: Any) -> None:
    preferences.update(user=alice, preferences=[wish("email"), wish("sms")])
    updated = preferences.update(
        user=alice, preferences=[wish("sms", False), wish("inbox"), wish("email")]
    )
    assert updated.outcomes == (Outcome.UPDATED, Outcome.CREATED, Outcome.UNCHANGED)
    assert stored(alice) == {
        ("card-declined", "email"): True,
        ("card-declined", "sms"): False,
        ("card-declined", "inbox"): True,
    }


def test_users_with_the_same_opinions_share_their_rows(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    charlie.groups.set(alice.groups.all())
    for user in (alice, charlie):
        preferences.update(user=user, preferences=[wish("sms")])
    first, second = (matrix.rows for matrix in preferences.read(users=[alice, charlie]))
    assert first is second
    preferences.update(user=charlie, preferences=[wish("sms", False)])
    assert preferences.read(users=[alice])[0].rows is first
    assert preferences.read(users=[charlie])[0].rows != first


def test_an_update_decides_no_rows_but_those_that_are_looked_at(
    notification: Notification, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_notification("other", email=OFF)
    [row, _] = preferences.update(user=alice, preferences=[wish("sms")]).matrix.rows
    monkeypatch.setattr(_Template, "rows_of", lambda *_args: pytest.fail("All are decided."))
    updated = preferences.update(user=alice, preferences=[wish("email", False)])
    decided = updated.matrix.row("card-declined")
    assert decided is not None
    assert {cell.backend.name: cell.user_value for cell in decided.cells} == {
        "email": False,
        "sms": True,
        "inbox": None,
    }
    assert updated.matrix.row("nothing") is None
    assert row.notification == decided.notification


def test_update_answers_with_the_matrix_as_it_is_now(
    notification: Notification, alice: Any
) -> None:
    updated = preferences.update(user=alice, preferences=[wish("email")])
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
    preferences.update(user=alice, preferences=[wish("inbox", True), wish("sms", False)])
    notification.cells.update(default=False)
    preferences.update_group(group=reviewers, preferences=[wish("sms"), wish("inbox", False)])
    [row] = preferences.read(users=[alice])[0].rows
    effective = {cell.backend.name: cell.decision.effective for cell in row.cells}
    assert effective == {"email": False, "sms": False, "inbox": True}


def test_update_times_tell_when_a_preference_last_changed(
    notification: Notification, alice: Any
) -> None:
    preferences.update(user=alice, preferences=[wish("email")])
    first = UserPrefs.objects.get()
    preferences.update(user=alice, preferences=[wish("email")])
    assert UserPrefs.objects.get().updated == first.updated
    preferences.update(user=alice, preferences=[wish("email", False)])
    changed = UserPrefs.objects.get()
    assert changed.updated > first.updated
    assert changed.created == first.created


def test_every_wrong_entry_is_listed_and_nothing_is_written(
    secret: Notification, alice: Any
) -> None:
    make_notification("welcome", inbox=REQUIRED, post=OFF)
    Backend.objects.filter(name="post").update(enabled=False)
    Backend.objects.create(name="pigeon")
    wrong = [
        (wish("email"), None),
        (wish("email", notification="nope"), ProblemCode.UNKNOWN_NOTIFICATION),
        (wish("nope"), ProblemCode.UNKNOWN_BACKEND),
        (wish("pigeon"), ProblemCode.BACKEND_NOT_ALLOWED),
        (wish("post", notification="welcome"), ProblemCode.BACKEND_NOT_ALLOWED),
        (wish("email", notification="audit"), ProblemCode.PERMISSION_DENIED),
        (wish("inbox", notification="welcome"), ProblemCode.REQUIRED),
        (wish("sms", None), ProblemCode.NOT_A_BOOLEAN),
        (wish("inbox", 1), ProblemCode.NOT_A_BOOLEAN),
        (wish("email", False), ProblemCode.DUPLICATE),
    ]
    with pytest.raises(PreferencesDenied) as caught:
        preferences.update(user=alice, preferences=[entry for entry, _ in wrong])
    assert [(problem.index, problem.code) for problem in caught.value.problems] == [
        (index, code) for index, (_, code) in enumerate(wrong) if code
    ]
    assert stored(alice) == {}


def test_a_missing_permission_is_an_error_of_django_too(secret: Notification, alice: Any) -> None:
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[wish("email", notification="audit")])
    assert stored(alice) == {}


def test_an_inactive_user_cannot_be_given_preferences(notification: Notification) -> None:
    user = make_user("dora", is_active=False)
    with pytest.raises(PreferencesDenied):
        preferences.update(user=user, preferences=[wish("email")])
    assert stored(user) == {}


def test_messages_say_what_is_allowed(secret: Notification, alice: Any) -> None:
    with pytest.raises(InvalidPreferences) as caught:
        preferences.update(
            user=alice,
            preferences=[wish("email", notification="x"), wish("fax"), wish("email", "yes")],
        )
    assert str(caught.value) == (
        "Nothing was written."
        " There is no notification named 'x'. Allowed: card-declined."
        " There is no backend named 'fax'. Allowed: email, sms, inbox."
        " The preference for 'card-declined' by 'email' is 'yes'. Allowed: True, False."
    )


def test_to_the_public_a_private_notification_is_unknown(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    make_notification("internal", public=False, email=OFF)

    def refusal(name: str, verb: Callable[..., Any], **whose: Any) -> str:
        with pytest.raises(InvalidPreferences) as caught:
            verb(preferences=[wish("email", notification=name)], public_only=True, **whose)
        return str(caught.value).replace(name, "…")

    for verb, whose in (
        (preferences.update, {"user": alice}),
        (preferences.update_group, {"group": reviewers}),
    ):
        assert refusal("internal", verb, **whose) == refusal("no-such", verb, **whose)
    assert preferences.update(
        user=alice, preferences=[wish("email", notification="internal")]
    ).outcomes == (Outcome.CREATED,)


def test_groups_are_updated_the_same_way(notification: Notification, reviewers: Group) -> None:
    first = preferences.update_group(group=reviewers, preferences=[wish("email"), wish("sms")])
    assert first.outcomes == (Outcome.CREATED, Outcome.CREATED)
    second = preferences.update_group(
        group=reviewers, preferences=[wish("sms", False), wish("email")]
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
    preferences.update_group(group=reviewers, preferences=[wish("email", notification="audit")])
    assert GroupPrefs.objects.count() == 1


def test_clear_takes_back_only_what_is_named(
    notification: Notification, alice: Any, charlie: Any
) -> None:
    make_notification("welcome", email=OFF, sms=OFF)
    wishes = [
        wish(backend, notification=name)
        for name in ("card-declined", "welcome")
        for backend in ("email", "sms")
    ]
    for user in (alice, charlie):
        preferences.update(user=user, preferences=wishes)
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
    preferences.update(user=alice, preferences=[wish("email", notification="audit")])
    alice.user_permissions.remove(permission)
    Backend.objects.filter(name="email").update(enabled=False)
    cleared = preferences.clear(
        users=[alice], notifications=["audit"], backends=["email"], public_only=True
    )
    assert cleared == 1


def test_clear_lists_every_wrong_name(notification: Notification, alice: Any) -> None:
    preferences.update(user=alice, preferences=[wish("email")])
    with pytest.raises(InvalidPreferences) as caught:
        preferences.clear(
            users=[alice],
            notifications=["card-declined", "nope", "card-declined"],
            backends=["fax", "email", "email"],
        )
    assert [
        (problem.index, problem.notification, problem.backend, problem.code)
        for problem in caught.value.problems
    ] == [
        (1, "nope", None, ProblemCode.UNKNOWN_NOTIFICATION),
        (2, "card-declined", None, ProblemCode.DUPLICATE),
        (0, None, "fax", ProblemCode.UNKNOWN_BACKEND),
        (2, None, "email", ProblemCode.DUPLICATE),
    ]
    assert len(stored(alice)) == 1


def test_the_public_clears_no_private_preferences(notification: Notification, alice: Any) -> None:
    make_notification("internal", public=False, email=OFF)
    preferences.update(
        user=alice, preferences=[wish("email"), wish("email", notification="internal")]
    )
    assert preferences.clear(users=[alice], public_only=True) == 1
    assert stored(alice) == {("internal", "email"): True}
    with pytest.raises(InvalidPreferences):
        preferences.clear(users=[alice], notifications=["internal"], public_only=True)


def test_clear_group_takes_back_only_what_is_named(
    notification: Notification, reviewers: Group
) -> None:
    preferences.update_group(group=reviewers, preferences=[wish("email"), wish("sms")])
    assert preferences.clear_group(group=reviewers, backends=["sms"]) == 1
    assert preferences.clear_group(group=reviewers) == 1
    assert preferences.clear_group(group=reviewers) == 0


@pytest.mark.parametrize("wrong", [None, "alice", 7, object()])
def test_only_saved_users_and_groups_have_preferences(
    notification: Notification, alice: Any, wrong: Any
) -> None:
    preferences.update(user=alice, preferences=[wish("email")])
    with pytest.raises(WrongSubject):
        preferences.update(user=wrong, preferences=[wish("email")])
    with pytest.raises(WrongSubject):
        preferences.update_group(group=wrong, preferences=[wish("email")])
    with pytest.raises(WrongSubject):
        preferences.clear(users=[alice, wrong])
    with pytest.raises(WrongSubject):
        preferences.read(users=[wrong])
    assert len(stored(alice)) == 1


def test_an_unsaved_user_or_group_is_refused(notification: Notification) -> None:
    with pytest.raises(WrongSubject):
        preferences.update_group(group=Group(name="new"), preferences=[wish("email")])
    with pytest.raises(WrongSubject):
        preferences.clear(users=[unsaved_user()])


def unsaved_user() -> Any:
    user = get_user_model()()
    user.pk = None
    return user


def test_reading_never_writes(
    notification: Notification, alice: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3) as captured:  # the user's, the catalogue, the groups'
        preferences.read(users=[alice])
    assert all(query["sql"].lstrip("(").startswith("SELECT") for query in captured.captured_queries)
    assert UserPrefs.objects.count() == 0


@pytest.mark.parametrize("users", [1, 1000])
def test_reading_costs_one_statement_for_any_number_of_users(
    notification: Notification, users: int, alice: Any, django_assert_num_queries: Any
) -> None:
    model = get_user_model()
    people = model._default_manager.bulk_create(
        model(**{model.USERNAME_FIELD: f"user-{index}"}) for index in range(users)
    )
    preferences.read(users=[alice])  # who is the first after a change reads the configuration
    with django_assert_num_queries(1):
        matrices = preferences.read(users=people)
    assert [matrix.user for matrix in matrices] == people


@pytest.mark.parametrize("backends", [2, 100])
def test_saving_a_page_takes_as_many_statements_for_any_number_of_cells(
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


def test_a_user_in_no_group_inherits_from_no_group(
    notification: Notification, alice: Any, charlie: Any, reviewers: Group
) -> None:
    preferences.update_group(group=reviewers, preferences=[wish("email")])
    of_alice, of_charlie = preferences.read(users=[alice, charlie])
    assert [cell.group_value for cell in of_alice.rows[0].cells] == [True, None, None]
    assert [cell.group_value for cell in of_charlie.rows[0].cells] == [None, None, None]


def test_available_are_the_public_notifications_that_the_user_may_set(
    secret: Notification, alice: Any
) -> None:
    make_notification("internal", public=False, email=ON)
    assert [entry.name for entry in preferences.available(user=alice)] == ["card-declined"]
    alice.user_permissions.add(secret.permissions.get())
    names = [entry.name for entry in preferences.available(user=alice)]
    assert names == ["card-declined", "audit"]


def test_notifications_without_an_enabled_backend_have_no_row(db: None, alice: Any) -> None:
    make_notification("nowhere")
    make_notification("off", fax=ON)
    Backend.objects.update(enabled=False)
    [matrix] = preferences.read(users=[alice])
    assert matrix.rows == ()
    assert matrix.backends == ()


def test_an_update_is_held_against_the_catalogue_as_it_is_now(
    notification: Notification, alice: Any
) -> None:
    preferences.read(users=[alice])
    Notification.objects.update(public=False)
    with pytest.raises(InvalidPreferences, match="There is no notification"):
        preferences.update(user=alice, preferences=[wish("email")], public_only=True)
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize("direct", [True, False])
def test_an_update_takes_the_permissions_that_the_user_has_now(
    notification: Notification, alice: Any, reviewers: Group, direct: bool
) -> None:
    permission = Permission.objects.get(codename="view_group")
    notification.permissions.add(permission)
    holder = alice.user_permissions if direct else reviewers.permissions
    holder.add(permission)
    preferences.read(users=[alice])
    assert preferences.update(user=alice, preferences=[wish("email")]).outcomes == (
        Outcome.CREATED,
    )
    holder.remove(permission)
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[wish("sms")])
    alice.is_superuser = True
    assert preferences.update(user=alice, preferences=[wish("email")]).outcomes == (
        Outcome.UNCHANGED,
    )
    alice.is_active = False
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[wish("sms")])
    assert UserPrefs.objects.count() == 1


def test_the_matrix_after_an_update_is_the_one_that_is_read_next(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    notification.update_group_prefs(reviewers, {"sms": True})
    preferences.update(user=alice, preferences=[wish("inbox", notify=False)])
    updated = preferences.update(user=alice, preferences=[wish("email"), wish("inbox")])
    [matrix] = preferences.read(users=[alice])
    assert [row.cells for row in updated.matrix.rows] == [row.cells for row in matrix.rows]
    assert [cell.decision.source for cell in matrix.rows[0].cells] == ["USER", "GROUP", "USER"]

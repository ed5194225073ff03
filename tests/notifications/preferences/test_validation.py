"""Validation of preferences and names."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied

from notifications import preferences
from notifications.errors import InvalidPreferences, PreferencesDenied, ProblemCode, WrongSubject
from notifications.models import Backend, Notification
from notifications.models.querysets import Outcome
from tests.conftest import make_user
from tests.notifications.conftest import OFF, REQUIRED, make_notification
from tests.notifications.preferences.conftest import preference, stored


def test_every_wrong_entry_is_listed_and_nothing_is_written(
    secret: Notification, alice: Any
) -> None:
    make_notification("welcome", inbox=REQUIRED, post=OFF)
    Backend.objects.filter(name="post").update(enabled=False)
    Backend.objects.create(name="pigeon")
    wrong = [
        (preference("email"), None),
        (preference("email", notification="nope"), ProblemCode.UNKNOWN_NOTIFICATION),
        (preference("nope"), ProblemCode.UNKNOWN_BACKEND),
        (preference("pigeon"), ProblemCode.BACKEND_NOT_ALLOWED),
        (preference("post", notification="welcome"), ProblemCode.BACKEND_NOT_ALLOWED),
        (preference("email", notification="audit"), ProblemCode.PERMISSION_DENIED),
        (preference("inbox", notification="welcome"), ProblemCode.REQUIRED),
        (preference("sms", None), ProblemCode.NOT_A_BOOLEAN),
        (preference("inbox", 1), ProblemCode.NOT_A_BOOLEAN),
        (preference("email", False), ProblemCode.DUPLICATE),
    ]
    with pytest.raises(PreferencesDenied) as caught:
        preferences.update(user=alice, preferences=[entry for entry, _ in wrong])
    assert [(problem.index, problem.code) for problem in caught.value.problems] == [
        (index, code) for index, (_, code) in enumerate(wrong) if code
    ]
    assert stored(alice) == {}


def test_a_missing_permission_raises_permission_denied(secret: Notification, alice: Any) -> None:
    with pytest.raises(PermissionDenied):
        preferences.update(user=alice, preferences=[preference("email", notification="audit")])
    assert stored(alice) == {}


def test_an_inactive_user_cannot_be_given_preferences(notification: Notification) -> None:
    user = make_user("dora", is_active=False)
    with pytest.raises(PreferencesDenied):
        preferences.update(user=user, preferences=[preference("email")])
    assert stored(user) == {}


def test_messages_list_the_allowed_values(secret: Notification, alice: Any) -> None:
    with pytest.raises(InvalidPreferences) as caught:
        preferences.update(
            user=alice,
            preferences=[
                preference("email", notification="x"),
                preference("fax"),
                preference("email", "yes"),
            ],
        )
    assert str(caught.value) == (
        "Nothing was written."
        " There is no notification named 'x'. Allowed: card-declined."
        " There is no backend named 'fax'. Allowed: email, sms, inbox."
        " The preference for 'card-declined' by 'email' is 'yes'. Allowed: True, False."
    )


def test_public_only_treats_private_as_unknown(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    make_notification("internal", public=False, email=OFF)

    def refusal(name: str, verb: Callable[..., Any], **owner: Any) -> str:
        with pytest.raises(InvalidPreferences) as caught:
            verb(preferences=[preference("email", notification=name)], public_only=True, **owner)
        return str(caught.value).replace(name, "…")

    for verb, owner in (
        (preferences.update, {"user": alice}),
        (preferences.update_group, {"group": reviewers}),
    ):
        assert refusal("internal", verb, **owner) == refusal("no-such", verb, **owner)
    assert preferences.update(
        user=alice, preferences=[preference("email", notification="internal")]
    ).outcomes == (Outcome.CREATED,)


def test_clear_lists_every_wrong_name(notification: Notification, alice: Any) -> None:
    preferences.update(user=alice, preferences=[preference("email")])
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


@pytest.mark.parametrize("wrong", [None, "alice", 7, object()])
def test_only_saved_users_and_groups_have_preferences(
    notification: Notification, alice: Any, wrong: Any
) -> None:
    preferences.update(user=alice, preferences=[preference("email")])
    with pytest.raises(WrongSubject):
        preferences.update(user=wrong, preferences=[preference("email")])
    with pytest.raises(WrongSubject):
        preferences.update_group(group=wrong, preferences=[preference("email")])
    with pytest.raises(WrongSubject):
        preferences.clear(users=[alice, wrong])
    with pytest.raises(WrongSubject):
        preferences.read(users=[wrong])
    assert len(stored(alice)) == 1


def test_an_unsaved_user_or_group_is_an_error(notification: Notification) -> None:
    with pytest.raises(WrongSubject):
        preferences.update_group(group=Group(name="new"), preferences=[preference("email")])
    with pytest.raises(WrongSubject):
        preferences.clear(users=[unsaved_user()])


def unsaved_user() -> Any:
    user = get_user_model()()
    user.pk = None
    return user

"""Shortcuts about preferences, and names that cannot be stored."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ObjectDoesNotExist

from notifications.addresses.registration import remove_address
from notifications.errors import (
    InvalidAddress,
    InvalidKey,
    InvalidNotification,
    InvalidPreferences,
    UnknownNotification,
    WrongSubject,
)
from notifications.models import Backend, Notification, UserPrefs
from notifications.shortcuts import (
    clear_preferences,
    create_notification,
    send_notification,
    set_address,
    update_preferences,
)


def test_update_preferences_takes_a_user_or_a_group(
    notification: Notification, alice: Any, reviewers: Group
) -> None:
    assert update_preferences("card-declined", alice, {"sms": True}) == {"sms": "created"}
    assert update_preferences("card-declined", reviewers, {"sms": True}) == {"sms": "created"}
    assert update_preferences("card-declined", reviewers, {"sms": False}) == {"sms": "updated"}
    assert update_preferences("card-declined", alice, {"sms": True}) == {}


@pytest.mark.parametrize("subject", [None, "alice", 1, Permission])
def test_update_preferences_rejects_other_subjects(
    notification: Notification, subject: Any
) -> None:
    with pytest.raises(WrongSubject, match="Allowed: a saved user, a saved group"):
        update_preferences("card-declined", subject, {"sms": True})


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        (["card-declined", "S", {"sms": True}], {}),
        (["card-declined"], {"user_or_group": "S", "prefs": {"sms": True}}),
        ([], {"name": "card-declined", "user": "S", "prefs_dict": {"sms": True}}),
        (["card-declined", "S"], {"prefs_dict": {"sms": True}}),
        (["card-declined"], {"user": "S", "prefs": {"sms": True}}),
    ],
)
def test_update_preferences_has_both_names_of_arguments(
    notification: Notification, alice: Any, reviewers: Group, arguments: Any, keywords: Any
) -> None:
    for subject in (alice, reviewers):
        given: Any = [subject if each == "S" else each for each in arguments]
        named: Any = {name: subject if each == "S" else each for name, each in keywords.items()}
        assert update_preferences(*given, **named) == {"sms": "created"}


@pytest.mark.parametrize(
    ("keywords", "sentence"),
    [
        ({}, "got neither 'user_or_group' nor 'user'. Allowed: one of them."),
        ({"user": 1}, "got neither 'prefs' nor 'prefs_dict'. Allowed: one of them."),
        ({"user": 1, "user_or_group": 1, "prefs": {}}, "got both 'user_or_group' and 'user'."),
        ({"user": 1, "prefs": {}, "prefs_dict": {}}, "got both 'prefs' and 'prefs_dict'."),
    ],
)
def test_each_argument_is_passed_once(keywords: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        update_preferences("card-declined", **keywords)


def test_the_error_of_an_unknown_name_lists_all_names(
    notification: Notification, alice: Any
) -> None:
    with pytest.raises(UnknownNotification, match=r"'nope'\. Allowed: card-declined\.") as caught:
        update_preferences("nope", alice, {"sms": True})
    assert isinstance(caught.value, ObjectDoesNotExist)


def test_clear_preferences_takes_one_user_or_any_iterable(
    notification: Notification, alice: Any, bob: Any, charlie: Any
) -> None:
    def prefer() -> None:
        for user in (alice, bob, charlie):
            notification.update_user_prefs(user, {"sms": True})

    everybody = get_user_model()._default_manager.all()
    for given, cleared in (
        (alice, 1),
        ([alice, bob], 2),
        ((user for user in (alice, bob)), 2),
        (everybody, 3),
        ({alice}, 1),
        ([], 0),
        (everybody.none(), 0),
    ):
        prefer()
        assert clear_preferences(given) == cleared
        assert UserPrefs.objects.count() == 3 - cleared


@pytest.mark.parametrize("wrong", ["alice", None, [None], [1]])
def test_clear_preferences_rejects_other_objects(
    notification: Notification, alice: Any, wrong: Any
) -> None:
    notification.update_user_prefs(alice, {"sms": True})
    with pytest.raises(WrongSubject):
        clear_preferences(wrong)
    with pytest.raises(WrongSubject):
        clear_preferences([alice, "bob"])
    assert UserPrefs.objects.count() == 1


def test_clearing_many_users_takes_a_statement_for_each_thousand(
    notification: Notification, django_assert_num_queries: Any
) -> None:
    model = get_user_model()
    model._default_manager.bulk_create(
        model(**{model.USERNAME_FIELD: f"user-{index}"}) for index in range(2500)
    )
    email = Backend.objects.get(name="email")
    everybody = list(model._default_manager.all())
    UserPrefs.objects.bulk_create(
        UserPrefs(user=user, notification=notification, backend=email) for user in everybody
    )
    with django_assert_num_queries(5):  # a savepoint, three batches, its release
        assert clear_preferences(everybody) == 2500


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "a\udfff"])
def test_names_that_no_database_can_compare_are_unknown(
    notification: Notification, alice: Any, name: str
) -> None:
    with pytest.raises(UnknownNotification):
        update_preferences(name, alice, {"sms": True})
    with pytest.raises(UnknownNotification):
        send_notification(name, alice)
    with pytest.raises(InvalidPreferences):
        update_preferences("card-declined", alice, {name: True})
    with pytest.raises(InvalidNotification):
        create_notification("audit", permissions=name, backends=name)
    with pytest.raises(InvalidKey):
        send_notification("card-declined", alice, key=name)
    with pytest.raises(InvalidAddress):
        set_address(alice, name, "https://example.org")
    assert not remove_address(user=alice, backend=name)

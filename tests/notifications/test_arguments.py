"""Arguments of public calls: one value or several, and invalid values."""

import copy
import pickle
from functools import partial
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser, Group
from django.utils.functional import SimpleLazyObject, lazystr

from notifications import arguments, audience, delivery, preferences, shortcuts
from notifications.addresses import registration
from notifications.arguments import evaluate, items
from notifications.errors import (
    InvalidNotification,
    InvalidPreferences,
    WrongRecipient,
    WrongSubject,
)
from notifications.inbox import reads as inbox
from notifications.models import Backend, Notification, Send, UserPrefs
from notifications.settings_page.forms import GroupFormSet, NotifierForm, NotifierFormSet
from notifications.shortcuts import EVERYBODY
from notifications.unsubscribe import links

NOBODY: list[Any] = [
    None,
    AnonymousUser(),
    "alice",
    "",
    b"alice",
    {},
    {"alice": 1},
    7,
    True,
    object(),
    Group,
]
LISTED: list[Any] = [[None], (AnonymousUser(),), {"alice"}, ["alice"], [[]], [EVERYBODY], range(1)]


@pytest.mark.parametrize("wrong", [*NOBODY, *LISTED])
@pytest.mark.parametrize("lazy", [False, True])
def test_recipients_must_be_users(
    notification: Notification, alice: Any, wrong: Any, lazy: bool
) -> None:
    notification.update_user_prefs(alice, {"sms": True})
    given = SimpleLazyObject(lambda: wrong) if lazy else wrong
    sends: list[Any] = [
        lambda: shortcuts.send_notification("card-declined", given),
        lambda: notification.send([alice, given]),
    ]
    for send in sends:
        with pytest.raises(WrongRecipient, match=r"Allowed: a saved user.*EVERYBODY"):
            send()
    clears: list[Any] = [
        shortcuts.clear_preferences,
        UserPrefs.objects.remove_user_prefs,
        lambda users: preferences.clear(users=users),
        lambda users: preferences.read(users=users),
    ]
    for clear in clears:
        with pytest.raises(WrongSubject, match="Allowed: a saved user"):
            clear(given)
    assert UserPrefs.objects.count() == 1
    assert not Send.objects.exists()


@pytest.mark.parametrize("wrong", NOBODY)
def test_owners_of_preferences_must_be_users_or_groups(
    notification: Notification, alice: Any, wrong: Any
) -> None:
    calls: list[Any] = [
        lambda given: shortcuts.update_preferences("card-declined", given, {"sms": True}),
        lambda given: notification.update_user_prefs(given, {"sms": True}),
        lambda given: notification.update_group_prefs(given, {"sms": True}),
        notification.get_backends,
        notification.get_user_prefs,
        Notification.objects.get_user_notifications,
        lambda given: preferences.available(user=given),
        lambda given: preferences.memberships(user=given),
        lambda given: preferences.clear_group(group=given),
        lambda given: registration.addresses(user=given),
        lambda given: inbox.unread_count(user=given),
        NotifierFormSet,
        GroupFormSet,
        lambda given: NotifierForm(given, notification),
    ]
    for call in calls:
        for given in (wrong, SimpleLazyObject(lambda: wrong)):
            with pytest.raises(WrongSubject, match="Allowed: a saved"):
                call(given)
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize("lazy", [False, True])
def test_argument_must_be_a_notification(
    notification: Notification, alice: Any, reviewers: Group, lazy: bool
) -> None:
    backend = notification.backends.all()[0]
    for wrong in (None, "card-declined", notification.pk, reviewers, backend, Notification()):
        given: Any = SimpleLazyObject(partial(copy.copy, wrong)) if lazy else wrong
        calls: list[Any] = [
            lambda given: backend.send(alice, given),
            lambda given: NotifierForm(alice, given),
        ]
        for call in calls:
            with pytest.raises(TypeError, match=r" is not a Notification\. Allowed: a saved Notif"):
                call(given)
    with pytest.raises(WrongRecipient, match=r"^None cannot .*\. Allowed: a saved user\.$"):
        backend.send(None, notification)
    assert not Send.objects.exists()


def test_lazy_user_of_a_request_is_one_user(
    notification: Notification, alice: Any, client: Any, rf: Any
) -> None:
    def request() -> Any:
        made = rf.get("/")
        made.session = client.session
        AuthenticationMiddleware(lambda _: None)(made)  # type: ignore[arg-type]
        return made

    with pytest.raises(WrongRecipient, match="AnonymousUser cannot"):
        shortcuts.send_notification("card-declined", request().user)
    client.force_login(alice)
    queued = shortcuts.send_notification("card-declined", request().user)
    assert set(queued.backends.values()) == {1}
    assert shortcuts.update_preferences("card-declined", request().user, {"sms": True})
    assert shortcuts.clear_preferences(request().user) == 1


def test_anonymous_visitors_are_named_in_errors(notification: Notification) -> None:
    visitor = SimpleLazyObject(AnonymousUser)
    with pytest.raises(WrongRecipient, match=r"^AnonymousUser cannot receive notifications\."):
        notification.send(visitor)
    with pytest.raises(WrongSubject, match=r"^AnonymousUser cannot have preferences\."):
        shortcuts.clear_preferences([visitor])
    assert notification.check_perms(visitor) is False
    with pytest.raises(WrongSubject):
        notification.check_perms(None)


def test_proxies_and_subclasses_are_users(notification: Notification, alice: Any) -> None:
    model = get_user_model()
    meta = type("Meta", (), {"proxy": True, "app_label": "auth"})
    members = {"__module__": __name__, "Meta": meta}
    proxy: Any = model._meta.apps.app_configs and type("Proxied", (model,), members)
    try:
        known = proxy._default_manager.get(pk=alice.pk)
        for users in (known, [known], proxy._default_manager.filter(pk=alice.pk)):
            assert set(notification.send(users).backends.values()) == {1}
            assert notification.update_user_prefs(known, {"sms": True})
            assert shortcuts.clear_preferences(users) == 1
    finally:
        model._meta.apps.all_models["auth"].pop("proxied")
        model._meta.apps.clear_cache()


@pytest.mark.parametrize("wrong", [None, 4, b"sms", ("sms",), SimpleLazyObject(lambda: None)])
def test_keys_of_preferences_must_be_backends(
    notification: Notification, alice: Any, wrong: Any
) -> None:
    with pytest.raises(InvalidPreferences, match=r"There is no backend named .*Allowed: email"):
        notification.update_user_prefs(alice, {"sms": True, wrong: True})
    assert not UserPrefs.objects.exists()


@pytest.mark.parametrize("wrong", [None, [], "email", ["email"], 7])
def test_preferences_must_be_a_dictionary(
    notification: Notification, alice: Any, reviewers: Group, wrong: Any
) -> None:
    calls: list[Any] = [
        lambda: shortcuts.update_preferences("card-declined", alice, wrong),
        lambda: notification.update_user_prefs(alice, wrong),
        lambda: notification.update_group_prefs(reviewers, wrong),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="Allowed: a dictionary of backends"):
            call()


def test_everybody_is_a_singleton_with_a_name() -> None:
    assert repr(EVERYBODY) == str(EVERYBODY) == "EVERYBODY"
    assert pickle.loads(pickle.dumps(EVERYBODY)) is EVERYBODY  # noqa: S301 - our own
    assert copy.deepcopy(EVERYBODY) is copy.copy(EVERYBODY) is EVERYBODY
    assert EVERYBODY is delivery.EVERYBODY is arguments.EVERYBODY


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 2], [1, 2]),
        ("text", ["text"]),
        (lazystr("text"), ["text"]),
        ([lazystr("a"), SimpleLazyObject(lambda: "b")], ["a", "b"]),
        (SimpleLazyObject(lambda: (lazystr("a"),)), ["a"]),
        (None, [None]),
        ({1: 2}, [{1: 2}]),
        ((each for each in "ab"), ["a", "b"]),
        ([], []),
    ],
)
def test_single_value_is_a_list_of_one(given: Any, expected: list[Any]) -> None:
    assert list(items(given)) == expected


def test_other_values_are_not_resolved() -> None:
    value = object()
    assert evaluate(value) is value


@pytest.mark.parametrize("wrong", [None, 4, ["sms"], {}, b"sms", object()])
def test_wrong_backends_of_a_notification_are_listed(
    notification: Notification, wrong: Any
) -> None:
    with pytest.raises(InvalidNotification, match=r"There is no backend named .*Allowed: email"):
        shortcuts.create_notification("audit", backends=["sms", wrong])
    with pytest.raises(InvalidNotification, match="is not a permission"):
        shortcuts.create_notification("audit", permissions=[wrong])
    assert not Notification.objects.filter(name="audit").exists()


def test_audience_requires_saved_rows(notification: Notification) -> None:
    backend = Backend.objects.get(name="inbox")
    wrongs: list[tuple[Any, Any]] = [
        (None, backend),
        (notification, None),
        (backend, notification),
        (notification, Backend(name="new")),
        (SimpleLazyObject(lambda: None), backend),
    ]
    for about, by in wrongs:
        with pytest.raises(TypeError, match="Allowed: a saved"):
            audience.audience(about, by)
        with pytest.raises(TypeError, match="Allowed: a saved"):
            audience.count(notification=about, backend=by)


def test_other_backends_of_a_link_are_names(notification: Notification, alice: Any) -> None:
    token = links.token(user=alice, notification=notification, backend="inbox")
    links.unsubscribe(token=token, cell=False, backends="email, sms")
    assert not UserPrefs.objects.exists()

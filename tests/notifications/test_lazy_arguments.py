"""Public calls accept lazy users, groups, backends, notifications and permissions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.utils.functional import LazyObject, SimpleLazyObject, lazystr

from notifications import audience, catalogue, preferences, shortcuts
from notifications.addresses import registration
from notifications.backends import WebhookBackend
from notifications.catalogue import specs
from notifications.delivery import history
from notifications.inbox import reads as inbox
from notifications.inbox import writes
from notifications.models import Backend, Notification, Send, SentNotification, UserPrefs
from notifications.models.querysets import Outcome
from notifications.preferences.validation import Preference
from notifications.settings_page.forms import GroupFormSet, NotifierForm, NotifierFormSet
from notifications.shortcuts import EVERYBODY
from notifications.templatetags.notifications import cell
from notifications.unsubscribe import links
from tests.sent import sent

Wrap = Callable[[Any], Any]


class Lazy(LazyObject):  # type: ignore[type-arg]
    """Lazy object with a subclass of LazyObject."""

    def __init__(self, value: Any) -> None:
        self.__dict__["value"] = value
        super().__init__()

    def _setup(self) -> None:
        self._wrapped = self.__dict__["value"]


def lazy(value: Any) -> Any:
    return lazystr(value) if isinstance(value, str) else SimpleLazyObject(lambda: value)


def nested(value: Any) -> Any:
    return SimpleLazyObject(lambda: Lazy(value))


WRAPS: dict[str, Wrap] = {
    "plain": lambda value: value,
    "lazy": lazy,
    "simple": lambda value: SimpleLazyObject(lambda: value),
    "object": Lazy,
    "nested": nested,
}


@pytest.fixture(params=WRAPS)
def wrap(request: pytest.FixtureRequest) -> Wrap:
    return WRAPS[request.param]


@pytest.fixture
def sms(notification: Notification) -> Backend:
    found: Backend = Backend.objects.get(name="sms")
    return found


def test_lazy_user_receives_a_message(notification: Notification, alice: Any, wrap: Wrap) -> None:
    sends: list[Any] = [
        lambda *given, **key: shortcuts.send_notification(wrap("card-declined"), *given, **key),
        lambda *given, **key: shortcuts.send_notification(wrap(notification), *given, **key),
        notification.send,
    ]
    for send in sends:
        for users in (
            wrap(alice),
            [wrap(alice)],
            (wrap(alice) for _ in range(2)),
            wrap([wrap(alice)]),
            wrap(get_user_model()._default_manager.filter(pk=alice.pk)),
        ):
            assert set(send(users).backends.values()) == {1}
        assert set(send(wrap(EVERYBODY)).backends.values()) == {None}
        assert send(wrap(alice), wrap({"a": wrap("b")}), key=wrap("key")).key == "key"
        Send.objects.all().delete()


def test_preferences_of_lazy_users_are_set(
    notification: Notification, alice: Any, sms: Backend, wrap: Wrap
) -> None:
    user = wrap(alice)
    assert notification.update_user_prefs(user, wrap({wrap(sms): wrap(True)})) == {"sms": "created"}
    assert shortcuts.update_preferences(
        wrap("card-declined"), user, {wrap("sms"): False, wrap("email"): True}
    ) == {"sms": "updated", "email": "created"}
    assert shortcuts.update_preferences(wrap(notification), user, {}) == {}
    preference = Preference(wrap("card-declined"), wrap("sms"), notify=True)
    assert preferences.check(user=user, preferences=[preference]) == []
    updated = preferences.update(user=user, preferences=[preference])
    assert updated.outcomes == (Outcome.UPDATED,)
    inbox = Backend.objects.get(name="inbox")
    UserPrefs(user=user, notification=notification, backend=inbox).save()
    clears: list[tuple[Any, int]] = [
        (lambda: preferences.clear(users=user, backends=wrap("sms")), 1),
        (lambda: preferences.clear(users=[user], notifications=[wrap(notification)]), 2),
        (lambda: shortcuts.clear_preferences(user), 0),
        (lambda: shortcuts.clear_preferences([user]), 0),
    ]
    for clear, count in clears:
        assert clear() == count
    notification.update_user_prefs(user, {"sms": True})
    UserPrefs.objects.remove_user_prefs(user)
    assert not UserPrefs.objects.exists()


def test_preferences_of_lazy_groups_are_set(
    notification: Notification, reviewers: Group, sms: Backend, wrap: Wrap
) -> None:
    group = wrap(reviewers)
    assert notification.update_group_prefs(group, {wrap(sms): True}) == {"sms": "created"}
    assert shortcuts.update_preferences("card-declined", group, {"sms": False})
    preference = Preference(wrap("card-declined"), wrap("sms"), notify=True)
    assert preferences.check_group(group=group, preferences=[preference]) == []
    assert preferences.update_group(group=group, preferences=[preference]).outcomes == (
        Outcome.UPDATED,
    )
    changed = preferences.change_group(
        group=group, preferences=[], cleared=[(wrap("card-declined"), wrap("sms"))]
    )
    assert changed.matrix.group == reviewers
    assert preferences.clear_group(group=group, backends=[wrap(sms)]) == 0
    assert [matrix.group for matrix in preferences.read_groups(groups=wrap([group]))] == [reviewers]
    assert GroupFormSet(group).group == reviewers


def test_lazy_users_are_read(notification: Notification, alice: Any, wrap: Wrap) -> None:
    user, email = wrap(alice), {"email": False, "sms": False, "inbox": True}
    assert notification.check_perms(user)
    assert [backend.name for backend in notification.get_backends(user)] == ["inbox"]
    assert {b.name: v for b, v in notification.get_user_prefs(user).items()} == email
    assert Notification.objects.get_user_notifications(user) == [notification]
    assert list(Notification.objects.get_user_prefs(user)) == [notification]
    assert [matrix.user for matrix in preferences.read(users=wrap([user]))] == [alice]
    assert [entry.name for entry in preferences.available(user=user)] == ["card-declined"]
    assert [group.name for group in preferences.memberships(user=user)] == ["reviewers"]
    assert len(preferences.decisions(user=user, notification=notification.pk)) == 3
    decided = preferences.decisions_about(users=[user], notification=notification.pk)
    assert decided.keys() == {alice.pk}
    formset = NotifierFormSet(user)
    field = cell(formset.forms[0], wrap("sms"))
    assert field
    assert cell(formset.forms[0], wrap(Backend.objects.get(name="sms"))) is field
    assert cell(formset.forms[0], wrap("fax")) is None
    assert list(NotifierForm(user, wrap(notification)).fields) == ["email", "sms", "inbox"]


def test_lazy_users_have_inboxes(notification: Notification, alice: Any, wrap: Wrap) -> None:
    user, row = wrap(alice), sent(alice, "card-declined")
    [entry] = inbox.read(user=user, first=1).items
    assert (entry.user, entry.title()) == (alice, "card-declined")
    assert inbox.entry(user=user, key=row.pk)
    assert inbox.unread_count(user=user) == 1
    assert len(writes.mark_read(user=user, entries={"x": row.pk})) == 1
    assert writes.mark_all_read(user=user) == 0
    [record] = history.deliveries(
        notification=wrap("card-declined"), backend=wrap(row.backend), first=1
    ).items
    assert record.user == alice
    SentNotification.objects.all().delete()


def test_lazy_users_have_addresses(
    make: Any, alice: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, wrap: Wrap
) -> None:
    monkeypatch.setattr(WebhookBackend, "clean_address", lambda address: address)
    make("news", webhook="on")
    Backend.objects.update(klass="notifications.backends.WebhookBackend")
    backend = Backend.objects.get()
    calls: list[Any] = [
        lambda to, address: shortcuts.set_address(wrap(alice), to, address),
        lambda to, address: registration.set_address(user=wrap(alice), backend=to, address=address),
    ]
    for set_address in calls:
        for to in (wrap("webhook"), wrap(backend)):
            set_address(to, "https://example.org/")
            found = registration.addresses(user=wrap(alice))
            assert found["webhook"].address == "https://example.org/"
            assert registration.remove_address(user=wrap(alice), backend=to)


def test_audience_accepts_lazy_rows(notification: Notification, alice: Any, wrap: Wrap) -> None:
    backend = Backend.objects.get(name="inbox")
    for about, by in ((notification, backend), (notification.pk, backend.pk)):
        assert list(audience.audience(wrap(about), wrap(by))) == [alice]
        assert audience.count(notification=wrap(about), backend=wrap(by)) == 1
        assert list(audience.stream(notification=wrap(about), backend=wrap(by))) == [[alice.pk]]


def test_links_are_signed_for_lazy_rows(notification: Notification, alice: Any, wrap: Wrap) -> None:
    backend = Backend.objects.get(name="inbox")
    for user, about, by in ((alice, notification, backend), (alice.pk, notification.pk, "inbox")):
        token = links.token(user=wrap(user), notification=wrap(about), backend=wrap(by))
        offer = links.unsubscribe(token=token, cell=False, backends=wrap("email"))
        assert (offer.user, offer.backend.name) == (alice.pk, "inbox")
    assert [row.backend.name for row in UserPrefs.objects.all()] == ["email"]
    with pytest.raises(TypeError, match=r"None is not a \w+\. Allowed: a saved"):
        links.token(user=None, notification=notification, backend=backend)


def test_lazy_names_and_rows_are_declared(
    notification: Notification, wrap: Wrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms, permission = Backend.objects.get(name="sms"), Permission.objects.all()[0]
    for permissions, backends in (
        (wrap(permission), wrap(sms)),
        ([wrap(permission)], wrap([wrap("sms")])),
        (wrap(Permission.objects.filter(pk=permission.pk)), (wrap(sms) for _ in range(2))),
    ):
        made = shortcuts.create_notification(
            wrap("audit"), permissions=permissions, backends=backends
        )
        assert (made.name, made.display_name) == ("audit", "audit")
        assert [*made.permissions.all(), *made.backends.all()] == [permission, sms]
    assert not shortcuts.create_notification("audit", public=wrap(False)).public
    registered: list[Any] = []
    monkeypatch.setattr(specs, "_registered", registered)
    names = {"backends": wrap("sms"), "default": [wrap("sms")], "required": wrap([wrap("sms")])}
    texts = {key: wrap("Text") for key in ("display_name", "description", "category")}
    permissions, public = wrap("auth.view_group"), wrap(False)
    catalogue.register(wrap("audit"), permissions=permissions, public=public, **names, **texts)
    [spec] = registered
    assert (spec.name, spec.permissions) == ("audit", ("auth.view_group",))
    assert spec.public is False
    assert {type(text) for text in (spec.display_name, spec.description, spec.category)} == {str}
    assert (spec.backends, spec.default, spec.required) == (("sms",), ("sms",), ("sms",))
    assert {type(name) for name in (spec.name, *spec.permissions, *spec.backends)} == {str}

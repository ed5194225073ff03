"""Calls of `send_notification`: recipients, records, keys and contexts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.db import transaction
from django.utils.translation import gettext_lazy, override

from notifications.backends import DeliveryFailed, EmailBackend
from notifications.backends.base import RESERVED
from notifications.delivery import Queued, contexts
from notifications.errors import (
    InvalidContext,
    InvalidKey,
    UnknownNotification,
    UsedKey,
    WrongRecipient,
)
from notifications.models import Backend, Batch, Notification, Send, SentNotification, State
from notifications.precedence import Source
from notifications.shortcuts import EVERYBODY, send_notification
from tests.conftest import make_user
from tests.notifications.conftest import ON, REQUIRED, make_notification
from tests.notifications.delivery.conftest import Call, recorded
from tests.notifications.delivery.fake_backends import Carrier, carried, use


def test_one_user_gets_a_notification_by_the_rule(
    declined: Notification, alice: Any, send: Call
) -> None:
    queued = send("card-declined", alice, {"card": "1234"})
    assert queued.backends == {"carrier": 1, "record": 1, "sms": 1}
    [(user, context)] = Carrier.carried
    assert user == alice
    assert context["card"] == "1234"
    delivery = SentNotification.objects.get(backend__name="carrier")
    assert context["delivery"].source is Source.DEFAULT
    assert recorded(backend__name="carrier") == {alice.pk: ("SENT", "DEFAULT", True)}
    assert recorded(backend__name="record") == {alice.pk: ("SENT", "DEFAULT", True)}
    assert recorded(backend__name="sms") == {alice.pk: ("WITHHELD", "DEFAULT", None)}
    assert delivery.notification == declined
    assert (delivery.attempts, delivery.read, delivery.due) == (1, False, None)


def test_the_record_has_the_reason(
    declined: Notification, alice: Any, bob: Any, charlie: Any, reviewers: Group, send: Call
) -> None:
    oncall = Group.objects.create(name="on call")
    alice.groups.add(oncall)
    for group in (reviewers, oncall):
        declined.update_group_prefs(group, {"sms": True})
    declined.update_group_prefs(oncall, {"carrier": False})
    declined.update_user_prefs(bob, {"sms": True, "carrier": False})
    send("card-declined", [alice, bob, charlie])
    assert recorded(backend__name="sms") == {
        alice.pk: ("SENT", "GROUP", True),
        bob.pk: ("SENT", "USER", True),
        charlie.pk: ("WITHHELD", "DEFAULT", None),
    }
    assert recorded(backend__name="carrier") == {
        alice.pk: ("WITHHELD", "GROUP", None),
        bob.pk: ("WITHHELD", "USER", None),
        charlie.pk: ("SENT", "DEFAULT", True),
    }
    row = SentNotification.objects.get(user=alice, backend__name="sms")
    assert sorted(row.groups) == ["on call", "reviewers"]
    [context] = [context for user, context in Carrier.carried if user == alice]
    assert sorted(context["delivery"].groups) == ["on call", "reviewers"]


def test_the_whole_audience_is_found_by_workers(
    declined: Notification, alice: Any, bob: Any, charlie: Any, send: Call
) -> None:
    declined.update_user_prefs(bob, {"carrier": False})
    queued = send("card-declined", EVERYBODY)
    assert queued.backends == {"carrier": None, "record": None, "sms": None}
    assert carried() == sorted([alice, charlie], key=lambda user: str(user.pk))
    # only users of the audience have a delivery
    assert set(recorded(backend__name="carrier")) == {alice.pk, charlie.pk}
    assert Send.objects.get().finished is not None


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_a_whole_audience_is_split_into_batches_without_gap_or_overlap(
    declined: Notification, send: Call, settings: Any, size: int
) -> None:
    settings.NOTIFICATION_DELIVERY = {"BATCH": size}
    users = [make_user(f"user-{index}") for index in range(7)]
    send("card-declined", EVERYBODY)
    assert carried() == sorted(users, key=lambda user: str(user.pk))
    assert set(recorded(backend__name="record")) == {user.pk for user in users}
    batches = Batch.objects.filter(backend__name="carrier")
    assert batches.count() == 7 // size + 1
    assert not batches.filter(due__isnull=False).exists()


@pytest.mark.parametrize(
    "given",
    [
        lambda users: users,
        lambda users: (user for user in users),
        lambda _: get_user_model()._default_manager.all(),
        lambda _: get_user_model()._default_manager.order_by("-pk")[:3],
        lambda users: [*users, *users],
    ],
    ids=["list", "generator", "queryset", "slice", "repeated"],
)
def test_users_come_as_any_iterable(
    declined: Notification, send: Call, settings: Any, given: Any
) -> None:
    settings.NOTIFICATION_DELIVERY = {"BATCH": 2}
    users = [make_user(f"user-{index}") for index in range(3)]
    queued = send("card-declined", given(users))
    assert queued.backends == {"carrier": 3, "record": 3, "sms": 3}
    assert carried() == sorted(users, key=lambda user: str(user.pk))


def test_an_empty_list_sends_nothing(declined: Notification, alice: Any, send: Call) -> None:
    assert send("card-declined", []).backends == {"carrier": 0, "record": 0, "sms": 0}
    assert not SentNotification.objects.exists()


def test_notifications_send_themselves(
    declined: Notification, alice: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        queued = declined.send(alice, {"card": "1234"}, key="order-17")
    assert queued.key == "order-17"
    assert Carrier.carried[0][1]["card"] == "1234"


def test_a_repeat_of_a_key_sends_nothing(declined: Notification, alice: Any, send: Call) -> None:
    first = send("card-declined", alice, key="order-17")
    again = send("card-declined", alice, key="order-17")
    assert again == Queued("order-17", {}, first.send)
    assert carried() == [alice]
    other = make_notification("card-expired", carrier=ON)
    assert send(other.name, alice, key="order-17").backends == {"carrier": 1}
    assert send("card-declined", alice).key != send("card-declined", alice).key


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"amount": 5}, {"amount": 6}),
        ({"amount": 5}, {}),
        (None, {"amount": 5}),
        ({"on": date(2026, 1, 31)}, {"on": "2026-01-31"}),
    ],
)
def test_a_key_with_another_context_is_refused(
    declined: Notification, alice: Any, send: Call, first: Any, second: Any
) -> None:
    send("card-declined", alice, first, key="order-17")
    refused = r"the key 'order-17' was used for 'card-declined' with another context. Allowed:"
    with pytest.raises(UsedKey, match=refused):
        send("card-declined", alice, second, key="order-17")
    assert Send.objects.count() == 1
    assert carried() == [alice]


@pytest.mark.parametrize(
    "context",
    [
        {"b": 1, "a": [{"d": 2.5, "c": None}]},
        {"large": 1e300, "small": 1e-300, "zero": 0.0},
        {"on": date(2026, 1, 31), "amount": Decimal("4.20"), "label": gettext_lazy("Save")},
    ],
)
def test_a_key_with_an_equal_context_is_a_repeat(
    declined: Notification, alice: Any, send: Call, context: Any
) -> None:
    send("card-declined", alice, context, key="order-17")
    backwards = dict(reversed(context.items()))
    assert send("card-declined", alice, backwards, key="order-17").backends == {}


def test_private_notifications_are_sent_by_code(db: None, alice: Any, send: Call) -> None:
    make_notification("internal", public=False, carrier=ON)
    use("carrier", Carrier)
    send("internal", alice)
    assert carried() == [alice]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_call_sends_nothing(declined: Notification, alice: Any) -> None:
    with transaction.atomic():
        send_notification("card-declined", alice)
        transaction.set_rollback(True)
    assert not Send.objects.exists()
    assert not carried()
    with transaction.atomic():
        send_notification("card-declined", alice)
        assert not carried()
    assert carried() == [alice]


def test_the_rule_is_applied_at_delivery(
    declined: Notification, reviewers: Group, django_capture_on_commit_callbacks: Any
) -> None:
    """Users who opted out, are inactive, lack the permission or left the group get nothing."""
    permission = Permission.objects.get(codename="view_group")
    declined.permissions.add(permission)
    declined.update_group_prefs(reviewers, {"sms": True})
    names = ["stays", "opts out", "leaves us", "loses the permission", "leaves the group"]
    people = {name: make_user(name) for name in names}
    for user in people.values():
        user.groups.add(reviewers)
        user.user_permissions.add(permission)
    with django_capture_on_commit_callbacks() as jobs:
        send_notification("card-declined", people.values())
    declined.update_user_prefs(people["opts out"], {"sms": False, "carrier": False})
    people["leaves us"].is_active = False
    people["leaves us"].save()
    people["loses the permission"].user_permissions.clear()
    people["leaves the group"].groups.clear()
    for job in jobs:
        job()
    states = recorded(backend__name="sms")
    assert {name: states[user.pk][:2] for name, user in people.items()} == {
        "stays": ("SENT", "GROUP"),
        "opts out": ("WITHHELD", "USER"),
        "leaves us": ("WITHHELD", "PERMISSION"),
        "loses the permission": ("WITHHELD", "PERMISSION"),
        "leaves the group": ("WITHHELD", "DEFAULT"),
    }
    both = [people["stays"], people["stays"], people["leaves the group"]]
    assert carried() == sorted(both, key=lambda user: str(user.pk))


def test_a_disabled_backend_delivers_nothing(
    declined: Notification, alice: Any, send: Call, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as jobs:
        send_notification("card-declined", alice)
    Backend.objects.filter(name="carrier").update(enabled=False)
    for job in jobs:
        job()
    assert not carried()
    assert recorded(backend__name="carrier") == {alice.pk: ("WITHHELD", "", None)}
    assert send("card-declined", alice).backends == {"record": 1, "sms": 1}


def test_a_required_cell_reaches_all_permitted_users(
    db: None, alice: Any, bob: Any, send: Call
) -> None:
    required = make_notification("terms", carrier=REQUIRED)
    use("carrier", Carrier)
    bob.is_active = False
    bob.save()
    send(required.name, EVERYBODY)
    assert recorded() == {alice.pk: ("SENT", "REQUIRED", True)}


def test_a_connection_is_opened_once_for_a_batch(
    declined: Notification, alice: Any, bob: Any, charlie: Any, send: Call
) -> None:
    send("card-declined", EVERYBODY)
    assert Carrier.opened == ["card-declined"]


def test_one_failure_does_not_stop_the_others(
    declined: Notification, alice: Any, bob: Any, send: Call
) -> None:
    def refuse_alice(user: Any) -> None:
        if user == alice:
            raise DeliveryFailed("550 no such mailbox", permanent=True)

    Carrier.obstacle = refuse_alice
    send("card-declined", EVERYBODY)
    assert carried() == [bob]
    row = SentNotification.objects.get(user=alice, backend__name="carrier")
    assert (row.state, row.success) == (State.FAILED, False)
    assert (row.error, row.message) == ("DeliveryFailed", "550 no such mailbox")


def test_a_backend_without_a_class_fails_with_a_reason(db: None, alice: Any, send: Call) -> None:
    make_notification("news", fax=ON, telex=ON)
    Backend.objects.filter(name="telex").update(klass="telex.Telex")
    send("news", alice)
    errors = SentNotification.objects.values_list("backend__name", "error", "message")
    assert {name: (error, message) for name, error, message in errors} == {
        "fax": ("DeliveryFailed", "The backend 'fax' has no class."),
        "telex": ("ModuleNotFoundError", "No module named 'telex'"),
    }
    assert set(recorded().values()) == {("PENDING", "DEFAULT", None)}


def test_an_unknown_name_is_refused_with_known_names(declined: Notification) -> None:
    with pytest.raises(UnknownNotification, match=r"'fax'.*Allowed: card-declined\."):
        send_notification("fax", EVERYBODY)


@pytest.mark.parametrize("wrong", ["alice", 1, [None], ["alice"]])
def test_only_saved_users_are_recipients(declined: Notification, alice: Any, wrong: Any) -> None:
    with pytest.raises(WrongRecipient, match="Allowed: a saved user"):
        send_notification("card-declined", wrong)
    with pytest.raises(WrongRecipient):
        send_notification("card-declined", [alice, get_user_model()(pk=None)])
    assert not Send.objects.exists()


def test_groups_are_no_recipients(declined: Notification, reviewers: Group) -> None:
    for wrong in (reviewers, Group.objects.all()):
        with pytest.raises(WrongRecipient):
            send_notification("card-declined", wrong)


@pytest.mark.parametrize(
    ("context", "place"),
    [
        ({"order": {"lines": [1, object()]}}, r"context\['order'\]\['lines'\]\[1\] is <object"),
        ({1: "one"}, "context has the key 1"),
        ({"ratio": float("nan")}, r"context\['ratio'\] is nan"),
        ({"text": "a\0b"}, r"context\['text'\] is"),
        ({"text": "\ud800"}, r"context\['text'\] is"),
        (["a list"], "which is not a dictionary"),
        *[({name: 1}, f"the reserved name '{name}'") for name in RESERVED],
    ],
)
def test_a_context_that_cannot_be_stored_is_refused(
    declined: Notification, alice: Any, context: Any, place: str
) -> None:
    with pytest.raises(InvalidContext, match=f"{place}.*Allowed: text, numbers"):
        send_notification("card-declined", alice, context)
    assert not Send.objects.exists()


def test_a_context_has_a_bounded_size(declined: Notification, alice: Any) -> None:
    send_notification("card-declined", alice, {"text": "x" * (contexts.MAX_BYTES - 11)})
    for context in ({"text": "x" * contexts.MAX_BYTES}, {"x" * contexts.MAX_BYTES: 1}):
        with pytest.raises(InvalidContext, match=r"bytes as JSON, more than 100,000"):
            send_notification("card-declined", alice, context)


def test_an_error_about_a_context_is_short(declined: Notification, alice: Any) -> None:
    many = {f"{index}" * 1000: object() for index in range(1000)}
    with pytest.raises(InvalidContext, match="and 988 more mistakes") as refused:
        send_notification("card-declined", alice, many)
    assert len(refused.value.mistakes) == 1000
    assert len(str(refused.value)) < 10_000


def test_models_are_no_context(declined: Notification, alice: Any) -> None:
    with pytest.raises(InvalidContext, match="pass its primary key") as refused:
        send_notification("card-declined", alice, {"by": alice, "on": [alice], "fine": True})
    assert len(refused.value.mistakes) == 2


def test_a_context_arrives_with_its_types(declined: Notification, alice: Any, send: Call) -> None:
    context = {
        "text": "Grüße 🦄",
        "list": [1, 2.5, None, {"a": True}],
        "empty": {},
        "on": date(2026, 1, 31),
        "amounts": [Decimal("4.20"), {"id": UUID(int=7)}],
        "within": timedelta(hours=3),
        "later": gettext_lazy("Save"),
    }
    send("card-declined", alice, context)
    arrived = Carrier.carried[0][1]
    with override("en"):  # an earlier request may have activated another language
        assert {name: arrived[name] for name in context} == context


@pytest.mark.parametrize("name", ["reason", "settings_url", "unsubscribe_url", "source", "groups"])
def test_common_names_are_allowed_in_contexts(
    declined: Notification, alice: Any, send: Call, name: str
) -> None:
    use("carrier", EmailBackend)
    setattr(alice, alice.get_email_field_name(), "alice@example.org")
    alice.save()
    with patch.object(EmailBackend, "message", lambda self: f"{name}: {self.context[name]}"):
        send("card-declined", alice, {name: "insufficient funds"})
    [message] = mail.outbox
    assert message.body == f"{name}: insufficient funds"


@pytest.mark.parametrize("key", ["", "x" * 201, 17, b"key"])
def test_a_key_has_1_to_200_characters(declined: Notification, alice: Any, key: Any) -> None:
    with pytest.raises(InvalidKey, match="Allowed: None, or 1 to 200 characters"):
        send_notification("card-declined", alice, key=key)
    send_notification("card-declined", alice, key="x" * 200)


@pytest.mark.parametrize("users", [1, 40])
def test_queueing_statements_do_not_depend_on_users(
    declined: Notification, users: int, django_assert_num_queries: Any
) -> None:
    people = [make_user(f"user-{index}") for index in range(users)]
    with django_assert_num_queries(11):
        send_notification("card-declined", people)
    with django_assert_num_queries(11):
        send_notification("card-declined", EVERYBODY)

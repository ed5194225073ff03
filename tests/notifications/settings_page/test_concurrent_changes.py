"""Changes of catalogue and preferences between rendering and saving a formset."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission

from notifications.errors import InvalidPreferences
from notifications.models import Backend, Notification
from notifications.settings_page.forms import NotifierFormSet
from notifications.shortcuts import update_preferences
from tests.notifications.settings_page.form_data import fill_in, stored

Make = Callable[..., Notification]


def test_a_new_notification_moves_no_change(news: Notification, make: Make, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), news__email=False)
    make("first", email="on")
    Notification.objects.filter(name="first").update(position=0)
    formset = NotifierFormSet(alice, data)
    assert [form.title for form in formset] == ["first", "Card declined", "news"]
    assert formset.is_valid()
    formset.save()
    assert stored(alice) == {("news", "email"): False}


def test_a_change_of_a_deleted_row_is_refused(news: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True, news__email=False)
    Notification.objects.filter(name="card").delete()
    formset = NotifierFormSet(alice, data)
    assert not formset.is_valid()
    assert formset.non_form_errors() == [
        "Nothing was saved. Review your other changes below and save again.",
        "“Card declined” is no longer available.",
    ]
    assert [form.title for form in formset] == ["news"]
    assert formset[0]["email"].value() is False
    assert stored(alice) == {}

    again = NotifierFormSet(alice, fill_in(formset))
    assert again.is_valid()
    again.save()
    assert stored(alice) == {("news", "email"): False}


def test_refused_changes_stay_changes(news: Notification, alice: Any, reviewers: Group) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True, news__email=False)
    Notification.objects.filter(name="card").delete()
    update_preferences("news", reviewers, {"email": False})
    refused = NotifierFormSet(alice, data)
    assert not refused.is_valid()
    again = NotifierFormSet(alice, fill_in(refused))
    assert again.is_valid()
    again.save()
    assert stored(alice) == {("news", "email"): False}


def test_deleted_rows_without_changes_are_ignored(news: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), news__email=False)
    Notification.objects.filter(name="card").delete()
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert stored(alice) == {("news", "email"): False}


@pytest.mark.parametrize(
    ("happens", "message"),
    [
        (
            lambda: Notification.objects.update(public=False),
            "“Card declined” is no longer available.",
        ),
        (
            lambda: Notification.objects.get().permissions.add(Permission.objects.all()[0]),
            "“Card declined” is no longer available.",
        ),
        (
            lambda: Backend.objects.filter(name="email").update(enabled=False),
            "“Card declined” can no longer be delivered by email.",
        ),
        (
            lambda: Notification.objects.get().cells.filter(backend__name="email").delete(),
            "“Card declined” can no longer be delivered by email.",
        ),
        (
            lambda: Notification.objects.get().cells.update(required=True),
            "E-mail for “Card declined” is required and cannot be turned off.",
        ),
    ],
    ids=["made private", "permission", "disabled", "not allowed", "required"],
)
def test_a_change_forbidden_meanwhile_is_explained(
    card: Notification, alice: Any, happens: Callable[[], Any], message: str
) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    happens()
    formset = NotifierFormSet(alice, data)
    assert not formset.is_valid()
    assert formset.non_form_errors()[1:] == [message]
    assert stored(alice) == {}


def test_a_change_forbidden_while_saving_is_explained(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(
        alice, fill_in(NotifierFormSet(alice), card__email=True, news__email=False)
    )
    assert formset.is_valid()
    Notification.objects.get(name="card").cells.update(required=True)
    Notification.objects.get(name="news").permissions.add(Permission.objects.all()[0])
    with pytest.raises(InvalidPreferences):
        formset.save()
    assert formset.non_form_errors()[1:] == [
        "E-mail for “Card declined” is required and cannot be turned off.",
        "“news” cannot be changed: a permission is missing.",
    ]
    assert stored(alice) == {}

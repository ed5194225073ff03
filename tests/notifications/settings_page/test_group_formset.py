"""Formset of a group."""

import pytest
from django.contrib.auth.models import Group

from notifications import preferences
from notifications.errors import InvalidPreferences
from notifications.models import Notification
from notifications.settings_page.forms import GroupFormSet
from notifications.shortcuts import update_preferences
from tests.notifications.settings_page.form_data import fill_in, stored_for


def test_groups_inputs_can_be_not_set(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    formset = GroupFormSet(reviewers)
    assert {name: formset[0][name].value() for name in formset[0].fields} == {
        "email": False,
        "inbox": None,
        "sms": True,
    }
    assert "disabled" in str(formset[0]["sms"])
    assert "Not set" in str(formset[0]["inbox"])


def test_one_save_sets_and_clears(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    data = fill_in(GroupFormSet(reviewers), card__email="unknown", card__inbox="false")
    formset = GroupFormSet(reviewers, data)
    assert formset.is_valid()
    assert {(c.backend, c.value) for c in formset.save()} == {("inbox", False), ("email", None)}
    assert stored_for(reviewers) == {("card", "inbox"): False}


def test_a_refused_save_clears_nothing(news: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    data = fill_in(GroupFormSet(reviewers), card__email="unknown", news__email="true")
    formset = GroupFormSet(reviewers, data)
    assert formset.is_valid()
    Notification.objects.get(name="news").cells.update(required=True)
    with pytest.raises(InvalidPreferences):
        formset.save()
    assert formset.non_form_errors()[1:] == [
        "E-mail for “news” is required and cannot be turned off."
    ]
    assert stored_for(reviewers) == {("card", "email"): False}


def test_an_omitted_select_changes_nothing(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    data = fill_in(GroupFormSet(reviewers))
    del data["card/email"]
    formset = GroupFormSet(reviewers, data)
    assert formset.is_valid()
    assert formset.save() == []
    assert stored_for(reviewers) == {("card", "email"): False}


def test_changing_a_group_returns_its_matrix(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    changed = preferences.change_group(
        group=reviewers, preferences=[], cleared=[("card", "email"), ("card", "inbox")]
    )
    assert changed.outcomes == ()
    assert [cell.value for cell in changed.matrix.rows[0].cells] == [None, None, None]
    assert stored_for(reviewers) == {}

"""Formset of a user: rendering and saving."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.forms import ValidationError
from django.test.utils import CaptureQueriesContext

from notifications.models import Backend, Notification, NotificationBackend
from notifications.settings_page.forms import NotifierFormSet
from notifications.shortcuts import update_preferences
from tests.notifications.settings_page.form_data import (
    fill_in,
    inputs,
    rendered,
    stored,
)

Make = Callable[..., Notification]


def make_many(count: int) -> None:
    email = Backend.objects.create(name="email")
    many = Notification.objects.bulk_create(Notification(name=f"n{n}") for n in range(count))
    NotificationBackend.objects.bulk_create(
        NotificationBackend(notification=each, backend=email) for each in many
    )


def test_forms_are_in_catalogue_order(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice)
    assert [(form.notification.name, form.title) for form in formset] == [
        ("card", "Card declined"),
        ("news", "news"),
    ]
    assert [list(form.fields) for form in formset] == [["email", "inbox", "sms"], ["email"]]


def test_columns_are_named_backends_and_dm(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice)
    assert [backend.display_name for backend in formset.backends] == ["E-mail", "inbox", "sms"]
    assert formset.dm == formset.backends


def test_boxes_show_effective_values(card: Notification, alice: Any) -> None:
    boxes = inputs(rendered(NotifierFormSet(alice))).boxes
    states = {name: ("checked" in box, "disabled" in box) for name, box in boxes.items()}
    assert states == {
        "card/email": (False, False),
        "card/inbox": (True, False),
        "card/sms": (True, True),
    }
    assert boxes["card/email"]["aria-label"] == "Card declined: E-mail"


def test_unavailable_notifications_have_no_form(card: Notification, make: Make, alice: Any) -> None:
    make("private", public=False, email="off")
    make("secret", email="off").permissions.add(Permission.objects.all()[0])
    assert [form.notification.name for form in NotifierFormSet(alice)] == ["card"]


def test_sections_follow_the_first_of_each_category(make: Make, alice: Any) -> None:
    for name, category in {"a": "One", "b": "Two", "c": "One"}.items():
        make(name, email="off")
        Notification.objects.filter(name=name).update(category=category)
    sections = {
        category: [form.title for form in forms]
        for category, forms in NotifierFormSet(alice).sections
    }
    assert sections == {"One": ["a", "c"], "Two": ["b"]}


def test_without_notifications_there_are_no_forms(alice: Any) -> None:
    formset = NotifierFormSet(alice)
    assert formset.forms == []
    assert list(formset.backends) == []


@pytest.mark.parametrize("count", [3, 300])
def test_reading_takes_one_statement_at_any_size(alice: Any, count: int) -> None:
    make_many(count)
    NotifierFormSet(alice)  # reads the configuration, once after each change
    with CaptureQueriesContext(connection) as queries:
        formset = NotifierFormSet(alice)
        rendered(formset)
    assert len(formset) == count
    assert len(queries) == 1


def test_only_changed_boxes_are_stored(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice), card__email=True))
    assert formset.is_valid()
    [change] = formset.save()
    assert (change.title, change.column, change.value) == ("Card declined", "E-mail", True)
    assert stored(alice) == {("card", "email"): True}


def test_no_change_writes_nothing(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice)))
    assert formset.is_valid()
    assert not formset.has_changed()
    assert formset.save() == []
    assert stored(alice) == {}


def test_unchanged_boxes_still_inherit(card: Notification, alice: Any, reviewers: Group) -> None:
    data = fill_in(NotifierFormSet(alice), card__inbox=False)
    update_preferences("card", reviewers, {"email": True})  # after the page was rendered
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert stored(alice) == {("card", "inbox"): False}
    assert NotifierFormSet(alice)[0]["email"].value() is True


def test_a_change_to_the_inherited_value_is_stored(
    card: Notification, alice: Any, reviewers: Group
) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    update_preferences("card", reviewers, {"email": True})
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert stored(alice) == {("card", "email"): True}


def test_a_change_made_concurrently_is_not_reported(card: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    update_preferences("card", alice, {"email": True})
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    assert formset.save() == []


@pytest.mark.parametrize("forged", [{"card/sms": "on"}, {"card/sms": ""}, {}])
def test_forged_data_cannot_change_required_cells(
    card: Notification, alice: Any, forged: dict[str, str]
) -> None:
    data = fill_in(NotifierFormSet(alice)) | forged
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    assert formset.save() == []
    assert stored(alice) == {}


def test_forged_rendered_required_cells_are_refused(card: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice))
    rows = json.loads(data["form-rendered"])
    rows["card"][1]["sms"] = True
    formset = NotifierFormSet(alice, data | {"form-rendered": json.dumps(rows)})
    assert not formset.is_valid()
    assert "is required" in formset.non_form_errors()[1]
    assert stored(alice) == {}


@pytest.mark.parametrize(
    "rows",
    [
        None,
        "",
        "{",
        "[]",
        '"text"',
        '{"card": 1}',
        '{"card": ["Card", {"email": 7}]}',
        '{"card": ["Card", []]}',
        '{"card": [1, {}]}',
        "null",
    ],
)
def test_data_without_rendered_rows_changes_nothing(
    card: Notification, alice: Any, rows: str | None
) -> None:
    data = {"card/email": "on"} | ({} if rows is None else {"form-rendered": rows})
    formset = NotifierFormSet(alice, data)
    assert not formset.is_valid()
    assert formset.non_form_errors() == [
        "The form was incomplete. Nothing was saved. Reload the page and try again."
    ]
    assert formset.changes == []


def test_similar_names_are_kept_apart(make: Make, alice: Any) -> None:
    make("a", **{"b/c": "off"})
    make("a/b", c="off")
    make("ä %2F", **{"x y": "off"})
    data = fill_in(NotifierFormSet(alice)) | {"a%2Fb/c": "on", "%C3%A4%20%252F/x%20y": "on"}
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert stored(alice) == {("a/b", "c"): True, ("ä %2F", "x y"): True}


def test_more_forms_than_djangos_limit_are_saved(alice: Any) -> None:
    make_many(1200)
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice), n1199__email=True))
    assert formset.is_valid()
    assert len(formset.forms) == 1200
    formset.save()
    assert stored(alice) == {("n1199", "email"): True}


def test_read_only_formsets_change_nothing(card: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    formset = NotifierFormSet(alice, data, read_only=True)
    assert all("disabled" in str(field) for form in formset for field in form)
    assert formset.changes == []


def test_a_subclass_can_add_validation(card: Notification, alice: Any) -> None:
    class Quiet(NotifierFormSet):
        def clean(self) -> None:
            if self.changes:
                raise ValidationError("Not today.")

    formset = Quiet(alice, fill_in(Quiet(alice), card__email=True))
    assert not formset.is_valid()
    assert formset.non_form_errors() == ["Not today."]


def test_formsets_can_have_a_prefix(card: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, prefix="mine")
    assert formset.management_form["rendered"].html_name == "mine-rendered"
    assert formset.media.render() == ""
    assert not formset.is_multipart()


def test_a_formset_renders_itself(card: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice)
    found = inputs(str(formset))
    assert set(found.boxes) == {"card/email", "card/inbox", "card/sms"}
    assert "form-rendered" in found.data
    assert formset.initial_forms == formset.forms
    assert "total_forms=1" in repr(formset)

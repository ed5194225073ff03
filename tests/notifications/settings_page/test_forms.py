import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.forms import ValidationError
from django.test.utils import CaptureQueriesContext

from notifications import preferences
from notifications.errors import InvalidPreferences
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs
from notifications.settings_page.forms import GroupFormSet, NotifierFormSet
from notifications.shortcuts import update_preferences
from tests.notifications.settings_page.submit import inputs, submission

Make = Callable[..., Notification]


def rendered(formset: Any) -> str:
    fields = [str(field) for form in formset for field in form]
    return "\n".join([str(formset.management_form), *fields])


def fill_in(formset: Any, **changes: Any) -> dict[str, str]:
    return submission(
        rendered(formset), {name.replace("__", "/"): value for name, value in changes.items()}
    )


def stored(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def stored_for(group: Group) -> dict[tuple[str, str], bool]:
    rows = GroupPrefs.objects.filter(group=group)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


@pytest.fixture
def card(db: None, make: Make) -> Notification:
    card = make("card", email="off", inbox="on", sms="required")
    Notification.objects.filter(pk=card.pk).update(display_name="Card declined")
    Backend.objects.filter(name="email").update(display_name="E-mail")
    return card


@pytest.fixture
def news(card: Notification, make: Make) -> Notification:
    return make("news", email="on")


def make_many(count: int) -> None:
    email = Backend.objects.create(name="email")
    many = Notification.objects.bulk_create(Notification(name=f"n{n}") for n in range(count))
    NotificationBackend.objects.bulk_create(
        NotificationBackend(notification=each, backend=email) for each in many
    )


# Rendering


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


# Saving


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


# Changes of the catalogue between rendering and saving


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


# Groups


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

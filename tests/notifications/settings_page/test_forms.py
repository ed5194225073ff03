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


def own(user: Any) -> dict[tuple[str, str], bool]:
    rows = UserPrefs.objects.filter(user=user)
    return {(row.notification.name, row.backend.name): row.notify for row in rows}


def said(group: Group) -> dict[tuple[str, str], bool]:
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


# What is on screen


def test_there_is_a_form_for_each_notification_in_catalogue_order(
    news: Notification, alice: Any
) -> None:
    formset = NotifierFormSet(alice)
    assert [(form.notification.name, form.title) for form in formset] == [
        ("card", "Card declined"),
        ("news", "news"),
    ]
    assert [list(form.fields) for form in formset] == [["email", "inbox", "sms"], ["email"]]


def test_the_columns_are_the_backends_under_both_names(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice)
    assert [backend.display_name for backend in formset.backends] == ["E-mail", "inbox", "sms"]
    assert formset.dm == formset.backends


def test_boxes_show_what_holds_and_required_ones_are_disabled(
    card: Notification, alice: Any
) -> None:
    boxes = inputs(rendered(NotifierFormSet(alice))).boxes
    shown = {name: ("checked" in box, "disabled" in box) for name, box in boxes.items()}
    assert shown == {
        "card/email": (False, False),
        "card/inbox": (True, False),
        "card/sms": (True, True),
    }
    assert boxes["card/email"]["aria-label"] == "Card declined: E-mail"


def test_what_the_user_may_not_set_has_no_form(card: Notification, make: Make, alice: Any) -> None:
    make("private", public=False, email="off")
    make("secret", email="off").permissions.add(Permission.objects.all()[0])
    assert [form.notification.name for form in NotifierFormSet(alice)] == ["card"]


def test_categories_are_sections_in_the_order_in_which_they_come(make: Make, alice: Any) -> None:
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
def test_reading_takes_one_statement_for_any_number_of_notifications(
    alice: Any, count: int
) -> None:
    make_many(count)
    NotifierFormSet(alice)  # the first after a change reads the configuration
    with CaptureQueriesContext(connection) as queries:
        formset = NotifierFormSet(alice)
        rendered(formset)
    assert len(formset) == count
    assert len(queries) == 1


# What is saved


def test_only_what_the_person_changed_is_stored(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice), card__email=True))
    assert formset.is_valid()
    [change] = formset.save()
    assert (change.title, change.column, change.value) == ("Card declined", "E-mail", True)
    assert own(alice) == {("card", "email"): True}


def test_nothing_changed_writes_nothing(news: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice)))
    assert formset.is_valid()
    assert not formset.has_changed()
    assert formset.save() == []
    assert own(alice) == {}


def test_a_box_that_was_left_as_it_was_follows_what_it_inherits(
    card: Notification, alice: Any, reviewers: Group
) -> None:
    data = fill_in(NotifierFormSet(alice), card__inbox=False)
    update_preferences("card", reviewers, {"email": True})  # after the page was shown
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {("card", "inbox"): False}
    assert NotifierFormSet(alice)[0]["email"].value() is True


def test_a_box_that_was_changed_is_stored_though_it_has_come_to_hold_anyway(
    card: Notification, alice: Any, reviewers: Group
) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    update_preferences("card", reviewers, {"email": True})
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {("card", "email"): True}


def test_a_change_that_somebody_has_made_already_is_no_news(card: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    update_preferences("card", alice, {"email": True})
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    assert formset.save() == []


@pytest.mark.parametrize("forged", [{"card/sms": "on"}, {"card/sms": ""}, {}])
def test_a_forged_post_cannot_change_what_is_required(
    card: Notification, alice: Any, forged: dict[str, str]
) -> None:
    data = fill_in(NotifierFormSet(alice)) | forged
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    assert formset.save() == []
    assert own(alice) == {}


def test_a_forged_claim_that_a_required_box_was_on_screen_is_refused(
    card: Notification, alice: Any
) -> None:
    data = fill_in(NotifierFormSet(alice))
    shown = json.loads(data["form-rendered"])
    shown["card"][1]["sms"] = True
    formset = NotifierFormSet(alice, data | {"form-rendered": json.dumps(shown)})
    assert not formset.is_valid()
    assert "is required" in formset.non_form_errors()[1]
    assert own(alice) == {}


@pytest.mark.parametrize(
    "shown",
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
def test_a_post_that_does_not_say_what_was_shown_changes_nothing(
    card: Notification, alice: Any, shown: str | None
) -> None:
    data = {"card/email": "on"} | ({} if shown is None else {"form-rendered": shown})
    formset = NotifierFormSet(alice, data)
    assert not formset.is_valid()
    assert formset.non_form_errors() == [
        "The form was incomplete. Nothing was saved. Reload the page and try again."
    ]
    assert formset.changes == []


def test_names_that_look_alike_are_not_mixed_up(make: Make, alice: Any) -> None:
    make("a", **{"b/c": "off"})
    make("a/b", c="off")
    make("ä %2F", **{"x y": "off"})
    data = fill_in(NotifierFormSet(alice)) | {"a%2Fb/c": "on", "%C3%A4%20%252F/x%20y": "on"}
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {("a/b", "c"): True, ("ä %2F", "x y"): True}


def test_more_notifications_than_a_formset_of_djangos_takes_are_saved(alice: Any) -> None:
    make_many(1200)
    formset = NotifierFormSet(alice, fill_in(NotifierFormSet(alice), n1199__email=True))
    assert formset.is_valid()
    assert len(formset.forms) == 1200
    formset.save()
    assert own(alice) == {("n1199", "email"): True}


# A catalogue that changes between showing and saving


def test_a_notification_that_comes_between_shifts_nothing(
    news: Notification, make: Make, alice: Any
) -> None:
    data = fill_in(NotifierFormSet(alice), news__email=False)
    make("first", email="on")
    Notification.objects.filter(name="first").update(position=0)
    formset = NotifierFormSet(alice, data)
    assert [form.title for form in formset] == ["first", "Card declined", "news"]
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {("news", "email"): False}


def test_what_has_gone_is_told_and_the_rest_is_kept_on_screen(
    news: Notification, alice: Any
) -> None:
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
    assert own(alice) == {}

    again = NotifierFormSet(alice, fill_in(formset))
    assert again.is_valid()
    again.save()
    assert own(alice) == {("news", "email"): False}


def test_a_change_stays_a_change_though_it_has_come_to_hold_while_another_was_refused(
    news: Notification, alice: Any, reviewers: Group
) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True, news__email=False)
    Notification.objects.filter(name="card").delete()
    update_preferences("news", reviewers, {"email": False})
    refused = NotifierFormSet(alice, data)
    assert not refused.is_valid()
    again = NotifierFormSet(alice, fill_in(refused))
    assert again.is_valid()
    again.save()
    assert own(alice) == {("news", "email"): False}


def test_what_has_gone_without_being_changed_hinders_nobody(news: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), news__email=False)
    Notification.objects.filter(name="card").delete()
    formset = NotifierFormSet(alice, data)
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {("news", "email"): False}


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
def test_a_change_that_the_rules_forbid_by_now_says_why(
    card: Notification, alice: Any, happens: Callable[[], Any], message: str
) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    happens()
    formset = NotifierFormSet(alice, data)
    assert not formset.is_valid()
    assert formset.non_form_errors()[1:] == [message]
    assert own(alice) == {}


def test_rules_that_change_while_saving_refuse_all_and_say_why(
    news: Notification, alice: Any
) -> None:
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
    assert own(alice) == {}


def test_who_may_only_look_changes_nothing(card: Notification, alice: Any) -> None:
    data = fill_in(NotifierFormSet(alice), card__email=True)
    formset = NotifierFormSet(alice, data, read_only=True)
    assert all("disabled" in str(field) for form in formset for field in form)
    assert formset.changes == []


def test_a_subclass_can_add_rules(card: Notification, alice: Any) -> None:
    class Quiet(NotifierFormSet):
        def clean(self) -> None:
            if self.changes:
                raise ValidationError("Not today.")

    formset = Quiet(alice, fill_in(Quiet(alice), card__email=True))
    assert not formset.is_valid()
    assert formset.non_form_errors() == ["Not today."]


def test_two_formsets_on_one_page_have_a_prefix_each(card: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice, prefix="mine")
    assert formset.management_form["rendered"].html_name == "mine-rendered"
    assert formset.media.render() == ""
    assert not formset.is_multipart()


def test_it_renders_itself_as_formsets_do(card: Notification, alice: Any) -> None:
    formset = NotifierFormSet(alice)
    found = inputs(str(formset))
    assert set(found.boxes) == {"card/email", "card/inbox", "card/sms"}
    assert "form-rendered" in found.data
    assert formset.initial_forms == formset.forms
    assert "total_forms=1" in repr(formset)


# Groups


def test_a_group_has_an_opinion_or_none(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    formset = GroupFormSet(reviewers)
    assert {name: formset[0][name].value() for name in formset[0].fields} == {
        "email": False,
        "inbox": None,
        "sms": True,
    }
    assert "disabled" in str(formset[0]["sms"])
    assert "Not set" in str(formset[0]["inbox"])


def test_one_save_sets_and_takes_back(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    data = fill_in(GroupFormSet(reviewers), card__email="unknown", card__inbox="false")
    formset = GroupFormSet(reviewers, data)
    assert formset.is_valid()
    assert {(c.backend, c.value) for c in formset.save()} == {("inbox", False), ("email", None)}
    assert said(reviewers) == {("card", "inbox"): False}


def test_a_save_that_is_refused_takes_nothing_back(news: Notification, reviewers: Group) -> None:
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
    assert said(reviewers) == {("card", "email"): False}


def test_a_select_that_was_not_sent_changes_nothing(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    data = fill_in(GroupFormSet(reviewers))
    del data["card/email"]
    formset = GroupFormSet(reviewers, data)
    assert formset.is_valid()
    assert formset.save() == []
    assert said(reviewers) == {("card", "email"): False}


def test_changing_a_group_answers_with_its_matrix(card: Notification, reviewers: Group) -> None:
    update_preferences("card", reviewers, {"email": False})
    changed = preferences.change_group(
        group=reviewers, preferences=[], cleared=[("card", "email"), ("card", "inbox")]
    )
    assert changed.outcomes == ()
    assert [cell.value for cell in changed.matrix.rows[0].cells] == [None, None, None]
    assert said(reviewers) == {}

"""The form and the formset as code and templates for django-notifier use them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.template import Context, Engine
from django.utils.translation import override

from notifications.errors import InvalidPreferences
from notifications.models import Backend, Notification, NotificationBackend, UserPrefs
from notifications.settings_page.forms import NotifierForm, NotifierFormSet
from tests.notifications.conftest import OFF, REQUIRED, make_notification
from tests.notifications.settings_page.form_data import inputs, submission

TEMPLATE = """
{% load attribute %}
{% if formset.forms %}
<form method="post">
  {{ formset.management_form }}
  <table>
    <tr><th></th>{% for method in formset.dm %}<th>{{ method.display_name }}</th>{% endfor %}</tr>
    {% for form in formset %}
    <tr>
      <td>{{ form.title }}</td>
      {% for method in formset.dm %}
      <td>
        {% with field=form|attr:method.name %}{% if field %}{{ field }}{% endif %}{% endwith %}
      </td>
      {% endfor %}
    </tr>
    {% endfor %}
  </table>
</form>
{% else %}
<p>Nothing can be configured.</p>
{% endif %}
"""


@pytest.fixture
def email(notification: Notification) -> Backend:
    Backend.objects.filter(name="email").update(display_name="E-mail")
    backend: Backend = Backend.objects.get(name="email")
    return backend


def rendered(formset: NotifierFormSet) -> str:
    libraries = {"attribute": "tests.notifications.from_notifier.attribute"}
    template = Engine(libraries=libraries).from_string(TEMPLATE)
    return template.render(Context({"formset": formset}))


def own(user: Any) -> dict[str, bool]:
    return dict(UserPrefs.objects.filter(user=user).values_list("backend__name", "notify"))


def posted(form: NotifierForm, **changes: Any) -> dict[str, str]:
    return submission("".join(map(str, form)), changes)


# The formset


def test_the_documented_template_renders_and_saves(
    notification: Notification, email: Backend, alice: Any
) -> None:
    page = rendered(NotifierFormSet(alice))
    assert "<th>E-mail</th><th>sms</th><th>inbox</th>" in page
    assert list(inputs(page).boxes) == [
        f"card-declined/{name}" for name in ("email", "sms", "inbox")
    ]
    formset = NotifierFormSet(alice, submission(page, {"card-declined/email": True}))
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {"email": True}


def test_the_documented_template_without_notifications(db: None, alice: Any) -> None:
    assert "Nothing can be configured." in rendered(NotifierFormSet(alice))


def test_backends_included_has_two_names(
    notification: Notification, email: Backend, alice: Any
) -> None:
    fax = Backend.objects.create(name="fax")
    formset = NotifierFormSet(alice)
    columns: Any
    for columns in (formset.backends_included, formset.dm, formset.forms[0].backends_included):
        assert email in columns
        assert formset.backends[0] in columns
        assert fax not in columns
        assert "email" not in columns
        assert [backend.name for backend in columns] == ["email", "sms", "inbox"]


def test_the_formset_takes_data_and_files_by_position(
    notification: Notification, alice: Any
) -> None:
    data = submission(rendered(NotifierFormSet(alice)), {"card-declined/sms": True})
    formset = NotifierFormSet(alice, data, {})
    assert formset.is_valid()
    formset.save()
    assert own(alice) == {"sms": True}


# One form


def test_a_form_has_a_field_for_each_enabled_backend(
    notification: Notification, email: Backend, alice: Any
) -> None:
    Backend.objects.filter(name="sms").update(enabled=False)
    form = NotifierForm(alice, notification)
    assert (form.title, form.user, form.notification) == ("card-declined", alice, notification)
    assert list(form.fields) == ["email", "inbox"]
    assert form["email"].label == "E-mail"
    included: Any = form.backends_included
    assert email in included
    assert {backend.name: value for backend, value in form.prefs_dict.items()} == {
        "email": False,
        "inbox": True,
    }


@pytest.mark.parametrize(
    ("data", "result"),
    [
        ({"email": "on", "inbox": "on"}, {"email": "created"}),
        ({"inbox": "on"}, {}),
        ({}, {"inbox": "created"}),
    ],
)
def test_a_form_saves_changed_values(
    notification: Notification, alice: Any, data: dict[str, str], result: dict[str, str]
) -> None:
    form = NotifierForm(alice, notification, data)
    assert form.is_valid()
    assert form.save() == result
    assert own(alice).keys() == result.keys()


def test_a_form_saves_only_submitted_changes(
    notification: Notification, alice: Any, email: Backend
) -> None:
    data = posted(NotifierForm(user=alice, notification=notification), sms=True)
    NotificationBackend.objects.filter(backend=email).update(default=True)
    form = NotifierForm(user=alice, notification=notification, data=data)
    assert form.is_valid()
    assert form.save() == {"sms": "created"}
    assert own(alice) == {"sms": True}


def test_a_form_takes_a_prefix(notification: Notification, alice: Any) -> None:
    data = {"card-email": "on", "card-inbox": "on"}
    form = NotifierForm(alice, notification, data, prefix="card")
    assert form.is_valid()
    assert form.save() == {"email": "created"}


def test_a_form_disables_fields_that_cannot_be_set(db: None, alice: Any) -> None:
    welcome = make_notification("welcome", inbox=REQUIRED, email=OFF)
    form = NotifierForm(alice, welcome, {})
    assert [form.fields[name].disabled for name in ("inbox", "email")] == [True, False]
    assert form.is_valid()
    assert form.save() == {}


def test_a_form_sets_nothing_without_the_permissions(
    notification: Notification, alice: Any
) -> None:
    before = NotifierForm(alice, notification, {"email": "on"})
    notification.permissions.add(Permission.objects.all()[0])
    form = NotifierForm(alice, notification, {"email": "on"})
    assert form.is_valid()
    assert form.save() == {}
    assert before.is_valid()
    with pytest.raises(InvalidPreferences):
        before.save()
    assert own(alice) == {}


@pytest.mark.parametrize("state", [{"public": False}, {"retired": True}], ids=str)
def test_a_hidden_notification_has_no_form(
    notification: Notification, alice: Any, state: dict[str, bool]
) -> None:
    hidden = make_notification("hidden", email=OFF)
    Notification.objects.filter(pk=hidden.pk).update(**state)
    hidden.refresh_from_db()
    with pytest.raises(Notification.DoesNotExist, match=r"'hidden'\. Allowed: card-declined\."):
        NotifierForm(alice, hidden)


def test_the_title_of_a_form_is_translated(notification: Notification, alice: Any) -> None:
    Notification.objects.update(display_name="password")
    notification.refresh_from_db()
    with override("de"):
        assert NotifierForm(alice, notification).title == "Passwort"

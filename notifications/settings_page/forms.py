"""Forms and formsets for the preferences of users and groups."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from notifications import preferences
from notifications.arguments import evaluate, saved
from notifications.database.routing import read_your_writes
from notifications.models import Backend, Notification, NotificationDoesNotExist
from notifications.models.querysets import Outcome
from notifications.preferences.rows import Cell, GroupCell
from notifications.preferences.validation import Preference
from notifications.settings_page.formsets import MatrixFormSet
from notifications.settings_page.rows import Columns, Value
from notifications.settings_page.submission import Change


class NotifierForm(forms.Form):
    """A user's preferences for one notification: a checkbox for each of its enabled backends.

    Fields are named after backends. A box shows the effective value, and becomes a preference only
    if the user changes it. A hidden input beside each box has the value that the page was rendered
    with. Without it, the box is compared with the effective value at the time of the POST. Raises
    `Notification.DoesNotExist` for a notification that is not public or is retired.
    """

    def __init__(
        self, user: Any, notification: Notification, data: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        self.user = user = evaluate(user)
        self.notification: Notification = saved(notification, Notification)
        notification = self.notification
        self.title = str(notification)
        if not notification.visible:
            visible = Notification.objects.filter(public=True, retired=False)
            known = visible.values_list("name", flat=True)
            raise NotificationDoesNotExist(notification.name, known=known)
        with read_your_writes():
            decided = preferences.decisions(user=user, notification=notification.pk)
        super().__init__(data, *args, **kwargs)
        for backend, decision in decided.items():
            self.fields[backend.name] = forms.BooleanField(
                label=backend.display_name,
                required=False,
                initial=decision.effective,
                disabled=not decision.settable,
                show_hidden_initial=True,
            )
        self.backends_included = Columns(decided)

    @property
    def prefs_dict(self) -> dict[Backend, bool]:
        """Current effective values, by backend. Each access takes two SQL statements."""
        return self.notification.get_user_prefs(self.user)

    def save(self) -> dict[str, str]:
        """Set the boxes that the user changed, and return the outcomes: `{"email": "created"}`.

        Raises InvalidPreferences if the rules no longer allow one of the changes. Then nothing is
        written.
        """
        name = self.notification.name
        changed = [
            Preference(name, field, self.cleaned_data[field])
            for field in self.fields
            if not self.fields[field].disabled and self.cleaned_data[field] != self._before(field)
        ]
        updated = preferences.update(user=self.user, preferences=changed, public_only=True)
        return {
            preference.backend: outcome.value.lower()
            for preference, outcome in zip(changed, updated.outcomes, strict=True)
            if outcome is not Outcome.UNCHANGED
        }

    def _before(self, field: str) -> bool:
        rendered = self.data.get(self.add_initial_prefix(field))
        value = self.fields[field].initial if rendered is None else rendered
        return bool(self.fields[field].to_python(value))


class NotifierFormSet(MatrixFormSet):
    """A user's preferences: a form for each notification that the user can set.

    A box shows the effective value, and becomes a preference only if the user changes it. Boxes of
    required cells are ticked and disabled.
    """

    def __init__(self, user: Any, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.user = user
        with read_your_writes():
            [matrix] = preferences.read(users=[user])
        super().__init__(matrix, data, files, **kwargs)

    def value(self, cell: Cell) -> bool:
        return cell.decision.effective

    def settable(self, cell: Cell) -> bool:
        return cell.decision.settable

    def submitted(self, name: str, before: Value) -> bool:  # noqa: ARG002 - browsers omit unticked boxes
        return bool(forms.CheckboxInput().value_from_datadict(self.data, self.files, name))

    def field(self, _cell: Cell, **kwargs: Any) -> forms.Field:
        return forms.BooleanField(**kwargs)

    def write(self, changed: Sequence[Change]) -> list[Change]:
        updated = preferences.update(
            user=self.user, preferences=_preferences(changed), public_only=True
        )
        return _with_effect(changed, updated.outcomes)


class PreferenceSelect(forms.NullBooleanSelect):
    """Select with the options "not set", "on" and "off"."""

    def __init__(self, attrs: Any = None) -> None:
        choices = [("unknown", _("Not set")), ("true", _("On")), ("false", _("Off"))]
        forms.Select.__init__(self, attrs, choices)


class GroupFormSet(MatrixFormSet):
    """A group's preferences: on, off or not set. Selects of required cells are disabled."""

    def __init__(self, group: Group, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.group = group
        with read_your_writes():
            [matrix] = preferences.read_groups(groups=[group])
        super().__init__(matrix, data, files, **kwargs)

    def value(self, cell: GroupCell) -> Value:
        return cell.value if cell.settable else True

    def settable(self, cell: GroupCell) -> bool:
        return cell.settable

    def submitted(self, name: str, before: Value) -> Value:
        if name not in self.data:
            return before
        return PreferenceSelect().value_from_datadict(self.data, self.files, name)

    def field(self, _cell: GroupCell, **kwargs: Any) -> forms.Field:
        return forms.NullBooleanField(widget=PreferenceSelect(), **kwargs)

    def write(self, changed: Sequence[Change]) -> list[Change]:
        updates = [change for change in changed if change.value is not None]
        resets = [change for change in changed if change.value is None]
        updated = preferences.change_group(
            group=self.group,
            preferences=_preferences(updates),
            cleared=[change.cell for change in resets],
            public_only=True,
        )
        return [*_with_effect(updates, updated.outcomes), *resets]


def _preferences(changed: Sequence[Change]) -> list[Preference]:
    return [Preference(c.notification, c.backend, bool(c.value)) for c in changed]


def _with_effect(changed: Sequence[Change], outcomes: Sequence[Outcome]) -> list[Change]:
    """Return the changes that made a difference."""
    return [
        change
        for change, outcome in zip(changed, outcomes, strict=True)
        if outcome is not Outcome.UNCHANGED
    ]

"""Preferences as forms: a form for each notification, a field for each of its backends."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from notifications import preferences
from notifications.arguments import resolved, saved
from notifications.database.routing import read_your_writes
from notifications.models import Backend, Notification, NotificationDoesNotExist
from notifications.models.querysets import Outcome
from notifications.preferences.rows import Cell, GroupCell
from notifications.preferences.validation import Preference
from notifications.settings_page.formsets import MatrixFormSet
from notifications.settings_page.submission import Change, Columns, Value


class NotifierForm(forms.Form):
    """One user's preferences of one notification: a checkbox for each of its enabled backends.

    A field is named after its backend. A box shows the effective value, and becomes a preference
    only if the person changes it: a hidden input beside each box carries the value that the page
    showed; without it, the effective value at the time of the POST counts. Raises
    Notification.DoesNotExist for a notification that is not public or is retired.
    """

    def __init__(
        self, user: Any, notification: Notification, data: Any = None, *args: Any, **kwargs: Any
    ) -> None:
        self.user = user = resolved(user)
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
        """The effective value of each backend now; two statements."""
        return self.notification.get_user_prefs(self.user)

    def save(self) -> dict[str, str]:
        """Set what the person changed and return what that changed: `{"email": "created"}`.

        Raises InvalidPreferences if the rules no longer allow one of the changes; then nothing is
        written.
        """
        name = self.notification.name
        wishes = [
            Preference(name, field, self.cleaned_data[field])
            for field in self.fields
            if not self.fields[field].disabled and self.cleaned_data[field] != self._before(field)
        ]
        updated = preferences.update(user=self.user, preferences=wishes, public_only=True)
        return {
            wish.backend: outcome.value.lower()
            for wish, outcome in zip(wishes, updated.outcomes, strict=True)
            if outcome is not Outcome.UNCHANGED
        }

    def _before(self, field: str) -> bool:
        carried = self.data.get(self.add_initial_prefix(field))
        value = self.fields[field].initial if carried is None else carried
        return bool(self.fields[field].to_python(value))


class NotifierFormSet(MatrixFormSet):
    """What one user is sent: a form for each notification that the user may set.

    A box shows what holds, whoever decided it, and becomes a preference only when the person
    changes it. What is required is ticked and disabled.
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

    def posted(self, name: str, before: Value) -> bool:  # noqa: ARG002 - a browser sends no box that is off
        return bool(forms.CheckboxInput().value_from_datadict(self.data, self.files, name))

    def field(self, _cell: Cell, **kwargs: Any) -> forms.Field:
        return forms.BooleanField(**kwargs)

    def write(self, changed: Sequence[Change]) -> list[Change]:
        wishes = _wishes(changed)
        updated = preferences.update(user=self.user, preferences=wishes, public_only=True)
        return _different(changed, updated.outcomes)


class Opinion(forms.NullBooleanSelect):
    """On, off, or nothing said."""

    def __init__(self, attrs: Any = None) -> None:
        choices = [("unknown", _("Not set")), ("true", _("On")), ("false", _("Off"))]
        forms.Select.__init__(self, attrs, choices)


class GroupFormSet(MatrixFormSet):
    """What a group says: on, off, or no opinion. What is required is disabled."""

    def __init__(self, group: Group, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        self.group = group
        with read_your_writes():
            [matrix] = preferences.read_groups(groups=[group])
        super().__init__(matrix, data, files, **kwargs)

    def value(self, cell: GroupCell) -> Value:
        return cell.value if cell.settable else True

    def settable(self, cell: GroupCell) -> bool:
        return cell.settable

    def posted(self, name: str, before: Value) -> Value:
        if name not in self.data:
            return before
        return Opinion().value_from_datadict(self.data, self.files, name)

    def field(self, _cell: GroupCell, **kwargs: Any) -> forms.Field:
        return forms.NullBooleanField(widget=Opinion(), **kwargs)

    def write(self, changed: Sequence[Change]) -> list[Change]:
        said = [change for change in changed if change.value is not None]
        taken_back = [change for change in changed if change.value is None]
        updated = preferences.change_group(
            group=self.group,
            preferences=_wishes(said),
            cleared=[(change.notification, change.backend) for change in taken_back],
            public_only=True,
        )
        return [*_different(said, updated.outcomes), *taken_back]


def _wishes(changed: Sequence[Change]) -> list[Preference]:
    return [Preference(c.notification, c.backend, bool(c.value)) for c in changed]


def _different(changed: Sequence[Change], outcomes: Sequence[Outcome]) -> list[Change]:
    return [
        change
        for change, outcome in zip(changed, outcomes, strict=True)
        if outcome is not Outcome.UNCHANGED
    ]

"""Preferences as forms: a form for each notification, a field for each of its backends."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from notifications import preferences
from notifications.formsets import MatrixFormSet
from notifications.matrix import Cell, GroupCell
from notifications.querysets import Outcome
from notifications.shown import Change, Value
from notifications.validation import Preference


class NotifierFormSet(MatrixFormSet):
    """What one user is sent: a form for each notification that the user may set.

    A box shows what holds, whoever decided it, and becomes a preference only when the person
    changes it. What is required is ticked and disabled.
    """

    def __init__(self, user: Any, data: Any = None, **kwargs: Any) -> None:
        self.user = user
        [matrix] = preferences.read(users=[user])
        super().__init__(matrix, data, **kwargs)

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
        choices = [("unknown", _("No opinion")), ("true", _("On")), ("false", _("Off"))]
        forms.Select.__init__(self, attrs, choices)


class GroupFormSet(MatrixFormSet):
    """What a group says: on, off, or no opinion. What is required is disabled."""

    def __init__(self, group: Group, data: Any = None, **kwargs: Any) -> None:
        self.group = group
        [matrix] = preferences.read_groups(groups=[group])
        super().__init__(matrix, data, **kwargs)

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

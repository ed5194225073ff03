"""A form for each notification of a matrix: the part that users' and groups' preferences share."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError
from django.forms import Field, Form, Media
from django.forms.formsets import BaseFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from notifications.configuration.entries import NotificationEntry
from notifications.errors import InvalidPreferences, Problem, ProblemCode
from notifications.preferences.matrix import GroupPreferenceMatrix, PreferenceMatrix
from notifications.preferences.rows import Cell, GroupCell, Row
from notifications.settings_page import texts
from notifications.settings_page.submission import (
    Change,
    Columns,
    Shown,
    ShownForm,
    Value,
    changes,
    dump,
    input_name,
    prefix_of,
)

C = TypeVar("C", Cell, GroupCell)


class RowForm(Form):
    """One notification: a field for each of its backends, named as the backend."""

    def __init__(self, row: Row[Any], *, fields: Mapping[str, Field], **kwargs: Any) -> None:
        self.row = row
        super().__init__(**kwargs)
        self.fields.update(fields)

    @property
    def notification(self) -> NotificationEntry:
        return self.row.notification

    @property
    def title(self) -> str:
        return self.row.notification.display_name

    @property
    def backends_included(self) -> Columns:
        return Columns(cell.backend for cell in self.row.cells)

    def add_prefix(self, field_name: str) -> str:
        return input_name(self.notification.name, field_name)


if TYPE_CHECKING:
    _FormSet = BaseFormSet[RowForm]
else:
    _FormSet = BaseFormSet


class MatrixFormSet(_FormSet, ABC):
    """Base of the formsets for preferences of a user and of a group.

    `backends` are the columns, also named `backends_included` and `dm`. Data is matched by names of
    notifications and backends, and compared with the values that the page showed: only what the
    person changed is written.
    """

    form = RowForm
    can_order = can_delete = False
    renderer = None
    error_messages: dict[str, Any]
    default_error_messages: ClassVar[dict[str, Any]] = {
        "incomplete": _(
            "The form was incomplete. Nothing was saved. Reload the page and try again."
        ),
        "refused": _("Nothing was saved. Review your other changes below and save again."),
    }

    def __init__(
        self,
        matrix: PreferenceMatrix | GroupPreferenceMatrix,
        data: Any = None,
        files: Any = None,
        *,
        read_only: bool = False,
        **kwargs: Any,
    ) -> None:
        self.matrix = matrix
        self.backends = Columns(matrix.backends)
        self.backends_included = self.dm = self.backends
        self.read_only = read_only
        super().__init__(data, files, **kwargs)
        self._now = {
            row.notification.name: Shown(
                row.notification.display_name,
                {c.backend.name: self.value(c) for c in row.cells if self.settable(c)},
            )
            for row in matrix.rows
        }

    @abstractmethod
    def value(self, cell: Any) -> Value:
        """Return what the box of a cell shows."""

    @abstractmethod
    def settable(self, cell: Any) -> bool: ...

    @abstractmethod
    def posted(self, name: str, before: Value) -> Value:
        """Return what was posted for an input that said `before`."""

    @abstractmethod
    def field(self, _cell: Any, **kwargs: Any) -> Field: ...

    @abstractmethod
    def write(self, changed: Sequence[Change]) -> Sequence[Change]:
        """Hand the changes to a verb, and return those that made a difference."""

    def save(self) -> list[Change]:
        """Write what the person changed and return what that changed, as one transaction.

        Raises InvalidPreferences where the rules forbid one of the changes by now; then nothing is
        written, and `non_form_errors` says why.
        """
        try:
            return list(self.write(self.changes))
        except InvalidPreferences as error:
            self._refuse([(problem.code, self._blamed(problem)) for problem in error.problems])
            raise

    def _blamed(self, problem: Problem) -> Change:
        cell = (problem.notification, problem.backend)
        return next(c for c in self.changes if (c.notification, c.backend) == cell)

    @cached_property
    def changes(self) -> list[Change]:
        """What the person changed, whether or not it can be set."""
        if not self.is_bound or self._was is None or self.read_only:
            return []
        columns = {backend.name: backend.display_name for backend in self.backends}
        return changes(self._was, self.posted, columns)

    @cached_property
    def _was(self) -> dict[str, Shown] | None:
        """What was on screen; None where the browser does not say."""
        form = ShownForm(self.data, prefix=self.prefix)
        return form.cleaned_data["shown"] if form.is_valid() else None

    @cached_property
    def _kept(self) -> dict[tuple[str, str], Change]:
        """The changes of cells that there still are."""
        return {
            (change.notification, change.backend): change
            for change in self.changes
            if change.backend in getattr(self._now.get(change.notification), "cells", ())
        }

    @cached_property
    def management_form(self) -> ShownForm:  # type: ignore[override]
        """Tells what is on screen: the present, and for a change that was not saved the past."""
        shown = {
            name: Shown(entry.title, {b: self._before(name, b) for b in entry.cells})
            for name, entry in self._now.items()
        }
        return ShownForm(initial={"shown": dump(shown)}, prefix=self.prefix, auto_id=False)

    def _before(self, notification: str, backend: str) -> Value:
        if (notification, backend) in self._kept and self._was:
            return self._was[notification].cells[backend]
        return self._now[notification].cells[backend]

    @cached_property
    def forms(self) -> list[RowForm]:
        return [self._row_form(row) for row in self.matrix.rows]

    def _row_form(self, row: Row[Any]) -> RowForm:
        name, data = row.notification.name, {}
        for backend in self._now[name].cells:
            change = self._kept.get((name, backend))
            value = change.value if change else self._now[name].cells[backend]
            data[input_name(name, backend)] = value
        return self.form(
            row,
            fields={cell.backend.name: self._cell_field(cell) for cell in row.cells},
            prefix=prefix_of(name),
            data=data if self.is_bound else None,
            auto_id=self.auto_id,
            error_class=self.error_class,
            use_required_attribute=False,
            **self.form_kwargs,
        )

    def _cell_field(self, cell: Cell | GroupCell) -> Field:
        notification, backend = cell.notification, cell.backend
        settable = self.settable(cell)
        initial = self._before(notification.name, backend.name) if settable else self.value(cell)
        field = self.field(
            cell,
            label=backend.display_name,
            required=False,
            initial=initial,
            disabled=self.read_only or not settable,
        )
        name = _("%(notification)s: %(backend)s") % {
            "notification": notification.display_name,
            "backend": backend.display_name,
        }
        field.widget.attrs["aria-label"] = name
        field.cell = cell  # type: ignore[attr-defined]
        return field

    @property
    def sections(self) -> Iterator[tuple[str, list[RowForm]]]:
        """The forms by category, in the order in which the catalogue first names each."""
        found: dict[str, list[RowForm]] = {}
        for form in self.forms:
            found.setdefault(form.notification.category, []).append(form)
        return iter(found.items())

    def total_form_count(self) -> int:
        return len(self.matrix.rows)

    def initial_form_count(self) -> int:
        return len(self.matrix.rows)

    def is_multipart(self) -> bool:
        return False

    @property
    def media(self) -> Media:
        return Media()

    def full_clean(self) -> None:
        self._errors = [form.errors for form in self.forms] if self.is_bound else []
        self._non_form_errors = self.error_class(error_class="nonform", renderer=self.renderer)
        if self.is_bound and self._was is None:
            self._non_form_errors.append(self.error_messages["incomplete"])
        lost = [c for c in self.changes if (c.notification, c.backend) not in self._kept]
        self._refuse([(self._why_lost(change), change) for change in lost])
        try:
            self.clean()
        except ValidationError as error:
            self._non_form_errors.extend(error.error_list)

    def _why_lost(self, change: Change) -> ProblemCode:
        row = self.matrix.row(change.notification)
        if row is None:
            return ProblemCode.UNKNOWN_NOTIFICATION
        if any(cell.backend.name == change.backend for cell in row.cells):
            return ProblemCode.REQUIRED
        return ProblemCode.BACKEND_NOT_ALLOWED

    def _refuse(self, problems: Sequence[tuple[ProblemCode, Change]]) -> None:
        sentences = dict.fromkeys(texts.problem(code, change) for code, change in problems)
        if sentences:
            self.non_form_errors().extend([self.error_messages["refused"], *sentences])

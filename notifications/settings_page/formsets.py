"""Base of the formsets for the preferences of users and of groups."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import ValidationError
from django.forms import Field, Media
from django.forms.formsets import BaseFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from notifications.errors import InvalidPreferences, Problem, ProblemCode
from notifications.preferences.matrix import GroupPreferenceMatrix, PreferenceMatrix
from notifications.preferences.rows import Cell, GroupCell, Row
from notifications.settings_page import texts
from notifications.settings_page.rows import (
    Columns,
    RowForm,
    Value,
    attach,
    input_name,
    row_prefix,
    sections,
)
from notifications.settings_page.submission import (
    Change,
    ManagementForm,
    RenderedRow,
    changes,
    dump,
)

if TYPE_CHECKING:
    _FormSet = BaseFormSet[RowForm]
else:
    _FormSet = BaseFormSet


class MatrixFormSet(_FormSet, ABC):
    """A form for each notification of a matrix.

    `backends` are the columns, also named `backends_included` and `dm`. Submitted data is matched
    by the names of notifications and backends, and compared with the values that the page was
    rendered with: only cells that the user changed are written.
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
        self._current = {
            row.notification.name: RenderedRow(
                row.notification.display_name,
                {c.backend.name: self.value(c) for c in row.cells if self.settable(c)},
            )
            for row in matrix.rows
        }

    @abstractmethod
    def value(self, cell: Any) -> Value:
        """Return the current value of a cell's input."""

    @abstractmethod
    def settable(self, cell: Any) -> bool: ...

    @abstractmethod
    def submitted(self, name: str, before: Value) -> Value:
        """Return the submitted value of an input that was rendered with `before`."""

    @abstractmethod
    def field(self, _cell: Any, **kwargs: Any) -> Field: ...

    @abstractmethod
    def write(self, changed: Sequence[Change]) -> Sequence[Change]:
        """Write changes, and return those that made a difference."""

    def save(self) -> list[Change]:
        """Write the cells that the user changed, in one transaction, and return the changes.

        Raises InvalidPreferences if the rules no longer allow one of the changes. Then nothing is
        written, and `non_form_errors` has the reasons.
        """
        try:
            return list(self.write(self.changes))
        except InvalidPreferences as error:
            self._refuse([(problem.code, self._change(problem)) for problem in error.problems])
            raise

    def _change(self, problem: Problem) -> Change:
        cell = (problem.notification, problem.backend)
        return next(change for change in self.changes if change.cell == cell)

    @cached_property
    def changes(self) -> list[Change]:
        """Cells that the user changed, including those that can no longer be set."""
        if not self.is_bound or self._rendered is None or self.read_only:
            return []
        columns = {backend.name: backend.display_name for backend in self.backends}
        return changes(self._rendered, self.submitted, columns)

    @cached_property
    def _rendered(self) -> dict[str, RenderedRow] | None:
        """Rows that the submitted page was rendered with. None if the data lacks them."""
        form = ManagementForm(self.data, prefix=self.prefix)
        return form.cleaned_data["rendered"] if form.is_valid() else None

    @cached_property
    def _kept(self) -> dict[tuple[str, str], Change]:
        """Changes of cells that still exist, by cell."""
        return {
            change.cell: change
            for change in self.changes
            if change.backend in getattr(self._current.get(change.notification), "cells", ())
        }

    @cached_property
    def management_form(self) -> ManagementForm:  # type: ignore[override]
        """Current rows. Unsaved changes keep their former values, so that they stay changes."""
        rows = {
            name: RenderedRow(row.title, {b: self._before(name, b) for b in row.cells})
            for name, row in self._current.items()
        }
        return ManagementForm(initial={"rendered": dump(rows)}, prefix=self.prefix, auto_id=False)

    def _before(self, notification: str, backend: str) -> Value:
        if (notification, backend) in self._kept and self._rendered:
            return self._rendered[notification].cells[backend]
        return self._current[notification].cells[backend]

    @cached_property
    def forms(self) -> list[RowForm]:
        return [self._row_form(row) for row in self.matrix.rows]

    def _row_form(self, row: Row[Any]) -> RowForm:
        name, data = row.notification.name, {}
        for backend, value in self._current[name].cells.items():
            change = self._kept.get((name, backend))
            data[input_name(name, backend)] = change.value if change else value
        return self.form(
            row,
            fields={cell.backend.name: self._cell_field(cell) for cell in row.cells},
            prefix=row_prefix(name),
            data=data if self.is_bound else None,
            auto_id=self.auto_id,
            error_class=self.error_class,
            use_required_attribute=False,
            **self.form_kwargs,
        )

    def _cell_field(self, cell: Cell | GroupCell) -> Field:
        settable = self.settable(cell)
        names = (cell.notification.name, cell.backend.name)
        field = self.field(
            cell,
            label=cell.backend.display_name,
            required=False,
            initial=self._before(*names) if settable else self.value(cell),
            disabled=self.read_only or not settable,
        )
        return attach(field, cell)

    @property
    def sections(self) -> Iterator[tuple[str, list[RowForm]]]:
        """The forms of each category, ordered by the first notification of the category."""
        return sections(self.forms)

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
        if self.is_bound and self._rendered is None:
            self._non_form_errors.append(self.error_messages["incomplete"])
        lost = [change for change in self.changes if change.cell not in self._kept]
        self._refuse([(self._problem(change), change) for change in lost])
        try:
            self.clean()
        except ValidationError as error:
            self._non_form_errors.extend(error.error_list)

    def _problem(self, change: Change) -> ProblemCode:
        """Return the reason why a cell can no longer be set."""
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

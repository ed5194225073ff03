"""Declarations of backends and notifications, whose changes the next sync would undo."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from notifications import catalogue
from notifications.admin.base import PrimaryDatabaseAdmin
from notifications.errors import InvalidCatalogue


@dataclass(frozen=True, slots=True)
class Declaration:
    """Declaration of one row.

    `location` is its file or module and line, or empty if no code declares the row. `owned` is
    false for a row that `create_notification` declares, which administrators may change. `file`
    was loaded by `load_catalogue`. `mistakes` are those of a catalogue that cannot be read.
    """

    location: str = ""
    owned: bool = False
    file: str = ""
    mistakes: tuple[str, ...] = ()

    def note(self) -> str:
        """Return a sentence for the form, as HTML, or an empty text."""
        if self.mistakes:
            text = _(
                "The catalogue cannot be read. A declaration may overwrite your changes: {reason}"
            )
            return format_html(text, reason=" ".join(self.mistakes))
        if self.owned:
            text = _("Declared in {place}. Change read-only fields there.")
            return format_html(text, place=self.location)
        if self.file:
            text = _("Loaded from {file}. Loading it again overwrites your changes.")
            return format_html(text, file=self.file)
        return ""


class DeclaredAdmin(PrimaryDatabaseAdmin):
    """Admin of a model whose rows a catalogue may declare. `kind` is the field of Catalogue."""

    kind: str

    def declare(self, rows: Iterable[Any]) -> None:
        """Set `declaration` of all rows. Reads the catalogue once."""
        try:
            found = catalogue.declared()
            defined = found.definitions if self.kind == "notifications" else ()
            declarations = {each.name: Declaration(each.location) for each in defined}
            for spec in getattr(found, self.kind):
                declarations[spec.name] = Declaration(spec.location, owned=True)
            unknown = Declaration()
        except InvalidCatalogue as error:
            declarations, unknown = {}, Declaration(mistakes=error.mistakes)
        for row in rows:
            row.declaration = declarations.get(row.name) or self._loaded(row) or unknown

    def _loaded(self, row: Any) -> Declaration | None:
        """Return the declaration in a file that `load_catalogue` has loaded, if there is one."""
        file = getattr(row, "catalogue", "")
        is_file = file not in {"", catalogue.PROJECT} and not row.retired
        return Declaration(file=file) if is_file else None

    def declaration(self, row: Any) -> Declaration:
        if not hasattr(row, "declaration"):
            self.declare([row])
        declaration: Declaration = row.declaration
        return declaration

    def note(self, row: Any) -> str:
        """Return the note above the fields of the row, as HTML."""
        return self.declaration(row).note()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add the note on the declaration above the fields."""
        (title, options), *others = super().get_fieldsets(request, obj)
        note = self.note(obj) if obj else ""
        return [(title, {**options, "description": note}), *others]

"""Whether code owns a row of the catalogue: the next sync would undo what is changed here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from notifications import catalogue
from notifications.admin.base import ModelAdmin
from notifications.errors import InvalidCatalogue


@dataclass(frozen=True, slots=True)
class Declaration:
    """`place` is where the row is declared, empty if nowhere; `mistakes`: why nobody can tell."""

    place: str = ""
    mistakes: tuple[str, ...] = ()

    def note(self) -> str:
        """Return a sentence for the form, as HTML, empty where there is nothing to say."""
        if self.mistakes:
            text = _(
                "The catalogue cannot be read, so that a declaration may undo what you change"
                " here: {reason}"
            )
            return format_html(text, reason=" ".join(self.mistakes))
        if self.place:
            text = _("Declared in {place}: change there what cannot be changed here.")
            return format_html(text, place=self.place)
        return ""


class DeclaredAdmin(ModelAdmin):
    """For models whose rows a catalogue may declare; `kind` names them in a Catalogue."""

    kind: str

    def declare(self, rows: Iterable[Any]) -> None:
        """Tell the rows their declarations, so that the catalogue is read only once a request."""
        try:
            specs = getattr(catalogue.declared(), self.kind)
            declarations = {spec.name: Declaration(spec.place) for spec in specs}
            unknown = Declaration()
        except InvalidCatalogue as error:
            declarations, unknown = {}, Declaration(mistakes=error.mistakes)
        for row in rows:
            row.declaration = declarations.get(row.name, unknown)

    def declaration(self, row: Any) -> Declaration:
        if not hasattr(row, "declaration"):
            self.declare([row])
        declaration: Declaration = row.declaration
        return declaration

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Say above the fields where they are declared."""
        (title, options), *others = super().get_fieldsets(request, obj)
        note = self.declaration(obj).note() if obj else ""
        return [(title, {**options, "description": note}), *others]

"""Abstract models and the names of related rows."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications import texts
from notifications.errors import InvalidBackend, InvalidNotification


class Timestamped(models.Model):
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


class Described(Timestamped):
    """Row with texts that are checked whenever it is validated or saved."""

    texts: ClassVar[tuple[str, ...]]
    invalid: ClassVar[type[InvalidBackend | InvalidNotification]]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row. Raises InvalidBackend or InvalidNotification with every mistake."""
        fields = {field: getattr(self, field) for field in self.texts}
        if mistakes := list(texts.mistakes(fields)):
            raise self.invalid(fields["name"], mistakes)
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        """Add the mistakes in texts to those of Django's own validation."""
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict({})
        for field in set(self.texts).difference(exclude or (), errors):
            for mistake in texts.mistakes({field: getattr(self, field)}):
                reason = mistake.partition(" ")[2]
                errors[field] = [ValidationError(f"{reason[:1].upper()}{reason[1:]}")]
        if errors:
            raise ValidationError(errors)


def names(row: models.Model, *fields: str) -> list[str]:
    """Return the names of the related rows that are loaded, and the keys of the others.

    A list of many rows, such as the admin's of all that is deleted with a user, then takes no
    statement for each of them.
    """
    found = []
    for name in fields:
        field: Any = row._meta.get_field(name)
        loaded = field.is_cached(row)
        key = getattr(row, field.attname)
        found.append(str(getattr(row, name)) if loaded else f"{field.verbose_name} {key}")
    return found

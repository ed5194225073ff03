from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Timestamped(models.Model):
    created = models.DateTimeField(_("created"), auto_now_add=True)
    updated = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


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

"""Deletions in the admin: rows that belong to others go with them, and are counted, not listed."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import model_ngettext
from django.db.models import CASCADE, PROTECT, QuerySet
from django.http import HttpRequest

from notifications.admin.base import ModelAdmin
from notifications.models import Notification, NotificationBackend

_NAMES: dict[Any, Any] = {NotificationBackend: Notification}


class DependentAdmin(ModelAdmin):
    """Rows that are deleted with the user, the group or the notification that they belong to.

    Django asks the admin of each row for permission, on the page of what is deleted. The permission
    to delete that is enough: otherwise, nobody who was ever sent anything could be deleted.
    """

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.goes_along(request, obj) or super().has_delete_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load what rows are named after."""
        related: Any = self.list_select_related
        return super().get_queryset(request).select_related(*related)

    def goes_along(self, request: HttpRequest, obj: Any) -> bool:
        """Return whether the row is part of a deletion on the page of another model."""
        match = request.resolver_match
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        return obj is not None and match is not None and not str(match.url_name).startswith(own)


def going_along(rows: Sequence[Any]) -> dict[str, int]:
    """Return how many rows are deleted with these, themselves included, by plural names."""
    opts = rows[0]._meta
    return {str(opts.verbose_name_plural): len(rows)} | {
        str(model._meta.verbose_name_plural): count
        for model, count in _counts(rows, CASCADE).items()
    }


def protecting(row: Any) -> list[str]:
    """Return the rows that keep this one from being deleted, such as '3 deliveries'."""
    return [
        f"{count} {model_ngettext(_NAMES.get(model, model)._meta, count)}"
        for model, count in _counts([row], PROTECT).items()
    ]


def _counts(rows: Sequence[Any], on_delete: Any) -> dict[Any, int]:
    found = {
        relation.related_model: relation.related_model._base_manager.filter(
            **{f"{relation.field.name}__in": [row.pk for row in rows]}
        ).count()
        for relation in rows[0]._meta.related_objects
        if getattr(relation, "on_delete", None) is on_delete
    }
    return {model: count for model, count in found.items() if count}

"""Deletions in the admin, with dependent rows. They are counted instead of listed."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.utils import model_ngettext
from django.db.models import CASCADE, PROTECT, QuerySet
from django.http import HttpRequest

from notifications.admin.base import PrimaryDatabaseAdmin
from notifications.models import Notification, NotificationBackend

_NAMES: dict[Any, Any] = {NotificationBackend: Notification}


class DependentAdmin(PrimaryDatabaseAdmin):
    """Admin of rows that are deleted with their user, group or notification.

    When one of these is deleted, Django checks the permission to delete each dependent row. Here
    the permission to delete the owner is sufficient. Otherwise, administrators could not delete
    users who have deliveries, which cannot be deleted on their own.
    """

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_cascade(request, obj) or super().has_delete_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Load the related rows that names of rows consist of."""
        related: Any = self.list_select_related
        return super().get_queryset(request).select_related(*related)

    def is_cascade(self, request: HttpRequest, obj: Any) -> bool:
        """Return True if the row is deleted along with a row of another model."""
        match = request.resolver_match
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        return obj is not None and match is not None and not str(match.url_name).startswith(own)


def cascade_counts(rows: Sequence[Any]) -> dict[str, int]:
    """Return the numbers of deleted rows, these and dependent ones, by plural names."""
    opts = rows[0]._meta
    return {str(opts.verbose_name_plural): len(rows)} | {
        str(model._meta.verbose_name_plural): count
        for model, count in _counts(rows, CASCADE).items()
    }


def protected_by(row: Any) -> list[str]:
    """Return the numbers of rows that prevent the deletion of this one, such as '3 deliveries'."""
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

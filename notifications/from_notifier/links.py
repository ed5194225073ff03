"""Permissions and backends of notifications."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission

from notifications.from_notifier import tables
from notifications.from_notifier.report import Report
from notifications.models import Backend, Notification, NotificationBackend
from notifications.permissions import dotted


@dataclass(frozen=True, slots=True)
class Links:
    """A many-to-many table of notifications. `targets` maps keys there to (key, name) here."""

    kind: str
    table: str
    column: str
    model: Any
    targets: Mapping[int, tuple[Any, str]]

    def pairs(self, using: str) -> set[tuple[Any, Any]]:
        rows = self.model._base_manager.using(using)
        return set(rows.values_list("notification_id", self.column))


def import_permissions(report: Report, kept: Collection[str], *, using: str) -> None:
    """Require the permissions that imported notifications require there."""
    rows = Permission.objects.using(using).select_related("content_type")
    targets = {permission.pk: (permission.pk, dotted(permission)) for permission in rows}
    through = Notification.permissions.through
    links = Links("permissions", tables.PERMISSIONS, "permission_id", through, targets)
    _import(links, report, kept, using=using)


def import_cells(report: Report, kept: Collection[str], *, using: str) -> None:
    """Allow the backends that imported notifications have there."""
    here = dict(Backend.objects.using(using).values_list("name", "pk"))
    names = tables.names(tables.BACKENDS, using=using)
    targets = {key: (here[name], name) for key, name in names.items() if name in here}
    links = Links("allowed backends", tables.CELLS, "backend_id", NotificationBackend, targets)
    _import(links, report, kept, using=using)


def _import(links: Links, report: Report, kept: Collection[str], *, using: str) -> None:
    """Create the missing links, but not of notifications that existed here before the import."""
    counts, pairs = report.of(links.kind), links.pairs(using)
    here = dict(Notification.objects.using(using).values_list("name", "pk"))
    names = tables.names(tables.NOTIFICATIONS, using=using)
    new, done = [], []
    for key, notification, target in tables.read(
        links.table, ("id", "notification_id", links.column), using=using
    ):
        name = names.get(notification)
        if name not in here or target not in links.targets:
            missing = "notification" if name not in here else links.column.removesuffix("_id")
            report.leave(links.kind, key, f"its {missing} does not exist here.")
            continue
        done.append(key)
        pair = (here[name], links.targets[target][0])
        if pair not in pairs and name not in kept:
            counts.imported += 1
            new.append(
                links.model(**dict(zip(("notification_id", links.column), pair, strict=True)))
            )
            continue
        counts.kept += 1
        if pair not in pairs:
            report.notes.append(
                f"Notification {name!r} has {links.targets[target][1]!r} among its {links.kind} in"
                " django-notifier and not here. It was not changed."
            )
    links.model._base_manager.using(using).bulk_create(new, batch_size=1_000)
    tables.mark(links.table, done, using=using)

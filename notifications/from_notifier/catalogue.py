"""Import of backends and notifications, with their permissions and allowed backends.

Missing rows are created; existing rows stay unchanged.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission

from notifications import texts
from notifications.from_notifier import tables
from notifications.from_notifier.report import Report
from notifications.models import Backend, Notification, NotificationBackend
from notifications.permissions import dotted

CLASSES = {"notifier.backends.EmailBackend": "notifications.backends.EmailBackend"}
"""Classes of this app that replace classes of django-notifier."""


def import_backends(report: Report, *, using: str) -> None:
    """Create the missing backends. A backend that is disabled in django-notifier is disabled."""
    counts, rows = report.of("backends"), Backend.objects.using(using)
    existing = dict(rows.values_list("name", "enabled"))
    fields = ("id", "name", "enabled", "klass", "display_name", "description")
    done = []
    for key, name, enabled, klass, *display in tables.read(tables.BACKENDS, fields, using=using):
        if mistake := _mistake(name):
            report.skip("backends", key, mistake)
            continue
        done.append(key)
        if name not in existing:
            counts.imported += 1
            values = dict(zip(fields[4:], display, strict=True))
            values = _storable(f"Backend {name!r}", values, report)
            values["klass"] = CLASSES.get(klass, klass)
            # all backends of django-notifier come from its setting
            row = rows.create(name=name, enabled=bool(enabled), listed=True, **values)
            report.notes += [row.problem] if row.problem else []
            continue
        counts.kept += 1
        if existing[name] and not enabled:
            rows.filter(name=name).update(enabled=False)
            report.notes.append(f"Backend {name!r} is now disabled, as in django-notifier.")
    tables.mark(tables.BACKENDS, done, using=using)


def import_notifications(report: Report, *, using: str) -> set[str]:
    """Create the missing notifications; return the names of those that existed before."""
    counts, rows = report.of("notifications"), Notification.objects.using(using)
    existing = {row.name: row for row in rows}
    fields = ("id", "name", "display_name", "public")
    kept, done = set(), []
    for key, name, display_name, public in tables.read(tables.NOTIFICATIONS, fields, using=using):
        if mistake := _mistake(name):
            report.skip("notifications", key, mistake)
            continue
        done.append(key)
        if name not in existing:
            counts.imported += 1
            display = _storable(f"Notification {name!r}", {"display_name": display_name}, report)
            rows.create(name=name, public=bool(public), **display)
            continue
        counts.kept += 1
        kept.add(name)
        imported = {"display_name": (display_name or "").strip(), "public": bool(public)}
        report.notes += _differences(existing[name], imported)
    tables.mark(tables.NOTIFICATIONS, done, using=using)
    return kept


def _differences(row: Notification, imported: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each field that has another value in django-notifier."""
    for field, value in imported.items():
        if getattr(row, field) != value:
            yield (
                f"Notification {row.name!r} has {field}={getattr(row, field)!r} in this app and"
                f" {field}={value!r} in django-notifier. It was not changed."
            )


def _mistake(name: str) -> str:
    """Return the reason why a name is not allowed; empty for an allowed name."""
    if not name:
        return "its name is empty."
    return " ".join(f"its {mistake}" for mistake in texts.mistakes({"name": name}))


def _storable(name: str, fields: dict[str, Any], report: Report) -> dict[str, str]:
    """Return the texts. A text that is not allowed becomes empty and adds a note."""
    stripped = {field: (value or "").strip() for field, value in fields.items()}
    for field, value in stripped.items():
        for mistake in texts.mistakes({field: value}):
            stripped[field] = ""
            report.notes.append(f"{name}: its {mistake} It was left empty.")
    return stripped


@dataclass(frozen=True, slots=True)
class Links:
    """A many-to-many table of notifications in django-notifier.

    `targets` maps its keys to (key, name) in this app.
    """

    kind: str
    table: str
    column: str
    model: Any
    targets: Mapping[int, tuple[Any, str]]

    def pairs(self, using: str) -> set[tuple[Any, Any]]:
        rows = self.model._base_manager.using(using)
        return set(rows.values_list("notification_id", self.column))


def import_permissions(report: Report, kept: Collection[str], *, using: str) -> None:
    """Add the required permissions of imported notifications."""
    rows = Permission.objects.using(using).select_related("content_type")
    targets = {permission.pk: (permission.pk, dotted(permission)) for permission in rows}
    through = Notification.permissions.through
    links = Links("permissions", tables.PERMISSIONS, "permission_id", through, targets)
    _import(links, report, kept, using=using)


def import_cells(report: Report, kept: Collection[str], *, using: str) -> None:
    """Add the allowed backends of imported notifications."""
    existing = dict(Backend.objects.using(using).values_list("name", "pk"))
    names = tables.names(tables.BACKENDS, using=using)
    targets = {key: (existing[name], name) for key, name in names.items() if name in existing}
    links = Links("allowed backends", tables.CELLS, "backend_id", NotificationBackend, targets)
    _import(links, report, kept, using=using)


def _import(links: Links, report: Report, kept: Collection[str], *, using: str) -> None:
    """Create the missing links, except for notifications that existed before the import."""
    counts, pairs = report.of(links.kind), links.pairs(using)
    existing = dict(Notification.objects.using(using).values_list("name", "pk"))
    names = tables.names(tables.NOTIFICATIONS, using=using)
    new, done = [], []
    for key, notification, target in tables.read(
        links.table, ("id", "notification_id", links.column), using=using
    ):
        name = names.get(notification)
        if name not in existing or target not in links.targets:
            missing = "notification" if name not in existing else links.column.removesuffix("_id")
            report.skip(links.kind, key, f"its {missing} does not exist in this app.")
            continue
        done.append(key)
        pair = (existing[name], links.targets[target][0])
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
                " django-notifier and not in this app. It was not changed."
            )
    links.model._base_manager.using(using).bulk_create(new, batch_size=1_000)
    tables.mark(links.table, done, using=using)

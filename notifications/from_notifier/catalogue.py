"""Backends and notifications: those that are missing here are created, others stay as they are."""

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
"""Classes of django-notifier that have a counterpart here."""


def import_backends(report: Report, *, using: str) -> None:
    """Create the missing backends. One that is disabled there is disabled here, too."""
    counts, rows = report.of("backends"), Backend.objects.using(using)
    here = dict(rows.values_list("name", "enabled"))
    fields = ("id", "name", "enabled", "klass", "display_name", "description")
    done = []
    for key, name, enabled, klass, *described in tables.read(tables.BACKENDS, fields, using=using):
        if mistake := _mistake(name):
            report.leave("backends", key, mistake)
            continue
        done.append(key)
        if name not in here:
            counts.imported += 1
            display = dict(zip(fields[4:], described, strict=True))
            display = _storable(f"Backend {name!r}", display, report)
            display["klass"] = CLASSES.get(klass, klass)
            # all backends of django-notifier come from its setting
            row = rows.create(name=name, enabled=bool(enabled), listed=True, **display)
            report.notes += [row.problem] if row.problem else []
            continue
        counts.kept += 1
        if here[name] and not enabled:
            rows.filter(name=name).update(enabled=False)
            report.notes.append(f"Backend {name!r} is now disabled, as in django-notifier.")
    tables.mark(tables.BACKENDS, done, using=using)


def import_notifications(report: Report, *, using: str) -> set[str]:
    """Create the missing notifications; return the names of those that existed here before."""
    counts, rows = report.of("notifications"), Notification.objects.using(using)
    here = {row.name: row for row in rows}
    fields = ("id", "name", "display_name", "public")
    kept, done = set(), []
    for key, name, display_name, public in tables.read(tables.NOTIFICATIONS, fields, using=using):
        if mistake := _mistake(name):
            report.leave("notifications", key, mistake)
            continue
        done.append(key)
        if name not in here:
            counts.imported += 1
            display = _storable(f"Notification {name!r}", {"display_name": display_name}, report)
            rows.create(name=name, public=bool(public), **display)
            continue
        counts.kept += 1
        kept.add(name)
        theirs = {"display_name": (display_name or "").strip(), "public": bool(public)}
        report.notes += _differences(here[name], theirs)
    tables.mark(tables.NOTIFICATIONS, done, using=using)
    return kept


def _differences(row: Notification, theirs: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each field that has another value in django-notifier."""
    for field, value in theirs.items():
        if getattr(row, field) != value:
            yield (
                f"Notification {row.name!r} has {field}={getattr(row, field)!r} here and"
                f" {field}={value!r} in django-notifier. It was not changed."
            )


def _mistake(name: str) -> str:
    """Return the reason why a name is not allowed here; empty if it is."""
    if not name:
        return "its name is empty."
    return " ".join(f"its {mistake}" for mistake in texts.mistakes({"name": name}))


def _storable(what: str, fields: dict[str, Any], report: Report) -> dict[str, str]:
    """Return the texts; those that are not allowed here are empty, with a note."""
    stripped = {field: (value or "").strip() for field, value in fields.items()}
    for field, value in stripped.items():
        for mistake in texts.mistakes({field: value}):
            stripped[field] = ""
            report.notes.append(f"{what}: its {mistake} It is empty here.")
    return stripped


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

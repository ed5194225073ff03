"""Synchronization of the database with a catalogue, and a report of what that changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Prefetch

from notifications.catalogue.definitions import write
from notifications.catalogue.renaming import rename
from notifications.catalogue.report import Report, assign, difference
from notifications.catalogue.specs import BackendSpec, Catalogue, NotificationSpec
from notifications.catalogue.validation import check, check_definitions
from notifications.database.routing import for_write, writing
from notifications.models import UNORDERED, Backend, Notification, NotificationBackend
from notifications.permissions import dotted


def sync(catalogue: Catalogue, *, dry_run: bool = False) -> Report:
    """Write the catalogue in one transaction and return the changes. `dry_run` rolls it back.

    A catalogue owns all fields of its notifications, and the texts and classes of its backends;
    `enabled` belongs to administrators. Notifications that came from the source of this catalogue
    and are no longer in it are retired, other notifications are unchanged; both are reported and
    kept, with their preferences. Raises InvalidCatalogue with every mistake.
    """
    report = Report()
    with writing() as using:
        permissions = check(catalogue)
        backends = {backend.name: backend for backend in Backend.objects.all()}
        for spec in catalogue.backends:
            backends[spec.name] = _write_backend(spec, backends.get(spec.name), report)
        check_definitions(catalogue, backends)
        notifications = _notifications()
        for declared in catalogue.notifications:
            renamed = rename(declared, notifications)
            existing = notifications.get(declared.name)
            row, changed = _write_notification(
                existing, declared, backends, permissions[declared.name]
            )
            report.note(
                f"notification {declared.name}",
                created=existing is None,
                differences=[*renamed, *changed],
            )
            _set_source(row, catalogue.source)
        _write_definitions(catalogue, report)
        _retire(catalogue, report, backends, notifications)
        _set_positions(Backend, [spec.name for spec in catalogue.backends])
        _set_positions(Notification, [spec.name for spec in catalogue.notifications])
        if dry_run:
            transaction.set_rollback(True, using=using)
    return report


def _notifications() -> dict[str, Notification]:
    """Return all notifications by name, with their permissions and cells."""
    permissions = Permission.objects.using(for_write()).select_related("content_type")
    cells = NotificationBackend.objects.select_related("backend")
    rows = Notification.objects.prefetch_related(
        Prefetch("permissions", permissions), Prefetch("cells", cells)
    )
    return {row.name: row for row in rows}


def _write_definitions(catalogue: Catalogue, report: Report) -> None:
    """Write the definitions of modules, in the order of their declaration."""
    for definition in catalogue.definitions:
        row, created, differences = write(definition)
        report.note(f"notification {row.name}", created=created, differences=differences)


def _set_source(row: Notification, source: str) -> None:
    """Set the source that declares the row."""
    owned = {"catalogue": source, "retired": False, "declared": None}
    if assign(row, owned if source else {**owned, "catalogue": row.catalogue}):
        row.save(using=for_write(), update_fields=[*owned, "updated"])


def _retire(
    catalogue: Catalogue,
    report: Report,
    backends: Mapping[str, Backend],
    notifications: Mapping[str, Notification],
) -> None:
    """Report the rows that are not in the catalogue; retire those that came from its source."""
    named = {spec.name for spec in catalogue.backends}
    gone = [f"backend {name}" for name in backends if name not in named]
    named = {spec.name for spec in catalogue.notifications}
    named |= {definition.name for definition in catalogue.definitions}
    left = [row for name, row in notifications.items() if name not in named]
    gone += [f"notification {row.name}" for row in left]
    report.kept += [f"{row}: not in this catalogue; kept" for row in gone]
    if catalogue.source:
        ours = [row.pk for row in left if row.catalogue == catalogue.source]
        Notification.objects.filter(pk__in=ours, retired=False).update(retired=True)


def _write_backend(spec: BackendSpec, existing: Backend | None, report: Report) -> Backend:
    backend = existing or Backend(name=spec.name)
    listed = backend.listed
    fields: dict[str, Any] = {"display_name": spec.display_name, "description": spec.description}
    if spec.klass:
        fields |= {"klass": spec.klass}
        backend.listed = True
    elif existing:  # its class, or an administrator, may have set texts that are empty here
        fields = {key: value for key, value in fields.items() if value}
    differences = assign(backend, fields)
    if not existing or differences or (spec.klass and not listed):
        backend.save(using=for_write())
    report.note(f"backend {spec.name}", created=not existing, differences=differences)
    return backend


def _write_notification(
    existing: Notification | None,
    spec: NotificationSpec,
    backends: Mapping[str, Backend],
    permissions: Sequence[Permission],
) -> tuple[Notification, list[str]]:
    """Write all fields of a declared notification; return it, and the differences as text."""
    row = existing or Notification(name=spec.name)
    fields = ("display_name", "description", "category", "public")
    differences = assign(row, {key: getattr(spec, key) for key in fields})
    if row.retired:
        differences.append("is declared again")
    if existing is None or differences:
        row.save(using=for_write())
    before = {dotted(permission) for permission in row.permissions.all()} if existing else set()
    after = {dotted(permission) for permission in permissions}
    if before != after:
        row.permissions.set([permission.pk for permission in permissions])
        differences.append(f"permissions {difference(before, after)}")
    return row, differences + _write_cells(row, spec, backends)


def _write_cells(
    notification: Notification, spec: NotificationSpec, backends: Mapping[str, Backend]
) -> list[str]:
    """Write the cells of a notification. Preferences of a removed cell are kept."""
    cells = {cell.backend.name: cell for cell in notification.cells.all()}
    before = {
        "backends": set(cells),
        "required": {name for name, cell in cells.items() if cell.required},
        "default": {name for name, cell in cells.items() if cell.default},
    }
    after = {key: set(getattr(spec, key)) for key in before}
    if before == after:
        return []
    removed = [cell.pk for name, cell in cells.items() if name not in after["backends"]]
    NotificationBackend.objects.filter(pk__in=removed).delete()
    _upsert_cells(notification, spec, backends)
    return [
        f"{key} {difference(before[key], after[key])}"
        for key in before
        if before[key] != after[key]
    ]


def _upsert_cells(
    notification: Notification, spec: NotificationSpec, backends: Mapping[str, Backend]
) -> None:
    NotificationBackend.objects.bulk_create(
        [
            NotificationBackend(
                notification=notification,
                backend=backends[name],
                required=name in spec.required,
                default=name in spec.default,
            )
            for name in dict.fromkeys(spec.backends)
        ],
        update_conflicts=True,
        unique_fields=["notification", "backend"],
        update_fields=["required", "default"],
    )


def _set_positions(model: type[Backend | Notification], names: Sequence[str]) -> None:
    """Put the named rows in this order, as one block, at the position of the first of them.

    The blocks of other catalogues keep their order, in any order of syncs.
    """
    rows = {row.name: row for row in model._default_manager.all()}
    ordered = [name for name, row in rows.items() if row.position != UNORDERED]
    start = next((n for n, name in enumerate(ordered) if name in set(names)), len(ordered))
    others = [name for name in ordered if name not in set(names)]
    before = [name for name in ordered[:start] if name in others]
    order = [*before, *names, *others[len(before) :]]
    moved = []
    for position, name in enumerate(order):
        if rows[name].position != position:
            rows[name].position = position
            moved.append(rows[name])
    model._default_manager.bulk_update(moved, ["position"])

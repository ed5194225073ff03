"""Make the database say what a catalogue says, and tell what that changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Permission
from django.db import models, router, transaction

from notifications.catalogue.specs import (
    BackendSpec,
    Catalogue,
    NotificationSpec,
    backends_in_settings,
)
from notifications.errors import InvalidCatalogue, InvalidNotification, one_of
from notifications.models import UNPLACED, Backend, Notification, NotificationBackend
from notifications.permissions import dotted, resolve


@dataclass(slots=True)
class Report:
    """A diff, a line each: `+` added, `~` changed, `!` gone from the catalogue, yet kept."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: int = 0

    def lines(self) -> list[str]:
        return [
            *(f"+ {line}" for line in self.added),
            *(f"~ {line}" for line in self.changed),
            *(f"! {line}" for line in self.kept),
            f"= {self.unchanged} unchanged",
        ]

    def note(self, what: str, *, created: bool, differences: Sequence[str]) -> None:
        if created:
            self.added.append(what)
        elif differences:
            self.changed.append(f"{what}: {'; '.join(differences)}")
        else:
            self.unchanged += 1


def sync(catalogue: Catalogue, *, dry_run: bool = False) -> Report:
    """Write the catalogue, all or nothing, and return what that changed; `dry_run` writes nothing.

    What the catalogue does not name is reported and kept, with its preferences. Whether a backend
    is enabled is left alone. Raises InvalidCatalogue with every mistake.
    """
    report = Report()
    with transaction.atomic(using=router.db_for_write(Notification)):
        permissions = _check(catalogue)
        backends = {backend.name: backend for backend in Backend.objects.all()}
        for spec in catalogue.backends:
            backends[spec.name] = _write_backend(spec, backends.get(spec.name), report)
        notifications = {
            notification.name: notification
            for notification in Notification.objects.prefetch_related(
                "permissions__content_type", "cells__backend"
            )
        }
        for declared in catalogue.notifications:
            existing = notifications.get(declared.name)
            _write_notification(declared, existing, backends, permissions[declared.name], report)
        report.kept += _gone("backend", backends, catalogue.backends)
        report.kept += _gone("notification", notifications, catalogue.notifications)
        _place(Backend, [spec.name for spec in catalogue.backends])
        _place(Notification, [spec.name for spec in catalogue.notifications])
        if dry_run:
            transaction.set_rollback(True)
    return report


def define(
    *,
    name: str,
    display_name: str,
    permissions: Iterable[Permission | str],
    backends: Iterable[Backend | str] | None,
    public: bool,
) -> Notification:
    """Create or update one notification outside of any catalogue; see `create_notification`."""
    found, mistakes = resolve(permissions)
    known = {backend.name: backend for backend in Backend.objects.all()}
    allowed = [b for b in known.values() if b.enabled] if backends is None else []
    for given in backends or ():
        backend = given if isinstance(given, Backend) else known.get(given)
        if backend is None:
            mistakes.append(f"There is no backend named {given!r}. {one_of(known)}")
        else:
            allowed.append(backend)
    if not name:
        mistakes.append("A notification needs a name.")
    if mistakes:
        raise InvalidNotification(name, mistakes)
    with transaction.atomic(using=router.db_for_write(Notification)):
        notification: Notification = Notification.objects.update_or_create(
            name=name, defaults={"display_name": display_name, "public": public}
        )[0]
        notification.permissions.set(found)
        notification.backends.set(allowed)
    return notification


def _check(catalogue: Catalogue) -> dict[str, list[Permission]]:
    """Return each notification's permissions. Raises InvalidCatalogue with every mistake."""
    mistakes = [*_repeated(catalogue.backends), *_repeated(catalogue.notifications)]
    by_class = {spec.name: spec for spec in backends_in_settings()}
    for spec in catalogue.backends:
        owner = by_class.get(spec.name, spec)
        mistakes += [
            f"{spec.place}: {spec.name!r} has its {key} from {owner.klass}; leave it out here."
            for key in ("display_name", "description")
            if getattr(spec, key) not in ("", getattr(owner, key))
        ]
    backends = {spec.name for spec in catalogue.backends}
    backends |= set(Backend.objects.values_list("name", flat=True))
    permissions = {}
    for declared in catalogue.notifications:
        permissions[declared.name], wrong = resolve(declared.permissions)
        wrong += _wrong_backends(declared, backends)
        mistakes += [f"{declared.place}: {declared.name!r}: {mistake}" for mistake in wrong]
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return permissions


def _repeated(specs: Iterable[BackendSpec | NotificationSpec]) -> Iterator[str]:
    first: dict[str, str] = {}
    for spec in specs:
        if spec.name in first:
            yield f"{spec.place}: {spec.name!r} is declared already: {first[spec.name]}."
        first.setdefault(spec.name, spec.place)


def _wrong_backends(spec: NotificationSpec, known: Iterable[str]) -> list[str]:
    known = sorted(known)
    wrong = [
        f"there is no backend named {name!r}. {one_of(known)}"
        for name in spec.backends
        if name not in known
    ]
    return wrong + [
        f"{key} names {name!r}, which is none of its backends. {one_of(spec.backends)}"
        for key in ("default", "required")
        for name in getattr(spec, key)
        if name not in spec.backends
    ]


def _write_backend(spec: BackendSpec, existing: Backend | None, report: Report) -> Backend:
    backend = existing or Backend(name=spec.name)
    fields: dict[str, Any] = {"display_name": spec.display_name, "description": spec.description}
    if spec.klass:
        fields["klass"] = spec.klass
    elif existing and existing.klass:  # a class has told the texts; a file need not repeat them
        fields = {key: value for key, value in fields.items() if value}
    differences = _assign(backend, fields)
    if not existing or differences:
        backend.save()
    report.note(f"backend {spec.name}", created=not existing, differences=differences)
    return backend


def _write_notification(
    spec: NotificationSpec,
    existing: Notification | None,
    backends: Mapping[str, Backend],
    permissions: Sequence[Permission],
    report: Report,
) -> None:
    notification = existing or Notification(name=spec.name)
    fields = ("display_name", "description", "category", "public")
    differences = _assign(notification, {key: getattr(spec, key) for key in fields})
    if not existing or differences:
        notification.save()
    before = {dotted(permission) for permission in notification.permissions.all()}
    after = {dotted(permission) for permission in permissions}
    if before != after:
        notification.permissions.set(permissions)
        differences.append(f"permissions {_difference(before, after)}")
    differences += _write_cells(notification, spec, backends)
    report.note(f"notification {spec.name}", created=not existing, differences=differences)


def _write_cells(
    notification: Notification, spec: NotificationSpec, backends: Mapping[str, Backend]
) -> list[str]:
    """Preferences about a backend that is no longer allowed stay, and hold again if it returns."""
    cells = {cell.backend.name: cell for cell in notification.cells.all()}
    before = {
        "backends": set(cells),
        "required": {name for name, cell in cells.items() if cell.required},
        "default": {name for name, cell in cells.items() if cell.default},
    }
    after = {key: set(getattr(spec, key)) for key in before}
    if before == after:
        return []
    NotificationBackend.objects.filter(
        pk__in=[cell.pk for name, cell in cells.items() if name not in after["backends"]]
    ).delete()
    NotificationBackend.objects.bulk_create(
        [
            NotificationBackend(
                notification=notification,
                backend=backends[name],
                required=name in after["required"],
                default=name in after["default"],
            )
            for name in dict.fromkeys(spec.backends)
        ],
        update_conflicts=True,
        unique_fields=["notification", "backend"],
        update_fields=["required", "default"],
    )
    return [
        f"{key} {_difference(before[key], after[key])}"
        for key in before
        if before[key] != after[key]
    ]


def _assign(row: models.Model, fields: Mapping[str, Any]) -> list[str]:
    """Set the fields and return, as text, which of them differed."""
    differences = []
    for key, value in fields.items():
        before = getattr(row, key)
        if before != value:
            differences.append(f"{key} {before!r} → {value!r}")
            setattr(row, key, value)
    return differences


def _difference(before: set[str], after: set[str]) -> str:
    signed = [f"+{name}" for name in after - before] + [f"-{name}" for name in before - after]
    return " ".join(sorted(signed))


def _gone(
    kind: str, rows: Iterable[str], specs: Iterable[BackendSpec | NotificationSpec]
) -> Iterator[str]:
    named = {spec.name for spec in specs}
    return (f"{kind} {name}: not in this catalogue; kept" for name in rows if name not in named)


def _place(model: type[Backend | Notification], names: Sequence[str]) -> None:
    """Put the named rows in their order, as one block, where the first of them stood so far.

    Blocks of other catalogues keep their places, whichever is synced first.
    """
    rows = {row.name: row for row in model._default_manager.all()}
    placed = [name for name, row in rows.items() if row.position != UNPLACED]
    start = next((place for place, name in enumerate(placed) if name in set(names)), len(placed))
    others = [name for name in placed if name not in set(names)]
    before = [name for name in placed[:start] if name in others]
    order = [*before, *names, *others[len(before) :]]
    moved = []
    for position, name in enumerate(order):
        if rows[name].position != position:
            rows[name].position = position
            moved.append(rows[name])
    model._default_manager.bulk_update(moved, ["position"])

"""Backends and notifications: those that are missing here are created, others stay as they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from notifications import texts
from notifications.from_notifier import tables
from notifications.from_notifier.report import Report
from notifications.models import Backend, Notification

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

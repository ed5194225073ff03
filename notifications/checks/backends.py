"""System checks of backends in settings and in the database."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's name
from django.db import DatabaseError, connections, router

from notifications import conf
from notifications.catalogue.files import read_files
from notifications.models import Backend


def check_backends(**_kwargs: Any) -> list[CheckMessage]:
    """Warn if two settings list backends, and if no backend is declared."""
    found: list[CheckMessage] = []
    names = (conf.BACKENDS, conf.NOTIFIER_BACKENDS)
    if all(getattr(settings, name, None) is not None for name in names):
        found.append(
            Warning(
                f"{conf.BACKENDS} is used, and {conf.NOTIFIER_BACKENDS} is ignored: both are set.",
                hint=f"Remove {conf.NOTIFIER_BACKENDS}, django-notifier's name of the setting.",
                id="notifications.W005",
            )
        )
    if not conf.backend_paths() and not _in_files():
        found.append(
            Warning(
                "No backend is declared: no notification is delivered.",
                hint=f"List classes of backends in {conf.BACKENDS}, or remove the setting: the"
                " default is e-mail.",
                id="notifications.W006",
            )
        )
    return found


def _in_files() -> bool:
    """Return True if a file declares backends or is invalid, which another check reports."""
    catalogues, mistakes = read_files()
    return bool(mistakes) or any(catalogue.backends for catalogue in catalogues)


def check_rows(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn of enabled backends whose class cannot be used."""
    alias = router.db_for_read(Backend)
    if alias not in (databases or ()):
        return []
    try:
        if Backend._meta.db_table not in connections[alias].introspection.table_names():
            return []
        rows = list(Backend.objects.using(alias).filter(enabled=True))
    except DatabaseError:  # not migrated yet
        return []
    return [
        Warning(
            row.problem,
            hint="Restore the class or its entry in the setting, or disable the backend.",
            obj=row,
            id="notifications.W007",
        )
        for row in rows
        if row.problem
    ]

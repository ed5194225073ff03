"""The import, in one transaction."""

from django.db import transaction

from notifications.database.routing import for_write, writing
from notifications.from_notifier import tables
from notifications.from_notifier.catalogue import (
    import_backends,
    import_cells,
    import_notifications,
    import_permissions,
)
from notifications.from_notifier.report import Report
from notifications.from_notifier.rows import import_deliveries, import_preferences

KINDS = {
    "backends": tables.BACKENDS,
    "notifications": tables.NOTIFICATIONS,
    "permissions": tables.PERMISSIONS,
    "allowed backends": tables.CELLS,
    "group preferences": tables.GROUP_PREFS,
    "user preferences": tables.USER_PREFS,
    "deliveries": tables.SENT,
}


def import_all(*, dry_run: bool = False) -> Report:
    """Import the rows that no earlier import has processed; return a report.

    Reads and writes the database to which preferences are written. Existing rows of this app stay
    unchanged, except that a backend that is disabled in django-notifier is disabled. With
    `dry_run`, nothing is written. Raises MissingTables.
    """
    using = for_write()
    tables.check(using)
    report = Report()
    with writing():
        tables.lock(using)
        for kind, table in KINDS.items():
            report.of(kind).earlier = tables.processed(table, using=using)
        import_backends(report, using=using)
        kept = import_notifications(report, using=using)
        import_permissions(report, kept, using=using)
        import_cells(report, kept, using=using)
        import_preferences(report, using=using)
        import_deliveries(report, using=using)
        if dry_run:
            transaction.set_rollback(True, using=using)
    return report

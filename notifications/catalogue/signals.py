"""Sync of the catalogue after `migrate`."""

import sys
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.core.management.base import CommandError

from notifications.catalogue.files import PROJECT, declared
from notifications.catalogue.sync import sync
from notifications.database.routing import for_write
from notifications.errors import InvalidCatalogue
from notifications.models import Backend, Notification, NotificationBackend


def sync_after_migrate(
    sender: AppConfig, *, using: str, apps: Any = installed, verbosity: int = 1, **kwargs: Any
) -> None:
    """Sync the declarations of settings, apps and files, after the last app was migrated."""
    migrated = [config for config in installed.get_app_configs() if config.models_module]
    if sender.label != migrated[-1].label or using != for_write() or not _tables_match_models(apps):
        return
    # Notifications may require permissions of the last app, which may not exist yet.
    create_permissions(sender, verbosity=0, using=using, apps=apps)
    try:
        catalogue = declared()
        if (
            not catalogue
            and not Notification.objects.using(using).filter(catalogue=PROJECT).exists()
        ):
            return
        report = sync(catalogue)
    except InvalidCatalogue as error:
        raise CommandError(str(error)) from error
    if verbosity > 0 and (report.added or report.changed or report.kept):
        stdout = kwargs.get("stdout") or sys.stdout
        stdout.write(
            "Notification catalogue:\n" + "\n".join(f"  {line}" for line in report.lines()) + "\n"
        )


def _tables_match_models(apps: Any) -> bool:
    """Return True if the migrated state is that of the models; not so for earlier migrations."""
    for model in (Backend, Notification, NotificationBackend):
        try:
            state = apps.get_model(model._meta.label)
        except LookupError:
            return False
        if {f.column for f in state._meta.local_fields} != {
            f.column for f in model._meta.local_fields
        }:
            return False
    return True

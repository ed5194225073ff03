from django.apps import AppConfig
from django.core.signals import setting_changed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from notifications import clashes


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")
    default_auto_field = "django.db.models.BigAutoField"
    distribution = clashes.DISTRIBUTION

    def ready(self) -> None:
        from notifications.access import create_group_permissions
        from notifications.catalogue import sync_after_migrate
        from notifications.checks import register_checks
        from notifications.checks.project import require_own_schema
        from notifications.configuration.cache import clear_with_settings
        from notifications.configuration.triggers import install_after_migrate

        require_own_schema()
        register_checks()
        auth = self.apps.get_app_config("auth")  # type: ignore[union-attr]
        post_migrate.connect(create_group_permissions, sender=auth)
        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(sync_after_migrate)
        setting_changed.connect(clear_with_settings)

from django.apps import AppConfig
from django.core.checks import register
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
        from notifications import backend_checks, checks, delivery_checks, project_checks
        from notifications.access import create_group_permissions
        from notifications.catalogue import sync_after_migrate
        from notifications.snapshot import forget_with_settings
        from notifications.triggers import install_after_migrate

        project_checks.require_own_schema()
        register(checks.check_settings)
        register(backend_checks.check_backends)
        register(backend_checks.check_rows, "database")
        register(checks.check_caches)
        register(checks.check_delivery)
        register(delivery_checks.check_queues)
        register(delivery_checks.check_names, deploy=True)
        register(delivery_checks.check_times, deploy=True)
        register(checks.check_messages)
        register(checks.check_site_id)
        register(checks.check_order)
        register(project_checks.check_names)
        register(project_checks.check_sign_in)
        register(project_checks.check_deployed_site, deploy=True)
        register(checks.check_site, "database")
        register(checks.check_vendor)
        register(checks.check_sqlite, "database")
        auth = self.apps.get_app_config("auth")  # type: ignore[union-attr]
        post_migrate.connect(create_group_permissions, sender=auth)
        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(sync_after_migrate)
        setting_changed.connect(forget_with_settings)

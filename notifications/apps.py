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
        from notifications.access import create_group_permissions
        from notifications.catalogue import sync_after_migrate
        from notifications.checks import backends, delivery, project, settings
        from notifications.configuration.cache import clear_with_settings
        from notifications.configuration.triggers import install_after_migrate

        project.require_own_schema()
        register(settings.check_settings)
        register(backends.check_backends)
        register(backends.check_rows, "database")
        register(settings.check_caches)
        register(settings.check_delivery)
        register(delivery.check_queues)
        register(delivery.check_names, deploy=True)
        register(delivery.check_times, deploy=True)
        register(settings.check_messages)
        register(settings.check_site_id)
        register(settings.check_order)
        register(project.check_names)
        register(project.check_sign_in)
        register(project.check_deployed_site, deploy=True)
        register(settings.check_site, "database")
        register(settings.check_vendor)
        register(settings.check_sqlite, "database")
        auth = self.apps.get_app_config("auth")  # type: ignore[union-attr]
        post_migrate.connect(create_group_permissions, sender=auth)
        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(sync_after_migrate)
        setting_changed.connect(clear_with_settings)

"""System checks of the app."""

from django.core.checks import register

from notifications.checks import backends, delivery, project, settings


def register_checks() -> None:
    """Register all checks: of settings, of the database, and for `check --deploy`."""
    for check in (
        backends.check_backends,
        delivery.check_queues,
        project.check_names,
        project.check_sign_in,
        settings.check_caches,
        settings.check_delivery,
        settings.check_messages,
        settings.check_order,
        settings.check_settings,
        settings.check_site_id,
        settings.check_vendor,
    ):
        register(check)
    for check in (backends.check_rows, settings.check_site, settings.check_sqlite):
        register(check, "database")
    for check in (delivery.check_names, delivery.check_times, project.check_deployed_site):
        register(check, deploy=True)

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings
        from django.contrib.auth.signals import user_logged_in

        from notifications.privacy import exporting
        from project.auth import managed_groups
        from project.sign_in import forgive_attempts

        if settings.CELERY_BROKER_URL:
            from project import celery  # noqa: F401 - whoever puts a job needs the app, too

        user_logged_in.connect(forgive_attempts, dispatch_uid="forgive_attempts")
        exporting.connect(managed_groups, dispatch_uid="managed_groups")

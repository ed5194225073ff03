"""App of the service: accounts, the demo, and the commands that run them."""

from typing import Any

from django.apps import AppConfig

from notifications import moved

MOVED = {
    "admin": "accounts.admin",
    "auth": "accounts.backends",
    "bodies": "middleware",
    "bundle": "graphiql.bundle",
    "devices": "accounts.devices",
    "health": "observability.health",
    "logs": "observability.logs",
    "metrics": "observability.metrics",
    "passwords": "accounts.passwords",
    "progress": "install.progress",
    "sessions": "accounts.sessions",
    "sign_in": "accounts.sign_in",
    "traces": "observability.traces",
}
"""Former names of public modules, which stay importable."""


class ProjectConfig(AppConfig):
    name = "project"
    default_auto_field = "django.db.models.BigAutoField"

    def __init__(self, app_name: str, app_module: Any) -> None:
        moved.keep("project", MOVED)
        super().__init__(app_name, app_module)

    def ready(self) -> None:
        from django.conf import settings
        from django.contrib.auth.signals import user_logged_in

        from notifications.privacy import exporting
        from project.accounts.backends import managed_groups
        from project.accounts.sign_in import reset_attempts

        if settings.CELERY_BROKER_URL:
            from project import celery  # noqa: F401 - every process that queues a job needs the app

        user_logged_in.connect(reset_attempts, dispatch_uid="reset_attempts")
        exporting.connect(managed_groups, dispatch_uid="managed_groups")

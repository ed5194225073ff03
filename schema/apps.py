from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import register
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

MOVED: dict[str, str | tuple[str, ...]] = {
    "bearer": "auth.bearer",
    "counters": "auth.counters",
    "documents": "limits.trusted_documents",
    "encoding": "http.responses",
    "inputs": ("preferences.inputs", "groups.inputs", "inbox.inputs"),
    "lookup": ("people.loaders", "node"),
    "matrices": ("preferences.types", "groups.types"),
    "mutations": "root",
    "observing": "extensions",
    "pages": "connections",
    "permissions": "auth.viewer",
    "queries": "root",
    "rates": "auth.rates",
    "remote": "auth.client_address",
    "request_ids": "http.request_ids",
    "results": ("preferences.mutations", "groups.mutations", "inbox.mutations"),
    "routing": "extensions",
    "rules": "limits.validation",
    "serving": "checks",
    "settings": "conf",
    "sharing": "execution.sharing",
    "throttling": "extensions",
    "tokens": "auth.tokens",
    "types": ("fields", "catalogue.types", "people.types"),
}
"""Former names of public modules, which stay importable."""


class SchemaConfig(AppConfig):
    name = "schema"

    def __init__(self, app_name: str, app_module: Any) -> None:
        _require_notifications()
        from notifications import moved

        moved.keep("schema", MOVED)
        super().__init__(app_name, app_module)

    def ready(self) -> None:
        if not apps.is_installed("notifications"):
            raise ImproperlyConfigured("'schema' needs 'notifications' in INSTALLED_APPS.")
        from notifications.settings_page import endpoint
        from schema import checks
        from schema.conf import clear_with_settings
        from schema.ids import global_id
        from schema.limits.trusted_documents import id_for_page

        setting_changed.connect(clear_with_settings)
        endpoint.connect(serves=checks.serves, global_id=global_id, document_id=id_for_page)
        register(checks.check_settings)
        register(checks.check_documents)
        register(checks.check_access)
        register(checks.check_urls, "urls")
        register(checks.check_statement_timeout, "database", deploy=True)
        register(checks.check_proxies, "security", deploy=True)


def _require_notifications() -> None:
    """Raise ImproperlyConfigured if another package or module has the name `notifications`.

    `notifications.clashes` finds more, and cannot be imported here.
    """
    import notifications

    folders = [Path(folder).resolve() for folder in getattr(notifications, "__path__", ())]
    if Path(__file__).resolve().parents[1] / "notifications" not in folders:
        path = getattr(notifications, "__file__", None) or folders[0]
        raise ImproperlyConfigured(
            f"'notifications' is imported from {path}, which is not the app of"
            " notification-preferences that 'schema' needs. Rename that file or folder."
        )

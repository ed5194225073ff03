"""System checks of the settings of the app, of the site and of databases."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.utils.module_loading import import_string

from notifications import caches, conf, site
from notifications.backends import BaseBackend
from notifications.catalogue.specs import backends_in_settings
from notifications.database.routing import for_read, for_write
from notifications.errors import InvalidCatalogue

SITE_HINT = f"Set {conf.MESSAGES}['SITE_URL'] and ['SITE_NAME'], or SITE_ID and that site's domain."


def check_settings(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    try:
        backends_in_settings()
    except InvalidCatalogue as error:
        found += [
            Error(
                mistake,
                hint="List dotted paths of subclasses of notifications.backends.BaseBackend.",
                id="notifications.E001",
            )
            for mistake in error.mistakes
        ]
    found += [
        Error(
            f"{conf.CATALOGUES} names {str(path)!r}, which is not a file.",
            hint="List paths of catalogues in TOML.",
            id="notifications.E002",
        )
        for path in conf.catalogue_paths()
        if not Path(path).is_file()
    ]
    return found


def check_caches(**_kwargs: Any) -> list[CheckMessage]:
    if caches.is_valid(given := getattr(settings, caches.NAME, caches.DEFAULT)):
        return []
    return [
        Error(
            f"{caches.NAME} is {given!r}.",
            hint="Allowed: a number of bytes, 0 or more. 0 keeps nothing.",
            id="notifications.E021",
        )
    ]


def check_delivery(**_kwargs: Any) -> list[CheckMessage]:
    given = getattr(settings, conf.DELIVERY, {})
    known = f"Known keys: {', '.join(conf.DELIVERY_KEYS)}."
    found: list[CheckMessage] = [
        Error(mistake, hint=known, id="notifications.E004")
        for mistake in conf.delivery_mistakes(given)
    ]
    if not found:
        queue = conf.delivery_settings().queue
        try:
            import_string(queue)
        except ImportError as error:
            message = f"{conf.DELIVERY}['QUEUE'] is {queue!r}, which cannot be imported: {error}."
            hint = f"Name {', '.join(conf.QUEUES)}, or a function put(job, key)."
            found.append(Error(message, hint=hint, id="notifications.E005"))
    return found


def check_messages(**_kwargs: Any) -> list[CheckMessage]:
    """Report mistakes in NOTIFICATION_MESSAGES, and those that classes of backends find."""
    known = f"Known keys: {', '.join(conf.MESSAGES_KEYS)}."
    found: list[CheckMessage] = [
        Error(mistake, hint=known, id="notifications.E003")
        for mistake in conf.message_mistakes(getattr(settings, conf.MESSAGES, {}))
    ]
    with suppress(InvalidCatalogue):  # check_settings reports it
        for spec in () if found else backends_in_settings():
            klass = import_string(spec.klass)
            found += klass.check() if issubclass(klass, BaseBackend) else []
    return found


def check_site_id(**_kwargs: Any) -> list[CheckMessage]:
    """Warn if django.contrib.sites cannot provide the site that the settings do not name."""
    if _names_site() or _site_id():
        return []
    return [
        Warning(
            "django.contrib.sites is installed without SITE_ID: messages cannot name the site, and"
            " have no links to it.",
            hint=SITE_HINT,
            id="notifications.W003",
        )
    ]


def check_site(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn if the site is the one that django.contrib.sites creates, or does not exist."""
    if _names_site() or not _site_id():
        return []
    model: Any = apps.get_model("sites.Site")  # type: ignore[misc]
    alias = router.db_for_read(model)
    connection = connections[alias]
    if alias not in (databases or ()) or model._meta.db_table not in (
        connection.introspection.table_names()
    ):
        return []
    row = model._default_manager.using(alias).filter(pk=_site_id()).first()
    if row and row.domain != site.PLACEHOLDER:
        return []
    wrong = (
        f"is {site.PLACEHOLDER}: links in messages lead there."
        if row
        else "does not exist: messages have no name of the site and no links."
    )
    message = f"The site with SITE_ID {_site_id()!r} {wrong}"
    return [Warning(message, hint=SITE_HINT, id="notifications.W004")]


def _site_id() -> Any:
    values: Any = settings
    return getattr(values, "SITE_ID", None)


def _names_site() -> bool:
    """Return True if the setting names the site, or django.contrib.sites is not installed."""
    given = getattr(settings, conf.MESSAGES, {})
    named = isinstance(given, dict) and bool(given.get("SITE_URL"))
    return named or not apps.is_installed("django.contrib.sites")


def check_order(**_kwargs: Any) -> list[CheckMessage]:
    """Report an order of INSTALLED_APPS in which templates of Django's admin come first."""
    names = [config.name for config in apps.get_app_configs()]
    if "django.contrib.admin" not in names[: names.index("notifications")]:
        return []
    return [
        Info(
            "The admin's forms of users and groups have no link to notification preferences.",
            hint='Put "notifications" before "django.contrib.admin" in INSTALLED_APPS.',
            id="notifications.I001",
        )
    ]


SUPPORTED = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
UNSUPPORTED = {"mysql": "MySQL or MariaDB", "oracle": "Oracle", "microsoft": "SQL Server"}


def check_vendor(**_kwargs: Any) -> list[CheckMessage]:
    """Report unsupported databases. The settings are sufficient, without a connection."""
    return [
        Error(
            f"Database {alias!r} is {UNSUPPORTED.get(vendor, vendor)}, which is not supported."
            f" Supported: {', '.join(SUPPORTED.values())}.",
            hint="Keep the tables of this app and of django.contrib.auth in one of these.",
            id="notifications.E020",
        )
        for alias in dict.fromkeys([for_write(), for_read()])
        if (vendor := _vendor(alias)) and vendor not in SUPPORTED
    ]


def _vendor(alias: str) -> str:
    """Return the vendor of a database; empty without a database or its driver."""
    engine = str(connections.settings[alias]["ENGINE"])
    if engine == "django.db.backends.dummy":
        return ""
    try:
        return str(connections[alias].vendor)
    except (ImportError, ImproperlyConfigured):  # the driver is not installed
        return next((vendor for vendor in UNSUPPORTED if vendor in engine), "")


def check_sqlite(*, databases: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """Warn of deferred transactions on SQLite, where a write after a read can fail."""
    return [
        Warning(
            f"Database {alias!r} is SQLite with deferred transactions: under concurrent writers"
            " updates of preferences can fail with 'database is locked'.",
            hint='Set OPTIONS["transaction_mode"] = "IMMEDIATE" for it.',
            id="notifications.W001",
        )
        for alias in databases or ()
        if alias == for_write()  # others are read-only, or without the app's tables
        and connections[alias].vendor == "sqlite"
        and connections[alias].settings_dict["OPTIONS"].get("transaction_mode") != "IMMEDIATE"
    ]

from pathlib import Path
from typing import Any

import pytest
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections

from notifications import conf, site
from notifications.backends import BaseBackend
from notifications.checks.settings import (
    check_delivery,
    check_messages,
    check_settings,
    check_sqlite,
    check_vendor,
)

HERE = "tests.notifications.checks.test_settings"


class Good(BaseBackend):
    name = "good"

    def send(self, user: Any, context: Any = None) -> bool:
        return True


class Nameless(Good):
    name = ""


class Numbered(Good):
    display_name = 7  # type: ignore[assignment]


class Idle(BaseBackend):
    name = "idle"


class Unrelated:
    """Transactional class without `send`, which is no subclass of BaseBackend."""

    name = "unrelated"
    transactional = True


def test_valid_settings_pass(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").touch()
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Good"]
    settings.NOTIFICATION_CATALOGUES = [tmp_path / "catalogue.toml"]
    assert check_settings() == []


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("no.such.Backend", "No module named 'no'"),
        (f"{HERE}.Missing", 'does not define a "Missing"'),
        (f"{HERE}.Nameless", "needs a unique name"),
        (f"{HERE}.Numbered", "display_name must be a string"),
        (f"{HERE}.Idle", "needs a method send(user, context)"),
        (
            f"{HERE}.Unrelated",
            "or a transactional subclass of BaseBackend.",
        ),
    ],
)
def test_unusable_backend_is_an_error(settings: Any, path: str, what: str) -> None:
    settings.NOTIFICATION_BACKENDS = [f"{HERE}.Good", path]
    [error] = check_settings()
    assert error.id == "notifications.E001"
    assert path in error.msg
    assert what in error.msg
    assert error.hint


def test_missing_catalogue_is_an_error(settings: Any) -> None:
    settings.NOTIFICATION_CATALOGUES = ["nowhere.toml"]
    [error] = check_settings()
    assert error.id == "notifications.E002"
    assert "'nowhere.toml'" in error.msg


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ([], "must be a dictionary"),
        ({"SITE": "x"}, "'SITE' is not a known key"),
        ({"SITE_URL": "http://forge.example.org"}, "must be https://host or"),
        ({"SITE_URL": "https://forge.example.org/path?query"}, "https://host/path"),
        ({"SITE_URL": "https://forge.example.org/#fragment"}, "https://host/path"),
        ({"SITE_URL": "https://me:word@forge.example.org"}, "https://host/path"),
        ({"SITE_URL": "https://@forge.example.org"}, "https://host/path"),
        ({"SITE_URL": "https://forge.example.org/#"}, "https://host/path"),
        ({"SITE_URL": "https://forge.example.org/path?"}, "https://host/path"),
        ({"SITE_URL": "https://ä..example.org"}, "https://host/path"),
        ({"SITE_URL": "https://["}, "https://host/path"),
        ({"SITE_URL": "https://forge.example.org\n"}, "https://host/path"),
        ({"SITE_URL": "forge.example.org/path"}, "https://host/path"),
        ({"SITE_URL": 7}, "must be a string"),
        ({"UNSUBSCRIBE_MAX_AGE": 0}, "must be a positive integer, in seconds"),
        ({"WEBHOOK_TIMEOUT": None}, "must be a positive integer, in seconds"),
        ({"WEBHOOK_HOSTS": "localhost"}, "must be a list of strings"),
        ({"UNSUBSCRIBE_KEYS": ["hush", ""]}, "must be a list of strings"),
    ],
)
def test_mistake_in_message_settings_is_an_error(settings: Any, given: Any, what: str) -> None:
    settings.NOTIFICATION_MESSAGES = given
    [error] = check_messages()
    assert error.id == "notifications.E003"
    assert what in error.msg
    assert "hush" not in error.msg
    with pytest.raises(ImproperlyConfigured):
        conf.message_settings()


def test_message_settings_are_parsed(settings: Any) -> None:
    settings.NOTIFICATION_MESSAGES = {
        "SITE_URL": "https://forge.example.org/",
        "UNSUBSCRIBE_KEYS": ["key"],
        "UNSUBSCRIBE_MAX_AGE": None,
        "WEBHOOK_HOSTS": ("localhost",),
    }
    assert check_messages() == []
    assert site.site_url("/x") == "https://forge.example.org/x"
    assert conf.message_settings().webhook_hosts == ("localhost",)


@pytest.mark.parametrize(
    ("given", "urls", "found"),
    [
        ({"SITE_URL": "https://forge.example.org"}, "project.urls", []),
        ({"SITE_URL": "https://forge.example.org"}, "schema.urls", ["notifications.W002"]),
        ({}, "project.urls", ["notifications.W002"]),
    ],
)
def test_mail_without_unsubscribe_link_is_a_warning(
    settings: Any, given: Any, urls: str, found: list[str]
) -> None:
    settings.NOTIFICATION_MESSAGES, settings.ROOT_URLCONF = given, urls
    assert check_messages() == []
    settings.NOTIFICATION_BACKENDS = ["notifications.backends.EmailBackend"]
    assert [warning.id for warning in check_messages()] == found


def test_deferred_transactions_are_a_warning_on_sqlite(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_sqlite(databases=["default"]) == []
    assert check_sqlite(databases=None) == []
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", None)
    found = [warning.id for warning in check_sqlite(databases=["default"])]
    assert found == (["notifications.W001"] if connection.vendor == "sqlite" else [])


class Routed:
    """Router with fixed aliases for reads and writes."""

    def __init__(self, *, read: str, write: str) -> None:
        self.db_for_read = lambda *_args, **_hints: read
        self.db_for_write = lambda *_args, **_hints: write


@pytest.fixture
def aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of databases that do not exist, most of them without an installed driver."""
    for alias, engine in {
        "mysql": "django.db.backends.mysql",
        "maps": "django.contrib.gis.db.backends.mysql",
        "oracle": "django.db.backends.oracle",
        "sqlserver": "mssql",
        "other": "tests.notifications.other_engine",
        "nothing": "django.db.backends.dummy",
        "copy": "django.db.backends.sqlite3",
    }.items():
        settings = {**connections.settings["default"], "ENGINE": engine, "NAME": "nowhere"}
        monkeypatch.setitem(connections.settings, alias, settings)


@pytest.mark.parametrize(
    ("read", "write", "named"),
    [
        ("default", "default", []),
        ("copy", "default", []),
        ("nothing", "nothing", []),
        ("mysql", "mysql", ["'mysql' is MySQL or MariaDB"]),
        ("maps", "maps", ["'maps' is MySQL or MariaDB"]),
        ("oracle", "default", ["'oracle' is Oracle"]),
        ("other", "mysql", ["'mysql' is MySQL or MariaDB", "'other' is cockroachdb"]),
    ],
)
def test_unsupported_database_is_an_error(
    aliases: None, settings: Any, read: str, write: str, named: list[str]
) -> None:
    settings.DATABASE_ROUTERS = [Routed(read=read, write=write)]
    assert [error.msg for error in check_vendor()] == [
        f"Database {name}, which is not supported. Supported: PostgreSQL, SQLite." for name in named
    ]


def test_databases_without_our_tables_are_ignored(aliases: None) -> None:
    assert check_vendor() == []
    registered: list[Any] = registry.get_checks()  # those of every `manage.py check`
    assert check_vendor in registered


def test_replicas_need_no_immediate_transactions(aliases: None, settings: Any) -> None:
    settings.DATABASE_ROUTERS = [Routed(read="copy", write="default")]
    assert check_sqlite(databases=["default", "copy"]) == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ([], "must be a dictionary"),
        ({"SPEED": 7}, "'SPEED' is not a known key"),
        ({"BATCH": 0}, "must be a positive integer"),
        ({"LEASE": True}, "must be a positive integer"),
        ({"QUEUE": "rabbits"}, "must be one of immediate, tasks, celery, or a dotted path"),
        ({"RATES": "100/s"}, "must be a dictionary of names of backends and rates"),
        ({"RATES": {"email": 100}}, "must be a dictionary of names of backends and rates"),
        ({"RATES": {"email": "100 a day"}}, "must be a dictionary of names of backends and rates"),
        ({"TIME_LIMIT": 0}, "must be a positive integer"),
        ({"TIME_LIMIT": 300}, "is 300. It must be below the LEASE of 300 seconds"),
        ({"LEASE": 5, "TIME_LIMIT": 6}, "is 6. It must be below the LEASE of 5 seconds"),
        ({"BACKEND_QUEUES": ["email"]}, "must be a dictionary of names of backends and names"),
        ({"BACKEND_QUEUES": {"email": ""}}, "must be a dictionary of names of backends and names"),
    ],
)
def test_mistake_in_delivery_settings_is_an_error(settings: Any, given: Any, what: str) -> None:
    settings.NOTIFICATION_DELIVERY = given
    [error] = check_delivery()
    assert error.id == "notifications.E004"
    assert what in error.msg
    assert "BATCH" in str(error.hint)
    with pytest.raises(ImproperlyConfigured):
        conf.delivery_settings()


def test_queue_that_cannot_be_imported_is_an_error(settings: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": "nowhere.put"}
    [error] = check_delivery()
    assert error.id == "notifications.E005"
    assert "No module named 'nowhere'" in error.msg


def test_delivery_settings_are_parsed(settings: Any) -> None:
    settings.NOTIFICATION_DELIVERY = {"QUEUE": f"{HERE}.check_delivery", "RATES": {"email": "5/2m"}}
    assert check_delivery() == []
    assert conf.delivery_settings().intervals == {"email": 24}

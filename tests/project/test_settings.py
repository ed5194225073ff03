"""Settings are safe when nothing is set. Each is tried in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import environ
import pytest

from project.environment import mail_settings, mailers

KEY = "k" * 30 + "0123456789abcdefghijklmnopqrstuvwxyz"
PRODUCTION = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "example.org"}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with nothing set but what is given here."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def value_of(expression: str, **environment: str) -> str:
    code = f"from project import environment, settings; print({expression})"
    done = run("-c", code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_development_works_with_nothing_set() -> None:
    done = run("manage.py", "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "METRICS_TOKEN"])
def test_a_secret_may_begin_with_a_dollar_sign(name: str) -> None:
    assert value_of(f"settings.{name}", **{**PRODUCTION, name: f"${KEY}"}) == f"${KEY}"


@pytest.mark.parametrize("entry", ["wsgi", "asgi", "rsgi"])
def test_a_server_with_nothing_set_refuses_to_start(entry: str) -> None:
    done = run("-c", f"import project.{entry}")
    assert done.returncode != 0
    assert "SECRET_KEY must be set in production" in done.stderr


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_refuses_to_start_without(missing: str) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != missing}
    done = run("manage.py", "check", DEBUG="false", **given)
    assert done.returncode != 0
    assert f"{missing} must be set in production" in done.stderr


def test_a_machine_with_a_secret_key_is_in_production() -> None:
    done = run("manage.py", "shell", "-c", "from django.conf import settings; print(settings.DEBUG)", **PRODUCTION)  # fmt: skip  # noqa: E501
    assert done.stdout.splitlines()[-1] == "False"


def test_a_database_url_alone_is_production(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    done = run("manage.py", "check", DATABASE_URL=address)
    assert done.returncode != 0
    assert "SECRET_KEY must be set in production. For development, set DEBUG=true." in done.stderr
    assert run("manage.py", "check", DATABASE_URL=address, DEBUG="true").returncode == 0


def test_production_is_ready_to_deploy() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


def test_development_answers_only_on_this_machine() -> None:
    hosts = value_of("settings.ALLOWED_HOSTS", DEBUG="true")
    assert hosts == "['localhost', '127.0.0.1', '[::1]']"


def test_development_keeps_its_key() -> None:
    keys = {value_of("settings.SECRET_KEY", DEBUG="true") for _ in range(2)}
    assert len(keys) == 1
    assert KEY not in keys


def test_sqlite_is_the_default_and_takes_its_lock_at_once() -> None:
    database = "settings.DATABASES['default']"
    assert value_of(f"{database}['ENGINE']", **PRODUCTION) == "django.db.backends.sqlite3"
    options = value_of(f"{database}['OPTIONS']", **PRODUCTION)
    for option in ("IMMEDIATE", "journal_mode = WAL", "synchronous = NORMAL", "timeout"):
        assert option in options


def test_another_database_comes_from_its_address() -> None:
    address = "postgres://me@db.example/name"
    database = value_of("settings.DATABASES['default']", DATABASE_URL=address, **PRODUCTION)
    for part in ("django.db.backends.postgresql", "'db.example'", "'name'", "'me'"):
        assert part in database
    assert "IMMEDIATE" not in database


@pytest.mark.parametrize(
    ("query", "environment", "options"),
    [
        ("", {}, "-c statement_timeout=10000"),
        ("", {"STATEMENT_TIMEOUT": "2.5"}, "-c statement_timeout=2500"),
        ("", {"STATEMENT_TIMEOUT": "0"}, "-c statement_timeout=0"),
        ("?options=-c%20statement_timeout%3D7", {}, "-c statement_timeout=7"),
        ("?sslmode=require", {}, "-c statement_timeout=10000"),
    ],
)
def test_statements_of_postgresql_have_a_time_limit(
    query: str, environment: dict[str, str], options: str
) -> None:
    address = f"postgres://me@db.example/name{query}"
    found = "settings.DATABASES['default']['OPTIONS']['options']"
    assert value_of(found, DATABASE_URL=address, **environment, **PRODUCTION) == options


@pytest.mark.parametrize(
    ("environment", "value"),
    [
        (PRODUCTION, False),
        ({**PRODUCTION, "INTROSPECTION": "true"}, True),
        ({"DEBUG": "true"}, True),
        ({"DEBUG": "true", "INTROSPECTION": "false"}, False),
    ],
)
def test_introspection_is_off_in_production_by_default(
    environment: dict[str, str], value: bool
) -> None:
    found = "settings.NOTIFICATION_GRAPHQL['INTROSPECTION']"
    assert value_of(found, **environment) == str(value)


def test_trusted_documents_are_off_by_default() -> None:
    found = "settings.NOTIFICATION_GRAPHQL"
    value = {"TRUSTED_DOCUMENTS": "/manifest.json", "TRUSTED_DOCUMENTS_ONLY": "true"}
    trusting = value_of(found, **PRODUCTION, **value)
    assert "'/manifest.json'" in trusting
    assert "'TRUSTED_DOCUMENTS_ONLY': True" in trusting
    assert "'TRUSTED_DOCUMENTS_ONLY': False" in value_of(found, **PRODUCTION)


def test_no_proxy_is_trusted_by_default() -> None:
    header = "getattr(settings, 'SECURE_PROXY_SSL_HEADER', None)"
    assert value_of(header, **PRODUCTION) == "None"
    assert "X_FORWARDED_PROTO" in value_of(header, BEHIND_TLS_PROXY="true", **PRODUCTION)


@pytest.mark.parametrize(
    ("environment", "backend", "site"),
    [
        ({"DEBUG": "true"}, "console", "http://127.0.0.1:8000"),
        ({"DEBUG": "true", "PORT": "8001"}, "console", "http://127.0.0.1:8001"),
        (PRODUCTION, "smtp", "https://example.org"),
        ({**PRODUCTION, "ALLOWED_HOSTS": ".example.org"}, "smtp", "https://example.org"),
        ({**PRODUCTION, "ALLOWED_HOSTS": "*"}, "smtp", ""),
        ({**PRODUCTION, "SITE_URL": "https://forge.example"}, "smtp", "https://forge.example"),
    ],
)
def test_mail_is_printed_in_development_and_sent_in_production(
    environment: dict[str, str], backend: str, site: str
) -> None:
    mail = value_of("environment.mailers(settings.email_url)['default']['BACKEND']", **environment)
    assert mail == f"django.core.mail.backends.{backend}.EmailBackend"
    assert value_of("settings.SITE_URL", **environment) == site


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("smtp://relay", ("relay", 25, "", "", False, False)),
        ("smtp+tls://me:secret%20@relay", ("relay", 587, "me", "secret ", True, False)),
        ("smtp+ssl://me:secret@relay:2465", ("relay", 2465, "me", "secret", False, True)),
    ],
)
def test_a_mail_server_comes_from_its_address(url: str, options: tuple[Any, ...]) -> None:
    config = environ.Env.email_url_config(url)
    classic, mailer = mail_settings(config), mailers(config)["default"]
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(classic[f"EMAIL_{name}"] for name in names) == options
    names = ("host", "port", "username", "password", "use_tls", "use_ssl")
    assert tuple(mailer["OPTIONS"][name] for name in names) == options
    assert classic["EMAIL_TIMEOUT"] == mailer["OPTIONS"]["timeout"] > 0


def test_mail_can_be_written_to_files() -> None:
    config = environ.Env.email_url_config("filemail:///var/mail/out")
    assert mail_settings(config)["EMAIL_FILE_PATH"] == "var/mail/out"
    assert mailers(config)["default"]["OPTIONS"] == {"file_path": "var/mail/out"}


@pytest.mark.parametrize(
    ("chosen", "prepared"), [({}, False), ({"PREPARED_STATEMENTS": "true"}, True)]
)
def test_statements_are_prepared_if_configured(chosen: dict[str, str], prepared: bool) -> None:
    options = "settings.DATABASES['default']['OPTIONS']"
    given = {**PRODUCTION, **chosen, "DATABASE_URL": "postgres://user@host/name"}
    assert value_of(f"'prepare_threshold' in {options}", **given) == str(prepared)


def test_a_pooler_is_sent_nothing_that_it_refuses() -> None:
    given = {**PRODUCTION, "POOLER": "true", "PREPARED_STATEMENTS": "true"}
    given["DATABASE_URL"] = "postgres://user@host/name"
    database = "settings.DATABASES['default']"
    chosen = f"({database}['OPTIONS'], {database}['DISABLE_SERVER_SIDE_CURSORS'])"
    assert value_of(chosen, **given) == "({}, True)"

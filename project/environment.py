"""Values of the environment, as the settings need them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import environ
from django.core.management.utils import get_random_secret_key

MAIL_TIMEOUT = 30
"""Seconds that a mail server has to answer."""
REDIS = "django.core.cache.backends.redis.RedisCache"
REDIS_TIMEOUT = 0.3
"""Seconds that a request waits for Redis."""
_PORTS = {"EMAIL_USE_TLS": 587, "EMAIL_USE_SSL": 465}

env = environ.Env()


def secret(name: str, default: str = "") -> str:
    """Return a variable unchanged; `env.str` would resolve a value that begins with '$'."""
    return env.ENVIRON.get(name) or default


def development_key(folder: Path) -> str:
    """Return the random key of this checkout, in an ignored file: sign-ins outlive a restart."""
    path = folder / ".dev-secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(get_random_secret_key())
    return path.read_text()


def names_set(prefix: str, names: Iterable[str]) -> list[str]:
    """Return those of the names whose variable, after the prefix, is set."""
    return [name for name in names if f"{prefix}{name}" in env.ENVIRON]


def database(variable: str, folder: Path) -> dict[str, Any]:
    """Return the configuration of a database; by default that of db.sqlite3 in the folder."""
    configuration: dict[str, Any] = env.db_url(
        variable, default=f"sqlite:///{folder / 'db.sqlite3'}"
    )
    if configuration["ENGINE"] == "django.db.backends.sqlite3":
        # IMMEDIATE takes the write lock when a transaction begins, so that a transaction that reads
        # and then writes never loses the lock to another one.
        configuration["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
        }
    elif configuration["ENGINE"] == "django.db.backends.postgresql":
        _configure_postgresql(configuration)
    return configuration


def _configure_postgresql(configuration: dict[str, Any]) -> None:
    options = configuration.setdefault("OPTIONS", {})
    # A pooler that shares connections by transactions keeps no state of a session: the role of the
    # database limits the time of statements, and cursors and prepared statements are off.
    if env.bool("POOLER", default=False):
        configuration["DISABLE_SERVER_SIDE_CURSORS"] = True
    else:
        limit: float = env.float("STATEMENT_TIMEOUT", default=10)
        options.setdefault("options", f"-c statement_timeout={limit * 1000:.0f}")
        if env.bool("PREPARED_STATEMENTS", default=False):
            options |= {"server_side_binding": True, "prepare_threshold": 2}
    # The server may have closed a connection that was kept for the next request.
    configuration.setdefault("CONN_HEALTH_CHECKS", True)


def cache(variable: str) -> dict[str, Any]:
    """Return the configuration of a cache. Redis gets time limits, unless its URL sets them.

    Without Redis, `schema.auth.counters` counts in the process.
    """
    configuration: dict[str, Any] = env.cache_url(
        variable, default="locmemcache://?max_entries=100000"
    )
    if configuration["BACKEND"] == REDIS:
        options = configuration.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", REDIS_TIMEOUT)
        options.setdefault("socket_timeout", REDIS_TIMEOUT)
    return configuration


def mail_settings(url: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of mail, as Django up to 6.0 reads them, for a parsed URL."""
    port = next((port for key, port in _PORTS.items() if url.get(key)), 25)
    return {
        "EMAIL_BACKEND": url["EMAIL_BACKEND"],
        "EMAIL_HOST": url["EMAIL_HOST"] or "localhost",
        "EMAIL_PORT": url["EMAIL_PORT"] or port,
        "EMAIL_HOST_USER": url["EMAIL_HOST_USER"] or "",
        "EMAIL_HOST_PASSWORD": url["EMAIL_HOST_PASSWORD"] or "",
        "EMAIL_USE_TLS": url.get("EMAIL_USE_TLS", False),
        "EMAIL_USE_SSL": url.get("EMAIL_USE_SSL", False),
        "EMAIL_FILE_PATH": url["EMAIL_FILE_PATH"],
        "EMAIL_TIMEOUT": MAIL_TIMEOUT,
    }


def mailers(url: Mapping[str, Any]) -> dict[str, Any]:
    """Return the setting MAILERS of Django 6.1 and later, for a parsed URL."""
    known = mail_settings(url)
    options = {}
    if known["EMAIL_BACKEND"].endswith(".smtp.EmailBackend"):
        options = {
            "host": known["EMAIL_HOST"],
            "port": known["EMAIL_PORT"],
            "username": known["EMAIL_HOST_USER"],
            "password": known["EMAIL_HOST_PASSWORD"],
            "use_tls": known["EMAIL_USE_TLS"],
            "use_ssl": known["EMAIL_USE_SSL"],
            "timeout": known["EMAIL_TIMEOUT"],
        }
    elif known["EMAIL_FILE_PATH"]:
        options = {"file_path": known["EMAIL_FILE_PATH"]}
    return {"default": {"BACKEND": known["EMAIL_BACKEND"], "OPTIONS": options}}

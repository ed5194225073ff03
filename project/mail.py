"""How to send mail, from a URL, under the names that versions of Django read."""

from collections.abc import Mapping
from typing import Any

TIMEOUT = 30
_PORTS = {"EMAIL_USE_TLS": 587, "EMAIL_USE_SSL": 465}


def classic(url: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of Django up to 6.0 for what django-environ made of a URL."""
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
        "EMAIL_TIMEOUT": TIMEOUT,
    }


def mailers(url: Mapping[str, Any]) -> dict[str, Any]:
    """Return the setting MAILERS, of Django 6.1 and later."""
    known = classic(url)
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

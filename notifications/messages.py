"""The setting NOTIFICATION_MESSAGES: what messages must know of the site, and where they may go."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_supported_language_variant

from notifications import dictionaries

NAME = "NOTIFICATION_MESSAGES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What NOTIFICATION_MESSAGES may say, in capitals; README.md has a table of it."""

    site_url: str = ""
    site_name: str = ""
    user_language: str = ""
    unsubscribe_keys: tuple[str, ...] = ()
    unsubscribe_max_age: int | None = None
    webhook_hosts: tuple[str, ...] = ()
    webhook_timeout: int = 10
    # Services with hosts of their own: with these, no address leads into a private network.
    apprise_schemas: tuple[str, ...] = (
        "bulksms",
        "clicksend",
        "discord",
        "gchat",
        "msgbird",
        "pbul",
        "pover",
        "seven",
        "slack",
        "tgram",
        "twilio",
        "vonage",
        "whatsapp",
    )


KNOWN = tuple(field.name.upper() for field in fields(Messages))
_LISTS = ("UNSUBSCRIBE_KEYS", "WEBHOOK_HOSTS", "APPRISE_SCHEMAS")


@dataclass(frozen=True, slots=True)
class Site:
    """What templates have as `site` where django.contrib.sites is not installed."""

    name: str
    domain: str

    def __str__(self) -> str:
        return self.domain


def current() -> Messages:
    """Return what holds now. Raises ImproperlyConfigured."""
    given: dict[str, Any] = getattr(settings, NAME, {})
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    return Messages(**{name.lower(): _frozen(value) for name, value in given.items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def mistakes(given: Any) -> Iterator[str]:
    """Return a sentence for everything that is wrong with a value of the setting."""
    return dictionaries.mistakes(NAME, given, KNOWN, _mistake, secret=["UNSUBSCRIBE_KEYS"])


def _mistake(name: str, value: Any) -> str:
    if name in _LISTS:
        fits = isinstance(value, list | tuple)
        return "" if fits and all(_is_text(item) for item in value) else "no list of texts"
    if name in {"UNSUBSCRIBE_MAX_AGE", "WEBHOOK_TIMEOUT"}:
        fits = type(value) is int and value > 0
        may_be_none = value is None and name == "UNSUBSCRIBE_MAX_AGE"
        return "" if fits or may_be_none else "no whole number of seconds from 1"
    if not isinstance(value, str):
        return "no text"
    return "" if name != "SITE_URL" or not value or _is_origin(value) else "no https://host"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_origin(value: str) -> bool:
    parts = urlsplit(value)
    schemes = {"https", "http"} if settings.DEBUG else {"https"}
    rest = (parts.path.strip("/"), parts.query, parts.fragment)
    return parts.scheme in schemes and bool(parts.hostname) and not any(rest)


def site() -> Any:
    """Return the site for templates: Django's, where django.contrib.sites is installed."""
    if apps.is_installed("django.contrib.sites"):
        return get_current_site(None)
    domain = urlsplit(current().site_url).netloc
    return Site(current().site_name or domain, domain)


def absolute(path: str) -> str:
    """Return the URL of a path of this site; empty where nobody has said where the site is."""
    origin = current().site_url.rstrip("/")
    if not origin and apps.is_installed("django.contrib.sites"):
        origin = f"https://{site().domain}"
    return origin and origin + path


def language_of(user: Any) -> str:
    """Return the language of the attribute or method of the user that USER_LANGUAGE names."""
    value = user
    for name in filter(None, current().user_language.split(".")):
        value = getattr(value, name, None)
        value = value() if callable(value) else value
    try:
        return get_supported_language_variant(value if isinstance(value, str) else "")
    except LookupError:
        return settings.LANGUAGE_CODE

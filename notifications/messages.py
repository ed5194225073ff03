"""The setting NOTIFICATION_MESSAGES: the site that messages come from, and their destinations."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.urls import get_script_prefix
from django.utils.functional import Promise
from django.utils.translation import get_language, get_supported_language_variant, override

from notifications import dictionaries

NAME = "NOTIFICATION_MESSAGES"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""Hosts whose SITE_URL may be http:// without DEBUG, as in tests of a project in development."""
PLACEHOLDER = "example.com"
"""The name and the domain of the site that django.contrib.sites creates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """What NOTIFICATION_MESSAGES may say, in capitals; docs/reference/settings.md lists it."""

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
    """`site` in templates, if the setting names the site."""

    name: str
    domain: str

    def __str__(self) -> str:
        return self.domain


_UNSET: dict[str, Any] = {}
_latest: tuple[Any, bool, Messages] | None = None


def current() -> Messages:
    """Return the values of the setting. Raises ImproperlyConfigured.

    They are read again once the setting is another object: a message needs them several times.
    """
    global _latest  # noqa: PLW0603 - the setting of the process
    given, debug, latest = getattr(settings, NAME, _UNSET), settings.DEBUG, _latest
    if latest is not None and latest[0] is given and latest[1] is debug:
        return latest[2]
    if wrong := list(mistakes(given)):
        raise ImproperlyConfigured(" ".join(wrong))
    found = Messages(**{name.lower(): _frozen(value) for name, value in given.items()})
    _latest = (given, debug, found)
    return found


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
    if name != "SITE_URL" or not value or _is_base(value):
        return ""
    return "no https://host and no https://host/path; http:// is for DEBUG and for 127.0.0.1"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_base(value: str) -> bool:
    """Return whether URLs can be made by appending a path: scheme, host and perhaps a path."""
    try:
        parts = urlsplit(value)
        parts.netloc.encode("idna")
    except ValueError:
        return False
    unencrypted = settings.DEBUG or parts.hostname in LOOPBACK
    schemes = {"https", "http"} if unencrypted else {"https"}
    plain = value.isprintable() and not {" ", "?", "#"} & set(value)
    anonymous = parts.username is None and parts.password is None
    return parts.scheme in schemes and bool(parts.hostname) and plain and anonymous


def site() -> Any:
    """Return the site for templates, with `name` and `domain`.

    The setting comes first; django.contrib.sites provides what the setting does not name.
    """
    ours, theirs = current(), _site_of_django()
    if theirs and not ours.site_url and not ours.site_name:
        return theirs
    domain = urlsplit(ours.site_url).netloc or (theirs.domain if theirs else "")
    named = theirs.name if theirs and theirs.name != PLACEHOLDER else ""
    return Site(ours.site_name or named or domain, domain)


def _site_of_django() -> Any:
    """Return the current site of django.contrib.sites, None if it is not needed or not set up."""
    complete = current().site_url and current().site_name
    if complete or not apps.is_installed("django.contrib.sites"):
        return None
    try:
        return get_current_site(None)
    except (ImproperlyConfigured, ObjectDoesNotExist):  # no SITE_ID, or no row; see the checks
        return None


def base_url() -> str:
    """Return the URL of the site without a slash at its end; empty if it is unknown.

    A path of SITE_URL replaces the script prefix: that of the request or FORCE_SCRIPT_NAME.
    """
    url = current().site_url.rstrip("/")
    if not url and (theirs := _site_of_django()):
        url = f"https://{theirs.domain}"
    if not url or urlsplit(url).path:
        return url
    prefix = get_script_prefix().strip("/") or (settings.FORCE_SCRIPT_NAME or "").strip("/")
    return f"{url}/{prefix}" if prefix else url


def absolute(path: str) -> str:
    """Return the URL of a path below the site's; empty if the site's URL is unknown."""
    base = base_url()
    return base and base + path


def speaking(language: str) -> AbstractContextManager[None]:
    """Activate a language, at no cost where it is active already."""
    return nullcontext() if get_language() == language else override(language)


def language_of(user: Any) -> str:
    """Return the language of the attribute or method of the user that USER_LANGUAGE names.

    As Django resolves variants: `de-at` and `de_AT` are `de` if only that is in LANGUAGES.
    """
    value = user
    for name in filter(None, current().user_language.split(".")):
        value = getattr(value, name, None)
        value = value() if callable(value) else value
    named = str(value) if isinstance(value, str | Promise) else ""
    return _variant(named) or _variant(settings.LANGUAGE_CODE) or settings.LANGUAGE_CODE


def _variant(code: str) -> str:
    """Return the supported language for a language code or a locale name, empty if none is."""
    code = code.strip().partition(".")[0].partition("@")[0].replace("_", "-").lower()
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return ""

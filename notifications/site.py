"""The site that messages come from, URLs of it outside of requests, and languages of users."""

import re
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix
from django.utils.encoding import iri_to_uri
from django.utils.functional import Promise
from django.utils.translation import get_language, get_supported_language_variant, override

from notifications.conf import message_settings

PLACEHOLDER = "example.com"
"""Name and domain of the site that django.contrib.sites creates."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Site:
    """`site` in templates, if NOTIFICATION_MESSAGES names the site."""

    name: str
    domain: str

    def __str__(self) -> str:
        return self.domain


def site() -> Any:
    """Return the site for templates, with `name` and `domain`.

    The setting comes first; django.contrib.sites provides what the setting does not name.
    """
    values, row = message_settings(), _site_of_django()
    if row and not values.site_url and not values.site_name:
        return row
    domain = urlsplit(values.site_url).netloc or (row.domain if row else "")
    name = row.name if row and row.name != PLACEHOLDER else ""
    return Site(values.site_name or name or domain, domain)


def _site_of_django() -> Any:
    """Return the current site of django.contrib.sites, None if it is not needed or not set up."""
    values = message_settings()
    complete = values.site_url and values.site_name
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
    url = message_settings().site_url.rstrip("/")
    if not url and (row := _site_of_django()):
        url = f"https://{row.domain}"
    if not url or urlsplit(url).path:
        return url
    prefix = get_script_prefix().strip("/") or (settings.FORCE_SCRIPT_NAME or "").strip("/")
    return f"{url}/{prefix}" if prefix else url


def site_url(path: str) -> str:
    """Return the URL of a path below the site's; empty if the site's URL is unknown."""
    base = base_url()
    return base and base + path


def reverse_url(name: str, *args: str) -> str:
    """Return the absolute URL of a named view in the active language; empty if it has none.

    The script prefix of a request is left out, since `site_url` adds the path of the site.
    """
    if not getattr(settings, "ROOT_URLCONF", None):
        return ""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        path = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    finally:
        set_script_prefix(prefix)
    return site_url(path)


def ascii_url(url: str) -> str:
    """Return the URL as headers have it: with an IDNA host, and percent-encoded."""
    parts = urlsplit(url)
    with suppress(UnicodeError):  # an invalid domain of django.contrib.sites
        parts = parts._replace(netloc=parts.netloc.encode("idna").decode())
    return iri_to_uri(parts.geturl()) or ""


def safe_url(url: str) -> str:
    """Return the URL if it is http, https or relative; empty for `mailto:`, `javascript:` etc."""
    url = _CONTROL.sub("", url).strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and parts.hostname
    return url if is_web or not parts.scheme else ""


def absolute_url(url: str) -> str:
    """Return the URL as `safe_url` does, and absolute.

    A relative one is below the site's path, and stays as it is if the site's URL is unknown.
    """
    url, base = safe_url(url), base_url()
    parts = urlsplit(url)
    if not url or not base or parts.scheme:
        return url
    if parts.netloc:
        return f"{urlsplit(base).scheme}:{url}"
    return _append(base, url if url.startswith("/") else f"/{url}")


def _append(base: str, path: str) -> str:
    """Append the path to the base URL, whose own path it can begin with."""
    prefix = urlsplit(base).path
    repeated = bool(prefix) and re.match(rf"{re.escape(prefix)}(?=[/?#]|$)", path)
    return f"{base.removesuffix(prefix)}{path}" if repeated else f"{base}{path}"


def use_language(language: str) -> AbstractContextManager[None]:
    """Activate a language, at no cost where it is active already."""
    return nullcontext() if get_language() == language else override(language)


def language_of(user: Any) -> str:
    """Return the language of the attribute or method of the user that USER_LANGUAGE names.

    Variants are resolved as in Django: `de-at` and `de_AT` are `de` if LANGUAGES has only that.
    """
    value = user
    for name in filter(None, message_settings().user_language.split(".")):
        value = getattr(value, name, None)
        value = value() if callable(value) else value
    code = str(value) if isinstance(value, str | Promise) else ""
    return _supported(code) or _supported(settings.LANGUAGE_CODE) or settings.LANGUAGE_CODE


def _supported(code: str) -> str:
    """Return the supported language for a language code or a locale name, empty if none is."""
    code = code.strip().partition(".")[0].partition("@")[0].replace("_", "-").lower()
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return ""

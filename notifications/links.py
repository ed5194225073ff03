"""Links in messages, which are followed outside of the site and made outside of requests."""

import re
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix
from django.utils.encoding import iri_to_uri

from notifications.messages import absolute, base_url

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def page(name: str, *args: str) -> str:
    """Return the absolute URL of a named view in the active language; empty if it has none.

    The script prefix of a request is left out, since `absolute` adds the path of the site.
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
    return absolute(path)


def ascii_url(url: str) -> str:
    """Return the URL as headers have it: with an IDNA host, and percent-encoded."""
    parts = urlsplit(url)
    with suppress(UnicodeError):  # a domain of django.contrib.sites that is none
        parts = parts._replace(netloc=parts.netloc.encode("idna").decode())
    return iri_to_uri(parts.geturl()) or ""


def harmless(url: str) -> str:
    """Return the URL if it is http, https or relative; empty for `mailto:`, `javascript:` etc."""
    url = _CONTROL.sub("", url).strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    is_web = parts.scheme in {"http", "https"} and parts.hostname
    return url if is_web or not parts.scheme else ""


def outward(url: str) -> str:
    """Return the URL as `harmless` does, and absolute.

    A relative one is below the site's path, and stays as it is if the site's URL is unknown.
    """
    url, base = harmless(url), base_url()
    parts = urlsplit(url)
    if not url or not base or parts.scheme:
        return url
    if parts.netloc:
        return f"{urlsplit(base).scheme}:{url}"
    return _below(base, url if url.startswith("/") else f"/{url}")


def _below(base: str, path: str) -> str:
    """Append the path to the base, whose own path it can begin with."""
    own = urlsplit(base).path
    doubled = bool(own) and re.match(rf"{re.escape(own)}(?=[/?#]|$)", path)
    return f"{base.removesuffix(own)}{path}" if doubled else f"{base}{path}"

"""System checks of the project that the app is installed in."""

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth.views import LoginView
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.shortcuts import resolve_url
from django.template import TemplateDoesNotExist
from django.template.loader import select_template
from django.urls import (
    NoReverseMatch,
    Resolver404,
    ResolverMatch,
    get_script_prefix,
    resolve,
    reverse,
)
from django.utils.module_loading import module_has_submodule

from notifications import clashes, conf

RENAME = "Rename that file or folder, or the app."


def require_own_schema() -> None:
    """Raise ImproperlyConfigured if 'schema' in INSTALLED_APPS is not an app.

    Without this error the URLs would fail with an ImportError, before any check runs.
    """
    config = apps.app_configs.get("schema")
    wrong = clashes.foreign_schema(config)
    if wrong and config and not _is_app(config.module):
        raise ImproperlyConfigured(f"{wrong} {RENAME}")


def _is_app(module: Any) -> bool:
    return any(module_has_submodule(module, name) for name in ("apps", "models"))


def check_names(**_kwargs: Any) -> list[CheckMessage]:
    """Report other distributions and apps with the import names of this distribution."""
    found: list[CheckMessage] = [
        Error(clashes.mixed(name, others), hint=clashes.REINSTALL, id="notifications.E010")
        for name, others in clashes.other_distributions().items()
    ]
    if wrong := clashes.foreign_schema(apps.app_configs.get("schema")):
        hint = f"{RENAME} Silence this warning if you use notifications without its GraphQL API."
        found.append(Warning(wrong, hint=hint, id="notifications.W012"))
    return found


def check_deployed_site(**_kwargs: Any) -> list[CheckMessage]:
    """Warn if links in messages lead to a loopback address."""
    given = getattr(settings, conf.MESSAGES, {})
    url = given.get("SITE_URL") if isinstance(given, dict) else None
    if not isinstance(url, str) or urlsplit(url).hostname not in conf.LOOPBACK:
        return []
    return [
        Warning(
            f"Links in messages lead to {url}, which is a loopback address.",
            hint=f"Set {conf.MESSAGES}['SITE_URL'] to the https:// URL of the site.",
            id="notifications.W011",
        )
    ]


def check_sign_in(**_kwargs: Any) -> list[CheckMessage]:
    """Warn if the settings page redirects to a sign-in page that does not exist."""
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    try:
        reverse("notifications:preferences")
    except NoReverseMatch:
        return []
    wrong = _wrong_sign_in()
    if not wrong:
        return []
    hint = "Set LOGIN_URL to your sign-in page, or to 'admin:login', which is for staff."
    message = f"The settings page redirects to LOGIN_URL = {settings.LOGIN_URL!r}, which {wrong}."
    return [Warning(message, hint=hint, id="notifications.W010")]


def _wrong_sign_in() -> str:
    """Return the mistake in LOGIN_URL; empty if it is valid or on another site."""
    try:
        url = urlsplit(resolve_url(settings.LOGIN_URL))
    except NoReverseMatch:
        return "is not the name of a URL pattern"
    if url.netloc:
        return ""
    match = _match(url.path)
    if match is None:
        return "no URL pattern matches"
    view: Any = match.func
    klass = getattr(view, "view_class", None)
    if not (klass and issubclass(klass, LoginView)):
        return ""
    template = view.view_initkwargs.get("template_name", klass.template_name)
    try:
        select_template([template] if isinstance(template, str) else template)
    except TemplateDoesNotExist:
        return f"has no template {template!r}"
    return ""


def _match(path: str) -> ResolverMatch | None:
    """Resolve a path as middleware does: also with a slash, and with the prefix of a language."""
    path = "/" + path.removeprefix(get_script_prefix()).removeprefix("/")
    for prefix in ("", f"/{settings.LANGUAGE_CODE}"):
        for suffix in ("", "/"):
            try:
                return resolve(prefix + path + suffix)
            except Resolver404:
                continue
    return None

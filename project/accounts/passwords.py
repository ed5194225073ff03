"""Throttling of the pages that change a password or send mail to reset it."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.views import PasswordResetView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix

from notifications.site import base_url
from project.accounts.sign_in import TooManyAttempts, normalized_name
from schema.auth.rates import address_of, reset, spend

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponseBase]


def limit_changes(view: View) -> View:
    """Count posts to a view that changes a password: each one guesses the old password."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if request.method != "POST" or not user.is_authenticated:
            return view(request, *args, **kwargs)
        if wait := spend("PASSWORD_CHANGES_PER_ACCOUNT", str(user.pk)):
            raise TooManyAttempts(wait)
        before = user.password
        response = view(request, *args, **kwargs)
        if user.password != before:
            reset("PASSWORD_CHANGES_PER_ACCOUNT", str(user.pk))
        return response

    return limited


class SiteResetForm(PasswordResetForm):
    """Django's form with links to SITE_URL, since a client chooses the host of its request."""

    def save(self, *_args: Any, **options: Any) -> None:
        base = base_url()
        if not base:
            logger.error("SITE_URL is not set, so no mail to reset a password can be sent.")
            return
        parts = urlsplit(base)
        site = {"domain_override": parts.netloc + parts.path, "use_https": parts.scheme == "https"}
        prefix = get_script_prefix()
        set_script_prefix("/")  # the path of the site's URL has the prefix
        try:
            super().save(**{**options, **site})
        finally:
            set_script_prefix(prefix)


class LimitedResetView(PasswordResetView):
    """Django's view with a limit on the number of mails.

    Addresses without an account are counted as well, so that the answers are equal.
    """

    form_class = SiteResetForm

    def form_valid(self, form: Any) -> HttpResponse:
        wait = spend("PASSWORD_RESETS_PER_ADDRESS", address_of(self.request)) or spend(
            "PASSWORD_RESETS_PER_ACCOUNT", normalized_name(form.cleaned_data["email"])
        )
        if wait:
            raise TooManyAttempts(wait)
        return super().form_valid(form)

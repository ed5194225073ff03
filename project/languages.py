"""Which language an answer is in."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import activate, get_language, get_language_from_request


class LanguageMiddleware:
    """Does what Django's LocaleMiddleware does where no address begins with a language.

    Whether one does, Django's asks four times a request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        activate(get_language_from_request(request))
        request.LANGUAGE_CODE = get_language()
        response = self._get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        response.setdefault("Content-Language", get_language())
        return response

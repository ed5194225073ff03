"""People are answered in their language, by fewer questions than Django's middleware asks."""

from typing import Any

import pytest
from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.test import RequestFactory
from django.utils import translation

from project.languages import LanguageMiddleware


def in_its_language(request: HttpRequest) -> HttpResponse:
    return HttpResponse(translation.gettext("Password"))


def in_german(request: HttpRequest) -> HttpResponse:
    translation.activate("de")
    return HttpResponse(headers={"Vary": "Cookie"})


def in_no_language_of_ours(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404, headers={"Content-Language": "fr"})


@pytest.mark.parametrize("view", [in_its_language, in_german, in_no_language_of_ours])
@pytest.mark.parametrize(
    ("accepted", "cookie"),
    [("", ""), ("de", ""), ("de-AT, en;q=0.5", ""), ("fr, *", ""), ("en", "de"), ("de", "tlh")],
)
def test_the_answer_is_that_of_django(view: Any, accepted: str, cookie: str) -> None:
    answers = []
    for middleware in (LanguageMiddleware, LocaleMiddleware):
        with translation.override("en"):
            request = RequestFactory().get("/de/", headers={"accept-language": accepted})
            request.COOKIES["django_language"] = cookie
            response: Any = middleware(view)(request)
            language = request.LANGUAGE_CODE
            answers.append((language, [*response.items()], response.content))
    assert answers[0] == answers[1]


def test_no_address_begins_with_a_language() -> None:
    assert is_language_prefix_patterns_used(settings.ROOT_URLCONF) == (False, False)

"""Refusal of requests by their headers, before any view or other middleware reads them."""

from collections.abc import Callable

from cross_web import HTTPException
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from schema.http.guard import Guard
from schema.http.requests import Refused, check_charset, content_length


class BodyMiddleware:
    """Refuse bodies by their headers: Django parses uploads of any size, even for a 404.

    No page accepts files, so that DATA_UPLOAD_MAX_MEMORY_SIZE limits the whole body.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            _check(request)
        except HTTPException as error:
            if not _is_api(request):
                text = "text/plain; charset=utf-8"
                return HttpResponse(error.reason, status=error.status_code, content_type=text)
        return self._get_response(request)


def _check(request: HttpRequest) -> None:
    """Raise Refused for a body that is too large or not in UTF-8, and for NUL in the query."""
    check_charset(request)
    size = content_length(request)
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or size
    if size > most:
        raise Refused(413, f"The body of the request has {size:,} bytes; allowed: {most:,}.")
    if "%00" in request.META.get("QUERY_STRING", ""):
        raise Refused(400, "The query string has a NUL character.")


def _is_api(request: HttpRequest) -> bool:
    """Return True if the view makes these checks itself, and answers in GraphQL."""
    try:
        return isinstance(resolve(request.path_info).func, Guard)
    except Resolver404:
        return False

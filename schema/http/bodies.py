"""Checks of a request's body that do not read it, and the reading of one that passes."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from schema.conf import limits
from schema.errors import LimitExceeded
from schema.http.negotiation import CHARSETS, JSON
from schema.http.requests import Refused

MAX_DIGITS = 19  # of a Content-Length: more than any body has, and few enough to convert


def check_body(request: HttpRequest) -> None:
    """Check type, encoding and length by the headers alone. Raises Refused, LimitExceeded."""
    is_post = request.method == "POST"
    check_charset(request, Accept=JSON)
    if is_post and request.content_type != JSON:
        raise Refused(415, f"The body of the request must be {JSON} in UTF-8.", Accept=JSON)
    if is_post:
        _check_size(content_length(request))


def check_charset(request: HttpRequest, **headers: str) -> None:
    """Raise Refused unless text is in UTF-8: Django decodes the query string by it as well.

    The type is None if project/requests.py could not parse the header.
    """
    if request.content_type is None and request.META.get("CONTENT_TYPE"):
        raise Refused(400, "The header Content-Type cannot be parsed.", **headers)
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() not in CHARSETS:
        raise Refused(
            415, f"The encoding of the request is {charset!r}. Allowed: UTF-8.", **headers
        )


def content_length(request: HttpRequest) -> int:
    """Return the number of bytes that the headers announce. Raises Refused.

    Django on WSGI reads no further than Content-Length, so a body without it would be lost.
    """
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text:
        if isinstance(request, WSGIRequest) and request.META.get("HTTP_TRANSFER_ENCODING"):
            raise Refused(411, "The request has a body without the header Content-Length.")
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise Refused(400, "The header Content-Length is not a number of bytes.")
    return int(text)


def read_body(request: HttpRequest) -> bytes:
    """Return the body. Raises LimitExceeded: on ASGI, a body may come without its length."""
    body = request.body
    _check_size(len(body))
    return body


def _check_size(size: int) -> None:
    """Compare with the limit of the API and with Django's own."""
    most = min(limits().max_body_size, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or size)
    if size > most:
        raise LimitExceeded(f"The body of the request has {size:,} bytes", most)

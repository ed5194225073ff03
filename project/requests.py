"""Requests with a Content-Type that Django cannot parse: they are refused without an error."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest


class _Lenient(HttpRequest):
    """Request with a Content-Type that Django cannot parse: it raises no error.

    Django parses the header when it builds the request, outside of all middleware. BodyMiddleware
    and the API refuse the result: a type of None, or a charset that decodes no text.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type, self.content_params = None, None
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (BadRequest, LookupError, TypeError, ValueError):
            self._encoding = None


class LenientWSGIRequest(_Lenient, WSGIRequest):
    pass


class LenientASGIRequest(_Lenient, ASGIRequest):
    pass

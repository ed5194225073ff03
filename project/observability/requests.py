"""Requests as logs, metrics and traces name them: without any text of a client."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.views import View

OTHER = "other"
_METHODS = {name.upper() for name in View.http_method_names}


@dataclass(frozen=True, slots=True)
class AnsweredRequest:
    method: str
    route: str
    status: int
    seconds: float


def method_of(request: HttpRequest) -> str:
    """Return the method of the request, `other` for one that Django's views do not have."""
    method = request.method or ""
    return method if method in _METHODS else OTHER


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the URL, never its path; `other` if no pattern matches."""
    match = request.resolver_match
    return match.route if match else OTHER

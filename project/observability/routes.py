"""What was asked for, in words of this project's own."""

from django.http import HttpRequest
from django.views import View

OTHER = "other"
_METHODS = {name.upper() for name in View.http_method_names}


def method_of(request: HttpRequest) -> str:
    method = request.method or ""
    return method if method in _METHODS else OTHER


def route_of(request: HttpRequest) -> str:
    """Return the pattern that fits the address, never the address."""
    match = request.resolver_match
    return match.route if match else OTHER

"""The Content-Security-Policy of every page."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Content-Security-Policy"

Policy = Mapping[str, tuple[str, ...]]

OWN = ("'self'",)
NONE = ("'none'",)

POLICY: Policy = {
    "default-src": NONE,
    "script-src": OWN,
    "style-src": OWN,
    "font-src": OWN,
    "img-src": OWN,
    "connect-src": OWN,
    "form-action": OWN,
    "base-uri": NONE,
    "frame-ancestors": NONE,
}
GRAPHIQL: Policy = {
    **POLICY,
    "style-src": (*OWN, "'unsafe-inline'"),  # its editor writes its theme into the page
    "worker-src": OWN,
}


def header(policy: Policy) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


class PolicyMiddleware:
    """Sends the policy with every response that brings none of its own.

    It is the same for all, so that it is composed once. What Django shows to developers in place of
    a page has styles and scripts in it, and is sent as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._header = header(POLICY)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        for_developers = response.status_code in {404, 500} and settings.DEBUG
        if not for_developers:
            response.setdefault(HEADER, self._header)
        return response

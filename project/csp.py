"""Content-Security-Policy of the pages: Django's own from 6.0 on, django-csp on Django 5.2."""

from typing import Any

import django

SELF = ["'self'"]
NONE = ["'none'"]

POLICY = {
    "default-src": NONE,
    "script-src": SELF,
    "style-src": SELF,
    "font-src": SELF,
    "img-src": SELF,
    "connect-src": SELF,
    "form-action": SELF,
    "base-uri": NONE,
    "frame-ancestors": NONE,
}
GRAPHIQL = {
    **POLICY,
    "style-src": [*SELF, "'unsafe-inline'"],  # its editor writes its theme into the page
    "worker-src": SELF,
}

if django.VERSION >= (6,):
    from django.views.decorators.csp import csp_override as override

    MIDDLEWARE = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    SETTINGS: dict[str, Any] = {"SECURE_CSP": POLICY}
else:
    from csp.decorators import csp as override  # type: ignore[no-redef]

    MIDDLEWARE = "csp.middleware.CSPMiddleware"
    SETTINGS = {"CONTENT_SECURITY_POLICY": {"DIRECTIVES": POLICY}}

__all__ = ["GRAPHIQL", "MIDDLEWARE", "POLICY", "SETTINGS", "override"]

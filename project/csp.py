"""The Content-Security-Policy of every page; middleware of two makes sends it, see settings."""

from collections.abc import Mapping

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
    """For a response that brings a policy of its own, which both middlewares leave alone."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())

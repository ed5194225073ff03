"""Address of the client of a request, with or without proxies."""

import logging
from functools import lru_cache
from ipaddress import ip_address, ip_network
from threading import Lock

from django.http import HttpRequest

logger = logging.getLogger(__name__)

UNKNOWN = "unknown"
"""Address of all requests without a valid address, which share one budget."""
MAX_LENGTH = 80
"""Characters of an address with zone, port, brackets and quotes."""
WARNING = (
    "A request has the header X-Forwarded-For, and TRUSTED_PROXIES of NOTIFICATION_RATES is 0."
    " Behind a proxy, all clients then share the budget of its address. Set TRUSTED_PROXIES to"
    " the number of your proxies. Without a proxy, ignore this warning."
)


def client_address(request: HttpRequest, proxies: int) -> str:
    """Return the client's IPv4 address, its IPv6 network of 64 bits, or UNKNOWN.

    Providers assign at least such a network to each customer. `proxies` is the number of trusted
    proxies that append to X-Forwarded-For; addresses that the client itself sends are ignored.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR")
    if forwarded is not None and proxies:
        addresses = forwarded.split(",")
        if len(addresses) >= proxies:
            return parsed(addresses[-proxies])
    elif forwarded is not None:
        _warning.log()
    return parsed(request.META.get("REMOTE_ADDR", ""))


def parsed(text: str) -> str:
    """Return the canonical form of an address, with or without a port, quotes and a zone."""
    return _network(text.strip()) if len(text) <= MAX_LENGTH else UNKNOWN


@lru_cache(maxsize=256)
def _network(text: str) -> str:
    try:
        address = ip_address(_bare(text))
    except ValueError:
        return UNKNOWN
    if address.version == 6:  # noqa: PLR2004 - IPv6
        return str(address.ipv4_mapped or ip_network((address.packed, 64), strict=False))
    return str(address)


def _bare(text: str) -> str:
    """Return an address without the parts that proxies and RFC 7239 add to it."""
    if text[:4].lower() == "for=":
        text = text[4:]
    text = text.strip('"').strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]


class _Warning:
    """Log the warning at most once in each process."""

    def __init__(self) -> None:
        self._lock = Lock()

    def log(self) -> None:
        if self._lock.acquire(blocking=False):  # and never released
            logger.warning(WARNING)


_warning = _Warning()

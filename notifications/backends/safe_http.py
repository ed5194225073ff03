"""A POST to a URL that a user has given: over TLS, to the Internet, within bounds.

Names are resolved once, every address that comes of it is looked at, and the connection goes to one
of those that were: what a name means a moment later is of no account. Redirects are not followed,
proxies of the environment are not used, and the body of the answer is not read.
"""

import socket
import ssl
from collections.abc import Iterable, Mapping
from functools import cache
from http.client import HTTPException, HTTPSConnection
from io import BufferedReader, RawIOBase
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.utils.encoding import iri_to_uri

MAX_URL = 2000
MAX_ANSWER = 64 * 1024
"""Bytes of an answer's head."""

# The registries of IANA, by hand: `is_global` gives another answer in each version of Python.
_LOCAL_V4 = tuple(
    map(
        IPv4Network,
        [
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ],
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All other IPv6 addresses are local, reserved, multicast, or another spelling of IPv4."""
_LOCAL_V6 = tuple(
    map(
        IPv6Network,
        [
            "2001::/23",  # protocols, Teredo among them
            "2001:db8::/32",
            "2002::/16",  # 6to4: tunnels to IPv4
            "3fff::/20",
        ],
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""Prefix with which networks of IPv6 alone reach hosts that have IPv4 alone."""


class Refused(ValueError):
    """A URL that nothing is sent to; the message says why."""


def clean(url: str, *, trusted: Iterable[str] = ()) -> str:
    """Return the URL as it is sent to. Raises Refused.

    Hosts that are `trusted` may be anywhere. A name can mean anything later: `post` looks again.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        raise Refused("This is no URL.") from None
    if parts.scheme != "https" or not host:
        raise Refused("A URL that begins with https:// is needed.")
    if parts.username is not None or parts.password is not None:
        raise Refused("A URL with a user or a password in it is not taken.")
    if len(url) > MAX_URL or not url.isprintable() or " " in url or port == 0:
        raise Refused("This is no URL.")
    if host not in trusted and (_is_local(host) or not _may_be_public(host)):
        raise Refused(f"{host} is not a host on the Internet.")
    netloc = host if port is None else f"{host}:{port}"
    return iri_to_uri(parts._replace(netloc=netloc, fragment="").geturl())


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    timeout: float,
    trusted: Iterable[str] = (),
) -> int:
    """Return the status of the answer. Raises Refused, OSError.

    All is over after `timeout` seconds, but for the resolver, which has a limit of its own.
    """
    parts = urlsplit(clean(url, trusted=trusted))
    until = monotonic() + timeout
    connection = _Connection(parts, until, _host(parts) in trusted)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    except HTTPException as error:
        raise ConnectionError(f"The answer is no HTTP: {error!r}") from error
    finally:
        connection.close()


def is_public(address: str) -> bool:
    """Return True for an address of the Internet, in all versions of Python alike.

    Raises ValueError for text that is no address.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _LOCAL_V4)
    return ip in _GLOBAL_V6 and not any(ip in network for network in _LOCAL_V6)


def _may_be_public(host: str) -> bool:
    """Whether a name may lead to the Internet; an address is looked at here and now."""
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        return True


def _is_local(host: str) -> bool:
    """Names that mean something in a local network only; a name of the Internet has a dot."""
    bare = host.rstrip(".")
    last = bare.rpartition(".")[2]
    return not host.startswith("[") and (bare == last or last in {"local", "internal", "localhost"})


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    return f"[{host}]" if ":" in host else host


def _resolve(host: str, port: int, *, trusted: bool) -> list[Any]:
    """Return where to connect to. Raises Refused if any address of the host is not public."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not trusted and not is_public(str(address[0])):
            raise Refused(f"{host} leads into a private network.")
    return found


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(HTTPSConnection):
    """Connects to an address that was looked at, and ends when the time is up."""

    def __init__(self, parts: SplitResult, until: float, trusted: bool) -> None:  # noqa: FBT001
        super().__init__(_host(parts), parts.port, context=_tls())
        self._until = until
        self._trusted = trusted

    def connect(self) -> None:
        error: OSError = ConnectionError("The host has no address.")
        for family, kind, protocol, _, address in _resolve(
            self.host, self.port, trusted=self._trusted
        ):
            raw = socket.socket(family, kind, protocol)
            try:
                raw.settimeout(_left(self._until))
                raw.connect(address)
                name = self.host.strip("[]").rstrip(".")
                tls = _tls().wrap_socket(raw, server_hostname=name)
            except OSError as failure:
                raw.close()
                error = failure
            else:
                self.sock: Any = _Bounded(tls, self._until)
                return
        raise error


class _Bounded:
    """As much of a socket as http.client needs, for so long and for so many bytes."""

    def __init__(self, sock: ssl.SSLSocket, until: float) -> None:
        self._sock = sock
        self._until = until
        self._bytes = MAX_ANSWER

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(_left(self._until))
            rest = rest[self._sock.send(rest) :]

    def receive(self, buffer: memoryview) -> int:
        if not self._bytes:
            raise ConnectionError("The answer is too long.")
        self._sock.settimeout(_left(self._until))
        got = self._sock.recv_into(buffer[: self._bytes])
        self._bytes -= got
        return got

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(_Answer(self))

    def close(self) -> None:
        self._sock.close()


class _Answer(RawIOBase):
    def __init__(self, source: _Bounded) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive(memoryview(buffer))


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("There was no answer in time.")
    return left

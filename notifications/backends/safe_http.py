"""POST requests to URLs of users, protected against server-side request forgery (SSRF).

Only TLS and hosts on the Internet are allowed. A host name is resolved once, all its addresses are
checked, and the connection uses one of these addresses, so that a later change of DNS records has
no effect. Redirects are not followed, proxies of the environment are not used, and the body of the
response is not read.
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
MAX_RESPONSE = 64 * 1024
"""Bytes of a response that are read: status line and headers."""

# From the registries of IANA, as `is_global` differs between versions of Python.
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
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
        ],
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All other IPv6 addresses are local, reserved, multicast, or map to IPv4."""
_LOCAL_V6 = tuple(
    map(
        IPv6Network,
        [
            "2001::/23",  # protocols, such as Teredo
            "2001:db8::/32",
            "2002::/16",  # 6to4: tunnels to IPv4
            "3fff::/20",
        ],
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""Prefix by which IPv6-only networks reach IPv4-only hosts."""


class Refused(ValueError):
    """A URL that is not allowed; the message has the reason."""


def clean(url: str, *, trusted: Iterable[str] = ()) -> str:
    """Return the URL as requests use it. Raises Refused.

    Hosts that are `trusted` may be in any network. `post` checks again, as DNS records change.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        raise Refused("It is not a valid URL.") from None
    if parts.scheme != "https" or not host:
        raise Refused("It does not begin with https://.")
    if parts.username is not None or parts.password is not None:
        raise Refused("It has a user name or a password.")
    if len(url) > MAX_URL or not url.isprintable() or " " in url or port == 0:
        raise Refused("It is not a valid URL.")
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
    """Send a POST request and return the status of the response. Raises Refused or OSError.

    `timeout` limits the seconds of all steps except DNS, which has a timeout of its own.
    """
    parts = urlsplit(clean(url, trusted=trusted))
    end = monotonic() + timeout
    connection = _Connection(parts, end, _host(parts) in trusted)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    except HTTPException as error:
        raise ConnectionError(f"The response is not valid HTTP: {error!r}") from error
    finally:
        connection.close()


def is_public(address: str) -> bool:
    """Return True for an IP address on the Internet, equally in all versions of Python.

    Raises ValueError for other text.
    """
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        ip = IPv4Address(int(ip) & 0xFFFFFFFF)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _LOCAL_V4)
    return ip in _GLOBAL_V6 and not any(ip in network for network in _LOCAL_V6)


def _may_be_public(host: str) -> bool:
    """Return True for a host name, which is resolved later, and for a public IP address."""
    try:
        return is_public(host.strip("[]"))
    except ValueError:
        return True


def _is_local(host: str) -> bool:
    """Return True for a name of a local network; a name on the Internet has a dot."""
    bare = host.rstrip(".")
    last = bare.rpartition(".")[2]
    return not host.startswith("[") and (bare == last or last in {"local", "internal", "localhost"})


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    return f"[{host}]" if ":" in host else host


def _resolve(host: str, port: int, *, trusted: bool) -> list[Any]:
    """Return the addresses of a host. Raises Refused if one of them is not public."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    for *_, address in found:
        if not trusted and not is_public(str(address[0])):
            raise Refused(f"{host} resolves to an address that is not on the Internet.")
    return found


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Connection(HTTPSConnection):
    """Connection to a checked address, with a limit of time. `end` is a monotonic time."""

    def __init__(self, parts: SplitResult, end: float, trusted: bool) -> None:  # noqa: FBT001
        super().__init__(_host(parts), parts.port, context=_tls())
        self._end = end
        self._trusted = trusted

    def connect(self) -> None:
        error: OSError = ConnectionError("The host has no address.")
        for family, kind, protocol, _, address in _resolve(
            self.host, self.port, trusted=self._trusted
        ):
            raw = socket.socket(family, kind, protocol)
            try:
                raw.settimeout(_seconds_left(self._end))
                raw.connect(address)
                name = self.host.strip("[]").rstrip(".")
                tls = _tls().wrap_socket(raw, server_hostname=name)
            except OSError as failure:
                raw.close()
                error = failure
            else:
                self.sock: Any = _BoundedSocket(tls, self._end)
                return
        raise error


class _BoundedSocket:
    """The methods of a socket that http.client uses, with limits of time and of bytes received."""

    def __init__(self, sock: ssl.SSLSocket, end: float) -> None:
        self._sock = sock
        self._end = end
        self._bytes = MAX_RESPONSE

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(_seconds_left(self._end))
            rest = rest[self._sock.send(rest) :]

    def receive(self, buffer: memoryview) -> int:
        if not self._bytes:
            raise ConnectionError("The response is too long.")
        self._sock.settimeout(_seconds_left(self._end))
        received = self._sock.recv_into(buffer[: self._bytes])
        self._bytes -= received
        return received

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(_Response(self))

    def close(self) -> None:
        self._sock.close()


class _Response(RawIOBase):
    def __init__(self, source: _BoundedSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._source.receive(memoryview(buffer))


def _seconds_left(end: float) -> float:
    """Return the seconds until a monotonic time. Raises TimeoutError after it."""
    seconds = end - monotonic()
    if seconds <= 0:
        raise TimeoutError("The request timed out.")
    return seconds

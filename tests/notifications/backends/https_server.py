"""Web server with a self-signed certificate that keeps its requests."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.backends import DeliveryFailed, WebhookBackend

HOST = "hooks.example.org"


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Handler of requests. Responds with `status` and `headers`; `drip` is an endless header."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.drip: bytes = b""
        self.port = 0

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook?for=alice"

    def answer(self, handler: Any) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        self.requests.append(Request(handler.path, dict(handler.headers.items()), body))
        if self.drip:
            handler.wfile.write(b"HTTP/1.1 204 No Content\r\nX-Slow: ")
            for _ in range(200):
                handler.wfile.write(self.drip)
                sleep(0.05)
            return
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()


def write_certificate(directory: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for HOST, and its key; return their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
        .not_valid_after(datetime.now(UTC) + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = directory / "certificate.pem", directory / "key.pem"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path


@contextmanager
def receiver(certificate: Path | None = None, key: Path | None = None) -> Iterator[Receiver]:
    """Run the server, over TLS if there is a certificate."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.answer(self)

        def do_GET(self) -> None:
            receiver.answer(self)

        def log_message(self, *_args: Any) -> None:
            """Log nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_args: Any) -> None:
            """Ignore errors of clients that close the connection, which tests expect."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    receiver.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(notification: Any, user: Any, **context: Any) -> None:
    WebhookBackend(notification).send(user, context)


def refused(notification: Any, user: Any, **context: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failure:
        send(notification, user, **context)
    return failure.value

"""Clients that send slowly, incompletely, or not HTTP."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

Address = tuple[str, int]


def post(path: str, length: int, body: bytes = b"{ ", *headers: str) -> bytes:
    """Return a request with that Content-Length."""
    head = [f"POST {path} HTTP/1.1", "Host: example.org", f"Content-Length: {length}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def answer(connection: socket.socket, seconds: float) -> bytes:
    """Return the bytes that arrive until the other side closes. Raises TimeoutError."""
    end, received = time.monotonic() + seconds, b""
    while True:
        connection.settimeout(max(end - time.monotonic(), 0.001))
        try:
            data = connection.recv(65536)
        except ConnectionResetError:
            return received
        if not data:
            return received
        received += data


def send(address: Address, data: bytes, seconds: float = 10) -> bytes:
    with socket.create_connection(address, timeout=seconds) as connection:
        connection.sendall(data)
        return answer(connection, seconds)


@contextmanager
def held(address: Address, data: bytes, number: int) -> Iterator[list[socket.socket]]:
    """Open connections that send this data and nothing more."""
    with ExitStack() as stack:
        connections = []
        for _ in range(number):
            connection = stack.enter_context(socket.create_connection(address, timeout=10))
            connection.sendall(data)
            connections.append(connection)
        yield connections

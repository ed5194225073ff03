"""ASGI application, which limits the size of a body and the time to read it."""

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import IO, Any

import django
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler

from project.requests import LenientASGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class Handler(ASGIHandler):
    """Django's handler with limits on the size of a body and on the time to read it."""

    request_class = LenientASGIRequest

    async def read_body(self, receive: Receive) -> IO[bytes]:
        """Return the body up to the chunk that exceeds the limit. Raises RequestAborted."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or sys.maxsize
        body = io.BytesIO()
        try:
            async with asyncio.timeout(settings.BODY_TIMEOUT):
                async for chunk in _chunks(receive):
                    body.write(chunk)
                    if body.tell() > limit:
                        break
        except (RequestAborted, TimeoutError) as error:
            raise RequestAborted from error
        return body

    async def listen_for_disconnect(self, receive: Receive) -> None:
        """Ignore the rest of a body that was not read to its end."""
        async for _ in _chunks(receive):
            pass
        await super().listen_for_disconnect(receive)

    def create_request(self, scope: Mapping[str, Any], body_file: IO[bytes]) -> Any:
        """Add a missing Content-Length, by which Django refuses large bodies."""
        if b"content-length" not in dict(scope["headers"]) and (size := body_file.tell()):
            length = (b"content-length", str(size).encode())
            scope = {**scope, "headers": [*scope["headers"], length]}
        body_file.seek(0)
        return super().create_request(scope, body_file)


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """Yield the body. Raises RequestAborted."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestAborted
        yield message.get("body", b"")
        more = message.get("more_body", False)


django.setup(set_prefix=False)
application = Handler()

"""Messages to addresses with a non-ASCII local part, such as `jürgen@example.org`, by RFC 6531.

Django encodes such a local part as if it were a name, which makes another address of it.
"""

from copy import copy
from email import message_from_bytes
from email.policy import SMTPUTF8
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.encoding import punycode

from notifications.errors import DeliveryFailed

_AS_THEY_ARE = SMTPUTF8.clone(refold_source="none")
"""Writes headers in UTF-8 and does not fold those that Django has written."""


def is_needed(message: EmailMessage) -> bool:
    return not all(address.rpartition("@")[0].isascii() for address in message.recipients())


def send(message: EmailMessage, *, connection: Any) -> int:
    """Send to the one recipient through Django's SMTP backend; return the number of messages.

    Raises DeliveryFailed, for good, if the server has no SMTPUTF8, and what smtplib raises.
    """
    if not isinstance(connection, EmailBackend):
        return int(connection.send_messages([message]) or 0)
    opened = connection.open()
    try:
        server: Any = connection.connection
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise DeliveryFailed(
                "The mail server does not take addresses with characters other than ASCII before"
                " the @: it has no SMTPUTF8.",
                permanent=True,
            )
        [address] = map(_with_ascii_domain, message.recipients())
        sender = _with_ascii_domain(parseaddr(message.from_email)[1])
        options = ["SMTPUTF8", "BODY=8BITMIME"]
        server.sendmail(sender, [address], _content(message, address), mail_options=options)
    finally:
        if opened:
            connection.close()
    return 1


def _with_ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{punycode(domain)}"


def _content(message: EmailMessage, address: str) -> bytes:
    """Return the message as Django writes it, but for the header `To`."""
    unaddressed = copy(message)
    unaddressed.to = []
    parsed = message_from_bytes(unaddressed.message().as_bytes(), policy=_AS_THEY_ARE)
    parsed["To"] = address
    return parsed.as_bytes()

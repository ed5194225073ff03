"""Connection to the mail server, and classification of its errors as permanent or temporary.

Addresses with a non-ASCII local part, such as `jürgen@example.org`, are sent by RFC 6531
(SMTPUTF8). Django encodes such a local part like a display name, which makes another address of it.
"""

from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from email import message_from_bytes
from email.policy import SMTPUTF8
from email.utils import parseaddr
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.encoding import punycode

from notifications.errors import DeliveryFailed

TIMEOUT = 30
"""Seconds for each answer of a mail server, unless the project's settings name a timeout."""

PERMANENT = 500
"""Lowest status of a permanent refusal by a mail server."""

_UNFOLDED = SMTPUTF8.clone(refold_source="none")
"""Policy that writes headers in UTF-8 and does not fold those that Django has written."""


def new_connection() -> Any:
    """Return a connection of Django's mail backend, with a timeout."""
    mailers = getattr(mail, "mailers", None)  # Django 6.1
    connection: Any = mailers.default if mailers else mail.get_connection()
    if getattr(connection, "timeout", TIMEOUT) is None:
        connection.timeout = TIMEOUT
    return connection


def close(connection: Any) -> None:
    """Close a connection in any state, so that it can be opened again."""
    with suppress(OSError):
        connection.close()


def send(message: EmailMessage, *, shared: Any = None) -> None:
    """Send the message through the shared connection, which stays open, or through a new one.

    Raises DeliveryFailed. It is permanent if the server refuses this recipient or this message for
    good; not if the sender, the account or the server itself is the reason.
    """
    connection = shared or new_connection()
    try:
        if shared:
            shared.open()
        if _needs_smtputf8(message):
            sent = _send_by_smtputf8(message, connection=connection)
        else:
            sent = connection.send_messages([message])
    except SMTPRecipientsRefused as error:  # the connection is as good as before
        codes = [code for code, _ in error.recipients.values()]
        reason = f"The mail server refuses the address: {_answers(error.recipients)}"
        raise DeliveryFailed(reason, permanent=min(codes) >= PERMANENT) from error
    except BaseException as error:
        close(connection)
        if isinstance(error, ValueError):
            reason = f"The message cannot be written as an e-mail: {error}"
            raise DeliveryFailed(reason, permanent=True) from error
        if isinstance(error, OSError):  # those of smtplib, too
            refused = isinstance(error, SMTPDataError) and error.smtp_code >= PERMANENT
            reason = f"The mail server failed: {error!r}"
            raise DeliveryFailed(reason, permanent=refused) from error
        raise
    if sent == 0:
        raise DeliveryFailed("The mail backend sent no message.")


def _answers(recipients: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(
        f"{code} {text.decode(errors='replace')}" for code, text in recipients.values()
    )


def _needs_smtputf8(message: EmailMessage) -> bool:
    return not all(address.rpartition("@")[0].isascii() for address in message.recipients())


def _send_by_smtputf8(message: EmailMessage, *, connection: Any) -> int:
    """Send to the one recipient through Django's SMTP backend; return the number of messages.

    Other backends of Django get the message unchanged. Raises a permanent DeliveryFailed if the
    server does not support SMTPUTF8, and the errors of smtplib.
    """
    if not isinstance(connection, EmailBackend):
        return int(connection.send_messages([message]) or 0)
    opened = connection.open()
    try:
        server: Any = connection.connection
        server.ehlo_or_helo_if_needed()
        if not server.has_extn("smtputf8"):
            raise DeliveryFailed(
                "The mail server does not accept addresses with non-ASCII characters before the @:"
                " it does not support SMTPUTF8.",
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
    """Return the message as Django writes it, except for the header `To`."""
    unaddressed = copy(message)
    unaddressed.to = []
    parsed = message_from_bytes(unaddressed.message().as_bytes(), policy=_UNFOLDED)
    parsed["To"] = address
    return parsed.as_bytes()

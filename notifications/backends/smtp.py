"""From here to the mail server, and what its answer means for trying again."""

from collections.abc import Mapping
from contextlib import suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage

from notifications.backends import smtputf8
from notifications.errors import DeliveryFailed

TIMEOUT = 30
"""Seconds for each answer of a mail server, where the project's settings say nothing."""

PERMANENT = 500
"""What a mail server answers from here on is meant for good."""


def new_connection() -> Any:
    """Return one as Django is set up; with no server does a worker wait for ever."""
    mailers = getattr(mail, "mailers", None)  # Django 6.1
    connection: Any = mailers.default if mailers else mail.get_connection()
    if getattr(connection, "timeout", TIMEOUT) is None:
        connection.timeout = TIMEOUT
    return connection


def close(connection: Any) -> None:
    """Leave it so that it can be opened again, whatever state it is in."""
    with suppress(OSError):
        connection.close()


def hand_over(message: EmailMessage, *, kept: Any = None) -> None:
    """Send it through the connection that is kept open, or through one of its own.

    Raises DeliveryFailed: permanent where the server refuses this person or this message for good,
    not where it is the sender, the account or the server itself that is in trouble.
    """
    connection = kept or new_connection()
    try:
        if kept:
            kept.open()
        if smtputf8.is_needed(message):
            sent = smtputf8.send(message, connection=connection)
        else:
            sent = connection.send_messages([message])
    except SMTPRecipientsRefused as error:  # the connection is as good as before
        codes = [code for code, _ in error.recipients.values()]
        said = f"The mail server refuses the address: {_answers(error.recipients)}"
        raise DeliveryFailed(said, permanent=min(codes) >= PERMANENT) from error
    except BaseException as error:
        close(connection)
        if isinstance(error, ValueError):
            said = f"This cannot be put into an e-mail: {error}"
            raise DeliveryFailed(said, permanent=True) from error
        if isinstance(error, OSError):  # those of smtplib, too
            refused = isinstance(error, SMTPDataError) and error.smtp_code >= PERMANENT
            said = f"The mail server failed: {error!r}"
            raise DeliveryFailed(said, permanent=refused) from error
        raise
    if sent == 0:
        raise DeliveryFailed("The mail backend sent nothing.")


def _answers(recipients: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(
        f"{code} {text.decode(errors='replace')}" for code, text in recipients.values()
    )

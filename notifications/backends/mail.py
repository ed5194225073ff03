"""Delivery by e-mail, through Django's mail backend."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email.errors import MessageError
from email.headerregistry import Address
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from django.core.checks import CheckMessage, Warning  # noqa: A004 - Django's name
from django.core.mail import EmailMultiAlternatives
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import override

from notifications import conf, site
from notifications.backends import smtp
from notifications.backends.base import BaseBackend, Delivery
from notifications.backends.rendering import one_line, render
from notifications.errors import DeliveryFailed, NoAddress
from notifications.precedence import Source
from notifications.unsubscribe import links

_NON_ASCII = re.compile(r"[^\x00-\x7f]")


class UnfoldedHeader(str):
    """Value of a header that is never folded, such as a URL, which has no spaces.

    Newer versions of Python would fold it by encoded words, which mail clients do not read as a
    URL.
    """

    __slots__ = ("name",)

    name: str

    @classmethod
    def header(cls, name: str, value: str) -> dict[str, str]:
        header = cls(value)
        header.name = name
        return {name: header}

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class EmailBackend(BaseBackend):
    """Delivers to the e-mail address of the account, from `DEFAULT_FROM_EMAIL`.

    Each message has a footer with the reason for it, and links to unsubscribe and to the settings.
    """

    name = "email"
    display_name = "E-mail"
    description = "To the address of your account."

    _connection: Any = None

    @cached_property
    def template_subject(self) -> str:
        return self.template_name("_subject.txt")

    @cached_property
    def template_message(self) -> str:
        return self.template_name("_message.txt")

    @cached_property
    def template_html(self) -> str:
        return self.template_name("_message.html")

    @classmethod
    def check(cls) -> list[CheckMessage]:
        if site.reverse_url("notifications:unsubscribe", "token"):
            return []
        hint = f"Include notifications.urls, and set {conf.MESSAGES}['SITE_URL'] to https://host."
        message = "E-mails have no header List-Unsubscribe, which large mail providers require."
        return [Warning(message, hint=hint, obj=cls, id="notifications.W002")]

    @classmethod
    def timeout(cls) -> float | None:
        seconds = getattr(smtp.new_connection(), "timeout", None)
        return None if seconds is None else float(seconds)

    @contextmanager
    def session(self) -> Iterator[None]:
        """Share one connection between the messages of a batch, opened for the first of them."""
        self._connection = smtp.new_connection()
        try:
            yield
        finally:
            smtp.close(self._connection)
            self._connection = None

    def send(self, user: Any, context: Mapping[str, Any] | None = None) -> bool:
        super().send(user, context)
        address = _address_of(user)
        with override(site.language_of(user)):
            self.context["delivery"] = self._with_links()
        message = EmailMultiAlternatives(
            self.subject(), self.message(), to=[address], headers=self.headers()
        )
        if html := self.html():
            message.attach_alternative(html, "text/html")
        smtp.send(message, shared=self._connection)
        return True

    def subject(self) -> str:
        """Render the subject as one line: a header cannot have more."""
        text = render([self.template_subject, "notifications/email_subject.txt"], self.context)
        return one_line(text)

    def message(self) -> str:
        """Render the plain text, with the footer."""
        body = render([self.template_message, "notifications/email_message.txt"], self.context)
        footer = render(["notifications/email_footer.txt"], self.context)
        return f"{body.strip()}\n\n-- \n{footer.strip()}\n"

    def html(self) -> str:
        """Render the HTML, with the footer; empty if the notification has no such template."""
        try:
            get_template(self.template_html)
        except TemplateDoesNotExist:
            return ""
        body = render([self.template_html], self.context, html=True)
        footer = render(["notifications/email_footer.html"], self.context, html=True)
        before, end, after = body.rpartition("</body>")
        return f"{before}{footer}{end}{after}" if end else f"{body}{footer}"

    def headers(self) -> dict[str, str]:
        """Return headers, with List-Unsubscribe if the message can be unsubscribed from."""
        headers = {"Auto-Submitted": "auto-generated"}
        url = site.ascii_url(site.site_url("/"))
        host = urlsplit(url).hostname or mail.DNS_NAME.get_fqdn()
        headers |= UnfoldedHeader.header(
            "Message-ID", f"<delivery-{_atom(self.delivery.id)}@{host}>"
        )
        url = site.ascii_url(self.delivery.unsubscribe_url)
        if url.startswith("https://"):
            headers |= UnfoldedHeader.header("List-Unsubscribe", f"<{url}>")
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def _with_links(self) -> Delivery:
        return replace(
            self.delivery,
            settings_url=site.reverse_url("notifications:preferences"),
            unsubscribe_url=self._unsubscribe_url(),
        )

    def _unsubscribe_url(self) -> str:
        """Return the URL to unsubscribe; empty if the cell is required, or not on the page."""
        notification, source = self.notification, self.delivery.source
        if source:
            required = source is Source.REQUIRED
        else:
            required = notification.cells.filter(backend__name=self.name, required=True).exists()
        if required or not notification.visible:
            return ""
        token = links.token(
            user=self.context["user"].pk, notification=notification.pk, backend=self.name
        )
        return site.reverse_url("notifications:unsubscribe", token)


def _atom(text: str) -> str:
    """Return the id as a Message-ID may contain it, hashed if it has other characters."""
    fits = re.fullmatch(r"[A-Za-z0-9_-]{1,200}", text)
    return text if fits else sha256(text.encode()).hexdigest()[:32]


def _address_of(user: Any) -> str:
    """Return the user's e-mail address. Raises NoAddress or a permanent DeliveryFailed."""
    address = str(getattr(user, user.get_email_field_name(), "") or "").strip()
    if not address:
        raise NoAddress("The user has no e-mail address.")
    local, at, domain = address.rpartition("@")
    try:
        if not (local.isascii() or (local.isprintable() and " " not in local)):
            raise ValueError(local)  # noqa: TRY301 - handled like the errors of the parser
        # The parser accepts ASCII local parts only; smtp sends the others by SMTPUTF8.
        Address(addr_spec=f"{_NON_ASCII.sub('x', local)}{at}{domain}")
    except (ValueError, IndexError, MessageError):  # errors of the parser
        raise DeliveryFailed("The user's e-mail address is not valid.", permanent=True) from None
    return address

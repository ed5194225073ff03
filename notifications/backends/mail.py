"""E-mail, by whatever backend Django is set up to send mail with."""

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
from notifications.backends.base import BaseBackend, Delivery
from notifications.backends.rendering import one_line, render
from notifications.backends.smtp import close, hand_over, new_connection
from notifications.errors import DeliveryFailed, NoAddress
from notifications.precedence import Source
from notifications.unsubscribe import verbs

_OTHERS = re.compile(r"[^\x00-\x7f]")


class Whole(str):
    """The value of a header that is never folded: its parts have no spaces to fold at.

    Python's newer generators of messages would make encoded words of it, which are no URL.
    """

    __slots__ = ("name",)

    name: str

    @classmethod
    def header(cls, name: str, value: str) -> dict[str, str]:
        whole = cls(value)
        whole.name = name
        return {name: whole}

    def fold(self, *, policy: Any) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class EmailBackend(BaseBackend):
    """To the address of the account, from `DEFAULT_FROM_EMAIL`.

    Each message gets a footer that says why one gets it, and how to stop it.
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
        said = "E-mails cannot carry List-Unsubscribe, which large mail providers ask for."
        return [Warning(said, hint=hint, obj=cls, id="notifications.W002")]

    @classmethod
    def timeout(cls) -> float | None:
        seconds = getattr(new_connection(), "timeout", None)
        return None if seconds is None else float(seconds)

    @contextmanager
    def session(self) -> Iterator[None]:
        """One connection for the whole batch, opened once there is something to send."""
        self._connection = new_connection()
        try:
            yield
        finally:
            close(self._connection)
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
        hand_over(message, kept=self._connection)
        return True

    def subject(self) -> str:
        """One line, whatever the template says: a header has no second one."""
        lines = render([self.template_subject, "notifications/email_subject.txt"], self.context)
        return one_line(lines)

    def message(self) -> str:
        body = render([self.template_message, "notifications/email_message.txt"], self.context)
        footer = render(["notifications/email_footer.txt"], self.context)
        return f"{body.strip()}\n\n-- \n{footer.strip()}\n"

    def html(self) -> str:
        """Empty where the notification has no such template."""
        try:
            get_template(self.template_html)
        except TemplateDoesNotExist:
            return ""
        body = render([self.template_html], self.context, html=True)
        footer = render(["notifications/email_footer.html"], self.context, html=True)
        before, end, after = body.rpartition("</body>")
        return f"{before}{footer}{end}{after}" if end else f"{body}{footer}"

    def headers(self) -> dict[str, str]:
        headers = {"Auto-Submitted": "auto-generated"}
        url = site.ascii_url(site.site_url("/"))
        host = urlsplit(url).hostname or mail.DNS_NAME.get_fqdn()
        headers |= Whole.header("Message-ID", f"<delivery-{_atom(self.delivery.id)}@{host}>")
        url = site.ascii_url(self.delivery.unsubscribe_url)
        if url.startswith("https://"):
            headers |= Whole.header("List-Unsubscribe", f"<{url}>")
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def _with_links(self) -> Delivery:
        return replace(
            self.delivery,
            settings_url=site.reverse_url("notifications:preferences"),
            unsubscribe_url=self._unsubscribe_url(),
        )

    def _unsubscribe_url(self) -> str:
        """Empty where there is nothing to be had: no link can say no to what is required."""
        about, source = self.notification, self.delivery.source
        if source:
            required = source is Source.REQUIRED
        else:
            required = about.cells.filter(backend__name=self.name, required=True).exists()
        if required or not about.visible:
            return ""
        token = verbs.token(user=self.context["user"].pk, notification=about.pk, backend=self.name)
        return site.reverse_url("notifications:unsubscribe", token)


def _atom(text: str) -> str:
    """As an id of a message may be written."""
    fits = re.fullmatch(r"[A-Za-z0-9_-]{1,200}", text)
    return text if fits else sha256(text.encode()).hexdigest()[:32]


def _address_of(user: Any) -> str:
    address = str(getattr(user, user.get_email_field_name(), "") or "").strip()
    if not address:
        raise NoAddress("The user has no e-mail address.")
    local, at, domain = address.rpartition("@")
    try:
        if not (local.isascii() or (local.isprintable() and " " not in local)):
            raise ValueError(local)  # noqa: TRY301 - one answer to all that is no address
        # The parser knows no local parts but those of ASCII; see smtputf8.
        Address(addr_spec=f"{_OTHERS.sub('x', local)}{at}{domain}")
    except (ValueError, IndexError, MessageError):  # whatever the parser stumbles on
        raise DeliveryFailed("The user's e-mail address is none.", permanent=True) from None
    return address

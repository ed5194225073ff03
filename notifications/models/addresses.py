"""Where users want to be delivered to, by backends that go by something else than the account."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.database.natural_keys import NaturalKeyQuerySet, natural_key
from notifications.models.base import Timestamped, names
from notifications.models.catalogue import Backend


class Address(Timestamped):
    """A user's own, for one backend. May hold a password: nobody is shown it but the user."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    backend = models.ForeignKey(Backend, models.PROTECT, verbose_name=_("backend"))
    address = models.CharField(_("address"), max_length=2000)
    secret = models.CharField(
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("What messages are signed with, where the backend signs them."),
    )

    objects = NaturalKeyQuerySet.as_manager()
    natural_key = natural_key("backend__name", "user", dependencies=("notifications.backend",))

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "backend"], name="notifications_address_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(address=""), name="notifications_address_given"
            ),
        ]

    def __str__(self) -> str:
        return ": ".join(names(self, "user", "backend"))

    @property
    def hint(self) -> str:
        """As much of it as holds no secret: of a web page the host, of others the kind."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.hostname if parts.scheme == 'https' else ''}…"

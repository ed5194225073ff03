"""Addresses of users, for backends that use others than those of the account."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.database.natural_keys import NaturalKeyQuerySet, natural_key
from notifications.models.base import Timestamped, names
from notifications.models.catalogue import Backend


class Address(Timestamped):
    """Address of a user for one backend. It may contain a password: only the user may see it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"))
    backend = models.ForeignKey(Backend, models.PROTECT, verbose_name=_("backend"))
    address = models.CharField(_("address"), max_length=2000)
    secret = models.CharField(
        max_length=200,
        blank=True,
        editable=False,
        help_text=_("Key that messages are signed with, if the backend signs them."),
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
        """The address without its secrets: scheme and host of an https URL, else the scheme."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.hostname if parts.scheme == 'https' else ''}…"

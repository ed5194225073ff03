"""Notifications, backends, and the cells of both: the catalogue."""

from copy import copy
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from notifications import texts
from notifications.arguments import evaluate, saved_user
from notifications.database.natural_keys import NaturalKeyQuerySet, natural_key
from notifications.database.routing import for_read
from notifications.errors import (
    InvalidBackend,
    InvalidNotification,
    InvalidPreferences,
    UnknownNotification,
)
from notifications.models.backend_classes import backend_class, problem
from notifications.models.base import Described
from notifications.models.compat import (
    BackendMethods,
    NotificationManagerMethods,
    NotificationMethods,
)
from notifications.models.querysets import BackendQuerySet, NotificationQuerySet
from notifications.permissions import has_all

UNORDERED = 2**31 - 1
"""Position of rows that no catalogue orders: after all others, the oldest first."""


class Backend(BackendMethods, Described):
    """A way to deliver, such as e-mail."""

    texts = ("name", "display_name", "description")
    invalid = InvalidBackend

    name = models.CharField(_("name"), max_length=200, unique=True)
    display_name = models.CharField(_("display name"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    enabled = models.BooleanField(
        _("enabled"),
        default=True,
        help_text=_("Turn this off to stop all deliveries by this backend."),
    )
    klass = models.CharField(
        _("class"),
        max_length=500,
        blank=True,
        help_text=_("Dotted path of the Python class that delivers."),
    )
    listed = models.BooleanField(default=False, editable=False)  # its class came from a setting
    position = models.PositiveIntegerField(default=UNORDERED, editable=False)

    objects = BackendQuerySet.as_manager()
    natural_key = natural_key("name")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("backend")
        verbose_name_plural = _("backends")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name=""), name="notifications_backend_has_name"
            )
        ]

    def __str__(self) -> str:
        return texts.translated(self.display_name or self.name)

    @property
    def backendclass(self) -> Any:
        """The class that delivers. Raises ImportError if it cannot be used."""
        return backend_class(self.name, self.klass, listed=self.listed)

    @property
    def problem(self) -> str:
        """The reason why the class cannot be used, as a sentence; empty if it can be."""
        return problem(self.name, self.klass, listed=self.listed)


class Notification(NotificationMethods, Described):
    """A kind of message that can be sent."""

    texts = ("name", "display_name", "description", "category")
    invalid = InvalidNotification

    name = models.CharField(_("name"), max_length=200, unique=True)
    display_name = models.CharField(_("display name"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    public = models.BooleanField(
        _("public"),
        default=True,
        help_text=_("If this is off, only Python code can see, set and send the notification."),
    )
    permissions = models.ManyToManyField(
        Permission,
        verbose_name=_("permissions"),
        blank=True,
        help_text=_(
            "Users must hold all of these permissions to see, set and receive the notification."
        ),
    )
    backends = models.ManyToManyField(
        Backend, verbose_name=_("backends"), through="NotificationBackend", blank=True
    )
    position = models.PositiveIntegerField(default=UNORDERED, editable=False)
    catalogue = models.TextField(blank=True, editable=False)  # the source of its declaration
    retired = models.BooleanField(
        _("retired"),
        default=False,
        editable=False,
        help_text=_("The catalogue no longer declares it. It is hidden, as if it were not public."),
    )
    declared = models.JSONField(null=True, editable=False)  # arguments of create_notification

    former = models.JSONField(default=list, editable=False)  # keys of rows that were merged into it

    objects = NotificationManagerMethods.from_queryset(NotificationQuerySet)()
    natural_key = natural_key("name")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name=""), name="notifications_notification_has_name"
            )
        ]

    def __str__(self) -> str:
        return texts.translated(self.display_name or self.name)

    @cached_property
    def translated(self) -> "Notification":
        """Copy for templates, whose texts are translated into the language of the message."""
        row = copy(self)
        for field in ("display_name", "description", "category"):
            setattr(row, field, texts.lazily_translated(getattr(self, field)))
        return row

    @property
    def visible(self) -> bool:
        """True if users can see and set it: it is public and not retired."""
        return self.public and not self.retired

    def check_perms(self, user: Any) -> bool:
        """Return True if the user is active and holds all permissions of the notification.

        False for anonymous visitors. Raises WrongSubject for anything that is not a user.
        """
        user = evaluate(user)
        if isinstance(user, AnonymousUser):
            return False
        required = self.permissions.using(for_read()).select_related("content_type")
        return has_all(saved_user(user), required)


class NotificationBackend(models.Model):
    """Cell: this notification may be delivered by this backend."""

    notification = models.ForeignKey(Notification, models.CASCADE, related_name="cells")
    backend = models.ForeignKey(Backend, models.PROTECT, related_name="cells")
    required = models.BooleanField(
        _("required"), default=False, help_text=_("Always delivered; users cannot turn it off.")
    )
    default = models.BooleanField(
        _("on by default"),
        default=False,
        help_text=_("The value if no user or group preference is set."),
    )

    objects = NaturalKeyQuerySet.as_manager()
    natural_key = natural_key(
        "notification__name",
        "backend__name",
        dependencies=("notifications.notification", "notifications.backend"),
    )

    class Meta:
        ordering = ["backend__position", "backend_id"]
        verbose_name = _("allowed backend")
        verbose_name_plural = _("allowed backends")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "backend"], name="notifications_cell_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notification}: {self.backend}"


class NotificationDoesNotExist(UnknownNotification, Notification.DoesNotExist):
    """No notification has this `name`.

    As in django-notifier, it is caught as `Notification.DoesNotExist`.
    """


class BackendDoesNotExist(InvalidPreferences, Backend.DoesNotExist):
    """At least one of the `problems` is a backend that does not exist. Nothing was written.

    As in django-notifier, it is caught as `Backend.DoesNotExist`.
    """

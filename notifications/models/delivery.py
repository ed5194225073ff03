"""Sends, their batches, and the deliveries to single users."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.database.natural_keys import NaturalKeyQuerySet, natural_key
from notifications.database.routing import RoutedQuerySet
from notifications.models.base import Timestamped, names
from notifications.models.catalogue import Backend, Notification
from notifications.precedence import Source


class Send(Timestamped):
    """One call of `send_notification`."""

    notification = models.ForeignKey(
        Notification, models.CASCADE, verbose_name=_("notification"), db_index=False
    )
    key = models.CharField(
        _("key"), max_length=200, help_text=_("A second call with the same key sends nothing.")
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    users = models.PositiveIntegerField(
        _("users"),
        null=True,
        blank=True,
        help_text=_("Number of users in the call. Empty for the whole audience."),
    )
    finished = models.DateTimeField(
        _("finished"),
        null=True,
        blank=True,
        help_text=_("Time at which all deliveries of the send were created."),
    )

    objects = NaturalKeyQuerySet.as_manager()
    natural_key = natural_key(
        "notification__name", "key", dependencies=("notifications.notification",)
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("send")
        verbose_name_plural = _("sends")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "key"], name="notifications_send_unique"
            ),
            models.CheckConstraint(condition=~Q(key=""), name="notifications_send_has_key"),
        ]
        indexes = [models.Index(fields=["created"], name="notifications_send_created")]

    def __str__(self) -> str:
        return ": ".join([*names(self, "notification"), self.key])


class Batch(models.Model):
    """Job that decides about some users of one send, for one backend.

    Users are those with the listed `keys` or, if that is None, with keys above `low` and at most
    `high`; an empty string is no bound. Keys are stored as text. A `wide` batch has to be split
    first. At `due`, a job that is not done is put into the queue again; None if it is done.
    `recipients` is the number of deliveries that the batch created.
    """

    send = models.ForeignKey(Send, models.CASCADE, related_name="batches", db_index=False)
    backend = models.ForeignKey(Backend, models.PROTECT, db_index=False)
    keys = models.JSONField(null=True)
    low = models.CharField(max_length=200, blank=True)
    high = models.CharField(max_length=200, blank=True)
    wide = models.BooleanField(default=False)
    due = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    recipients = models.PositiveIntegerField(null=True)

    objects = RoutedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["send", "backend"], name="notifications_batch_send"),
            models.Index(
                fields=["due"], name="notifications_batch_due", condition=Q(due__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.send_id}: {self.pk}"


class State(models.TextChoices):
    """State of a delivery."""

    PENDING = "PENDING", _("to be sent")
    SENDING = "SENDING", _("being sent")
    SENT = "SENT", _("sent")
    FAILED = "FAILED", _("failed permanently")
    WITHHELD = "WITHHELD", _("withheld")


class SentNotification(Timestamped):
    """Delivery of one send to one user by one backend. A constraint keeps it unique.

    From `due` on, a worker may take the delivery; while it is being sent, that is the end of the
    worker's lease. `success` is None until it is known.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"), db_index=False
    )
    notification = models.ForeignKey(
        Notification, models.CASCADE, verbose_name=_("notification"), db_index=False
    )
    backend = models.ForeignKey(Backend, models.PROTECT, verbose_name=_("backend"), db_index=False)
    send = models.ForeignKey(
        Send,
        models.CASCADE,
        verbose_name=_("send"),
        related_name="deliveries",
        db_index=False,
    )
    success = models.BooleanField(_("success"), null=True)
    read = models.BooleanField(_("read"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due = models.DateTimeField(_("due"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=200, blank=True)
    message = models.TextField(_("message"), blank=True)
    source = models.CharField(
        _("source"),
        max_length=10,
        choices=[(source.value, source.value) for source in Source],
        blank=True,
        help_text=_("The layer that decided."),
    )
    groups = models.JSONField(
        _("groups"),
        default=list,
        blank=True,
        help_text=_(
            "Names of the user's groups that turn the notification on, if the source is GROUP."
        ),
    )

    objects = NaturalKeyQuerySet.as_manager()
    natural_key = natural_key(
        "send__notification__name",
        "send__key",
        "backend__name",
        "user",
        dependencies=("notifications.send", "notifications.backend"),
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["send", "backend", "user"], name="notifications_delivery_unique"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENT, success=True)
                | Q(state=State.FAILED, success=False)
                | Q(
                    state__in=[State.PENDING, State.SENDING, State.WITHHELD],
                    success__isnull=True,
                ),
                name="notifications_delivery_success",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.PENDING, State.SENDING], due__isnull=False)
                | Q(state__in=[State.SENT, State.FAILED, State.WITHHELD], due__isnull=True),
                name="notifications_delivery_due",
            ),
        ]
        indexes = [
            # inbox of a user, the newest entries first
            models.Index(fields=["user", "backend", "-id"], name="notifications_delivery_user"),
            models.Index(fields=["notification", "-id"], name="notifications_delivery_kind"),
            models.Index(
                fields=["backend", "due"],
                name="notifications_delivery_due",
                condition=Q(due__isnull=False),
            ),
            models.Index(
                fields=["-id"],
                name="notifications_delivery_dead",
                condition=Q(state=State.FAILED),
            ),
        ]

    def __str__(self) -> str:
        user, notification, backend = names(self, "user", "notification", "backend")
        return f"{user}: {notification}, {backend}"


IMPORTED_KEY_PREFIX = "django-notifier-"
"""Prefix of the keys of imported sends, whose contexts are unknown."""


class ImportedRow(models.Model):
    """Row of django-notifier that `import_notifier` has processed, and skips from then on.

    Otherwise a second import would restore preferences that users have cleared since the first.
    """

    table = models.CharField(max_length=63)
    key = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table", "key"], name="notifications_imported_unique")
        ]

    def __str__(self) -> str:
        return f"{self.table}: {self.key}"

"""Preferences of users and groups."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.database.natural_keys import natural_key
from notifications.database.routing import for_read, read_your_writes
from notifications.errors import PreferencesDenied, Problem, ProblemCode
from notifications.models.base import Timestamped, names
from notifications.models.catalogue import Backend, Notification
from notifications.models.compat import UserPrefsManagerMethods
from notifications.models.querysets import PrefsQuerySet


class Prefs(Timestamped):
    """Explicit value of one cell. Without a row, the value is not set.

    The owner and the notification have no indexes of their own, which would slow down writes: two
    other indexes begin with them.
    """

    notification = models.ForeignKey(
        Notification, models.CASCADE, db_index=False, verbose_name=_("notification")
    )
    backend = models.ForeignKey(Backend, models.PROTECT, verbose_name=_("backend"))
    notify = models.BooleanField(_("notify"), default=True)

    class Meta:
        abstract = True


class GroupPrefs(Prefs):
    group = models.ForeignKey(Group, models.CASCADE, db_index=False, verbose_name=_("group"))

    objects = PrefsQuerySet.as_manager()
    natural_key = natural_key(
        "notification__name",
        "backend__name",
        "group__name",
        dependencies=("notifications.notification", "notifications.backend", "auth.group"),
    )

    subject = "group"

    class Meta:
        verbose_name = _("group preference")
        verbose_name_plural = _("group preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["group", "notification", "backend"], name="notifications_groupprefs_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["notification", "backend", "group", "notify"],
                name="notifications_groupprefs_cell",
            )
        ]

    def __str__(self) -> str:
        group, notification, backend = names(self, "group", "notification", "backend")
        return f"{group}: {notification}, {backend}"


class UserPrefs(Prefs):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, verbose_name=_("user")
    )

    objects = UserPrefsManagerMethods.from_queryset(PrefsQuerySet)()
    natural_key = natural_key(
        "notification__name",
        "backend__name",
        "user",
        dependencies=("notifications.notification", "notifications.backend"),
    )

    subject = "user"

    class Meta:
        verbose_name = _("user preference")
        verbose_name_plural = _("user preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "notification", "backend"], name="notifications_userprefs_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["notification", "backend", "user", "notify"],
                name="notifications_userprefs_cell",
            )
        ]

    def __str__(self) -> str:
        user, notification, backend = names(self, "user", "notification", "backend")
        return f"{user}: {notification}, {backend}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row. Raises PreferencesDenied if the user lacks a permission of it."""
        with read_your_writes():
            notification = _related(self, "notification")
            if not notification.check_perms(_related(self, "user")):
                backend = _related(self, "backend")
                raise PreferencesDenied([permission_problem(0, notification.name, backend.name)])
        super().save(*args, **kwargs)


def _related(row: models.Model, name: str) -> Any:
    """Return a related row, read from the alias of `routing.for_read` unless it is loaded."""
    field: Any = row._meta.get_field(name)
    if field.is_cached(row):
        return getattr(row, name)
    related = field.remote_field.model._base_manager.using(for_read())
    return related.get(pk=getattr(row, field.attname))


def permission_problem(index: int, notification: str, backend: str) -> Problem:
    return Problem(
        index,
        ProblemCode.PERMISSION_DENIED,
        f"Notification {notification!r} can be set only for an active user who holds all of its"
        " permissions.",
        notification,
        backend,
    )

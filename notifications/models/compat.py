"""Methods of models and managers for Python code, under django-notifier's names.

Each calls a verb. Verbs import models, so that these methods import them when they are called:
the only imports that point up.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from notifications.arguments import MISSING, evaluate, name_of, sole
from notifications.database.routing import one_database
from notifications.errors import text_of

if TYPE_CHECKING:
    from notifications.delivery import Queued
    from notifications.models import Backend, Notification


class BackendMethods:
    """Methods of `Backend`."""

    def send(
        self, user: Any, notification: "Notification", context: Mapping[str, Any] | None = None
    ) -> bool:
        """Deliver a notification to one user by this backend now, and return True on success.

        The user's preferences are ignored, permissions are not. The only attempt is recorded.
        Raises WrongRecipient, InvalidContext, or TypeError for another model than Notification;
        then nothing is recorded.
        """
        from notifications import delivery

        backend: Any = self
        return delivery.deliver(
            backend=backend, user=user, notification=notification, context=context
        )


class NotificationMethods:
    """Methods of `Notification`. `prefs` maps backends, or their names, to True or False.

    `prefs_dict` is django-notifier's name of the same argument.
    """

    name: Any
    pk: Any

    def update_user_prefs(
        self,
        user: Any,
        prefs: Mapping[Any, bool] = MISSING,
        *,
        prefs_dict: Mapping[Any, bool] = MISSING,
    ) -> dict[str, str]:
        """Set the user's preferences and return what changed: `{"email": "created"}`.

        Raises InvalidPreferences with every wrong entry, or PreferencesDenied, which is also a
        PermissionDenied, if the user lacks a permission; then nothing is written.
        """
        from notifications import preferences

        values = sole("update_user_prefs", prefs=prefs, prefs_dict=prefs_dict)
        entries = _preferences(self.name, values)
        return _changed(entries, preferences.update(user=user, preferences=entries).outcomes)

    def update_group_preference(
        self,
        group: Any,
        prefs: Mapping[Any, bool] = MISSING,
        *,
        prefs_dict: Mapping[Any, bool] = MISSING,
    ) -> dict[str, str]:
        """Set the group's preferences and return what changed: `{"email": "updated"}`.

        Raises InvalidPreferences with every wrong entry; then nothing is written.
        """
        from notifications import preferences

        values = sole("update_group_preference", prefs=prefs, prefs_dict=prefs_dict)
        entries = _preferences(self.name, values)
        return _changed(
            entries, preferences.update_group(group=group, preferences=entries).outcomes
        )

    update_group_prefs = update_group_preference

    def send(
        self, users: Any, context: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> "Queued":
        """Queue this notification; see `shortcuts.send_notification`."""
        from notifications import delivery

        notification: Any = self
        return delivery.send(notification=notification, users=users, context=context, key=key)

    def get_backends(self, user: Any) -> "models.QuerySet[Backend]":
        """Return the backends that deliver this notification to this user, in catalogue order.

        This call decides; the queryset reads the backends when it is evaluated.
        """
        from notifications import preferences
        from notifications.models import Backend

        with one_database() as using:
            decisions = preferences.decisions(user=user, notification=self.pk)
        effective = [entry.id for entry, decision in decisions.items() if decision.effective]
        return Backend.objects.using(using).filter(pk__in=effective)

    def get_user_prefs(self, user: Any) -> "dict[Backend, bool]":
        """Return the effective value of every enabled backend of this notification."""
        from notifications import preferences
        from notifications.models import Backend

        with one_database():
            decisions = preferences.decisions(user=user, notification=self.pk)
            backends = Backend.objects.in_bulk([entry.id for entry in decisions])
        return {backends[entry.id]: decision.effective for entry, decision in decisions.items()}


class NotificationManagerMethods(models.Manager[Any]):
    """Methods of `Notification.objects`."""

    def get_user_notifications(self, user: Any) -> "list[Notification]":
        """Return the notifications that the user may set, in catalogue order."""
        return list(self.get_user_prefs(user))

    def get_user_prefs(self, user: Any) -> "dict[Notification, dict[Backend, bool]]":
        """Return the effective values of all cells that the user may see."""
        from notifications import preferences
        from notifications.models import Backend

        with one_database():
            [matrix] = preferences.read(users=[user])
            notifications = self.in_bulk([row.notification.id for row in matrix.rows])
            backends = Backend.objects.in_bulk([entry.id for entry in matrix.backends])
        return {
            notifications[row.notification.id]: {
                backends[cell.backend.id]: cell.decision.effective for cell in row.cells
            }
            for row in matrix.rows
        }


class UserPrefsManagerMethods(models.Manager[Any]):
    """Methods of `UserPrefs.objects`."""

    def remove_user_prefs(self, users: Any) -> None:
        """Delete all preferences of one user or several users; of none for an empty list."""
        from notifications import preferences

        preferences.clear(users=users)


def _preferences(notification: str, prefs: Mapping[Any, bool]) -> "list[Any]":
    from notifications.preferences.validation import Preference

    given = evaluate(prefs)
    if not isinstance(given, Mapping):
        raise TypeError(
            f"The preferences are {text_of(given)}. Allowed: a dictionary of backends, or their"
            " names, and True or False."
        )
    return [
        Preference(notification, name_of(backend), evaluate(notify))
        for backend, notify in given.items()
    ]


def _changed(entries: Iterable[Any], outcomes: Iterable[Any]) -> dict[str, str]:
    from notifications.models.querysets import Outcome

    return {
        entry.backend: outcome.value.lower()
        for entry, outcome in zip(entries, outcomes, strict=True)
        if outcome is not Outcome.UNCHANGED
    }

"""The public Python API: functions that take notifications and backends by name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.utils.functional import Promise

from notifications import catalogue, delivery, preferences
from notifications.addresses import registration
from notifications.arguments import MISSING, evaluate, name_of, sole, unwrapped
from notifications.database.routing import for_write
from notifications.delivery import EVERYBODY, Queued
from notifications.errors import WrongSubject
from notifications.models import Address, Backend, Notification, NotificationDoesNotExist
from notifications.texts import is_storable

__all__ = [
    "EVERYBODY",
    "clear_preferences",
    "create_notification",
    "send_notification",
    "set_address",
    "update_preferences",
]


def create_notification(
    name: str,
    display_name: str | Promise | None = None,
    permissions: Permission | str | Iterable[Permission | str] | None = None,
    backends: Backend | str | Iterable[Backend | str] | None = None,
    public: bool | None = None,  # noqa: FBT001 - django-notifier's signature
) -> Notification:
    """Create a notification, or update the one with this name. Idempotent.

    Permissions are given as objects, `app_label.codename` or a codename that only one app has;
    backends as objects or names. The defaults of a new notification are its `name` as display name,
    no permission, all enabled backends, and public. On an existing notification, an argument that
    is None or equal to that of the last call changes nothing, so that changes by administrators
    stay. Cells of disabled backends, `required`, `default` and preferences stay, too.

    In a module `notifications` of an installed app, and while apps are loading, the notification is
    only declared: `migrate` writes it, and the returned object reads its row when it is used.
    Raises InvalidNotification with every mistake; then nothing is written.
    """
    return catalogue.define(  # type: ignore[no-any-return]
        name=evaluate(name),
        display_name=unwrapped(display_name),
        permissions=_repeatable(permissions),
        backends=_repeatable(backends),
        public=evaluate(public),
    )


def update_preferences(
    name: str,
    user_or_group: Any = MISSING,
    prefs: Mapping[Any, bool] = MISSING,
    *,
    user: Any = MISSING,
    prefs_dict: Mapping[Any, bool] = MISSING,
) -> dict[str, str]:
    """Set preferences of a user or a group; return the changes, such as `{"email": "created"}`.

    `prefs` maps backends, or their names, to True or False. `user`, which also takes a group, and
    `prefs_dict` are the names of these arguments in django-notifier. Raises UnknownNotification,
    WrongSubject, InvalidPreferences with every wrong entry, or PreferencesDenied; then nothing is
    written.
    """
    subject = evaluate(sole("update_preferences", user_or_group=user_or_group, user=user))
    values = sole("update_preferences", prefs=prefs, prefs_dict=prefs_dict)
    notification = _notification(name)
    if isinstance(subject, Group):
        return notification.update_group_preference(subject, values)
    if isinstance(subject, get_user_model()):
        return notification.update_user_prefs(subject, values)
    raise WrongSubject(subject, allowed="a saved user, a saved group")


def clear_preferences(users: Any) -> int:
    """Delete all preferences of one user, or of an iterable of users; return their number.

    An empty iterable deletes nothing. Raises WrongSubject for an object that is not a saved user;
    then nothing is deleted.
    """
    return preferences.clear(users=users)


def send_notification(
    name: str, users: Any, context: Mapping[str, Any] | None = None, *, key: str | None = None
) -> Queued:
    """Queue a notification for delivery by each of its enabled backends.

    `users` is one user, an iterable of users, or EVERYBODY for the whole audience. The rule decides
    at the time of delivery which of them receive it. `context` has values for the templates, see
    docs/reference/python.md. A second call with the same `key` queues nothing. Workers start after
    the transaction of this call is committed. Raises UnknownNotification, InvalidContext,
    InvalidKey, UsedKey if the key was used with another context, or WrongRecipient; then nothing is
    queued.
    """
    return delivery.send(notification=_notification(name), users=users, context=context, key=key)


def set_address(user: Any, backend: Backend | str, address: str) -> Address:
    """Register an address of the user for a backend; return its row.

    It replaces an earlier address. With the `secret` of the row, the recipient verifies signatures
    of messages. Raises InvalidAddress or WrongSubject; then nothing is written.
    """
    return registration.set_address(user=user, backend=name_of(backend), address=address)


def _repeatable(value: Any) -> Any:
    """Return an iterator as a list, because a declaration may read it more than once."""
    return list(value) if issubclass(type(value), Iterator) else value


def _notification(name: Notification | str) -> Notification:
    name = name_of(name)
    rows = Notification.objects.using(for_write())
    try:
        notification: Notification = rows.get(name=name if is_storable(name) else "")
    except Notification.DoesNotExist:
        known = rows.values_list("name", flat=True)
        raise NotificationDoesNotExist(name, known=known) from None
    return notification

"""The public Python API: everything by name, one call each."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from notifications import addresses, catalogue, delivery, preferences
from notifications.delivery import Queued
from notifications.errors import WrongSubject
from notifications.models import Address, Backend, Notification, NotificationDoesNotExist
from notifications.texts import is_storable


def create_notification(
    name: str,
    display_name: str | None = None,
    permissions: Permission | str | Iterable[Permission | str] | None = None,
    backends: Backend | str | Iterable[Backend | str] | None = None,
    public: bool | None = None,  # noqa: FBT001 - django-notifier's signature
) -> Notification:
    """Create the notification, or change the one of that name; safe to repeat.

    Permissions by object, `app_label.codename` or a codename that only one app has; backends by
    object or name. A new notification is named as `name`, requires no permission, is public, and
    has all enabled backends, unless arguments say otherwise. On an existing one, an argument that
    is None, or equal to that of the last call, changes nothing: changes by administrators, cells
    of disabled backends, `required`, `default` and preferences stay.

    In a module `notifications` of an installed app, and while apps are loading, this declares: it
    writes nothing, `migrate` does, and what is returned reads its row when it is used. Raises
    InvalidNotification with every mistake; then nothing is written.
    """
    return catalogue.define(  # type: ignore[no-any-return]
        name=name,
        display_name=display_name,
        permissions=None if permissions is None else _listed(permissions),
        backends=None if backends is None else _listed(backends),
        public=public,
    )


def update_preferences(name: str, user_or_group: Any, prefs: Mapping[Any, bool]) -> dict[str, str]:
    """Set preferences of a user or a group and return what changed: `{"email": "created"}`.

    `prefs` maps backends, or their names, to True or False. Raises UnknownNotification,
    WrongSubject, InvalidPreferences with every wrong entry, or PreferencesDenied; then nothing is
    written.
    """
    notification = _notification(name)
    if isinstance(user_or_group, Group):
        return notification.update_group_preference(user_or_group, prefs)
    if isinstance(user_or_group, get_user_model()):
        return notification.update_user_prefs(user_or_group, prefs)
    raise WrongSubject(user_or_group, allowed="a saved user, a saved group")


def clear_preferences(users: Any) -> int:
    """Delete all preferences of one user or of any iterable of users; return how many there were.

    An empty iterable clears nobody. Raises WrongSubject for anything that is no saved user; then
    nothing is deleted.
    """
    return preferences.clear(users=_listed(users))


def send_notification(
    name: str, users: Any, context: Mapping[str, Any] | None = None, *, key: str | None = None
) -> Queued:
    """Queue a notification and return what was queued, for each of its enabled backends.

    `users` is one user, any iterable of users, or None for the whole audience; who of them gets it
    is decided at the moment of delivery, by the rule. `context` is for the templates, and all that
    JSON can say. A repeat with the same `key` queues nothing. Workers begin once the transaction
    that this is called in has been committed. Raises UnknownNotification, InvalidContext,
    InvalidKey or WrongRecipient; then nothing is queued.
    """
    return delivery.send(notification=_notification(name), users=users, context=context, key=key)


def set_address(user: Any, backend: Backend | str, address: str) -> Address:
    """Register where a backend that delivers to such an address delivers to for this user.

    `secret` of what is returned is for the user, to check what is signed with it. Raises
    InvalidAddress; then nothing is written.
    """
    name = backend.name if isinstance(backend, Backend) else backend
    return addresses.set_address(user=user, backend=name, address=address)


def _listed(given: Any) -> Any:
    """Take one, or any iterable of them; a string is one."""
    return given if isinstance(given, Iterable) and not isinstance(given, str) else [given]


def _notification(name: str) -> Notification:
    try:
        notification: Notification = Notification.objects.get(
            name=name if is_storable(name) else ""
        )
    except Notification.DoesNotExist:
        known = Notification.objects.values_list("name", flat=True)
        raise NotificationDoesNotExist(name, known=known) from None
    return notification

"""The audience as a queryset, for whom Django is to go on with it."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from notifications.arguments import key_of
from notifications.models import Backend, GroupPrefs, Notification, NotificationBackend, UserPrefs


def audience(notification: Notification, backend: Backend) -> QuerySet[Any]:
    """Return the users to whom the backend delivers the notification, as a queryset.

    `notification` and `backend` are rows or their primary keys.

    Evaluating it takes one statement, which also reads the cell and the notification's
    permissions, so that it never answers from yesterday's configuration. Permissions are those of
    the permission tables; what another authentication backend grants by itself is not in them.
    """
    named = {
        "notification": key_of(notification, Notification),
        "backend": key_of(backend, Backend),
    }
    cell = NotificationBackend.objects.filter(**named, backend__enabled=True).order_by()
    own = UserPrefs.objects.filter(**named, user=OuterRef("pk"))
    group = GroupPrefs.objects.filter(**named, group__user=OuterRef("pk"))
    wanted = Case(
        When(Exists(cell.filter(required=True)), then=Value(True)),  # noqa: FBT003
        When(Exists(own), then=Exists(own.filter(notify=True))),
        When(Exists(group), then=Exists(group.filter(notify=True))),
        default=Exists(cell.filter(default=True)),
    )
    users = get_user_model()._default_manager.filter(*_active())
    return users.filter(Exists(cell), _permitted(named["notification"]), wanted)


def _active() -> list[Q]:
    """A user model need not have the field; without it everybody is active."""
    fields = {field.name for field in get_user_model()._meta.get_fields()}
    return [Q(is_active=True)] if "is_active" in fields else []


def _permitted(notification: int) -> Q:
    """No permission is required that the user holds neither directly nor by a group."""
    holder, permission = OuterRef(OuterRef("pk")), Permission.objects.filter(pk=OuterRef("pk"))
    missing = Permission.objects.filter(
        ~Exists(permission.filter(user=holder)),
        ~Exists(permission.filter(group__user=holder)),
        notification=notification,
    )
    return Q(is_superuser=True) | ~Q(Exists(missing))

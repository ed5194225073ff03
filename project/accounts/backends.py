"""Authentication backends: users, and managers of groups."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import Group

from notifications.database.prepared import get
from notifications.database.routing import for_write
from project.accounts.models import GroupManager

MANAGERS_MAY = {"notifications.view_groupprefs", "notifications.change_groupprefs"}


class UserBackend(ModelBackend):
    """Django's backend, which finds the user of a session by a prepared statement."""

    def get_user(self, user_id: Any) -> Any:
        users = get_user_model()
        try:
            user: Any = get(users, "pk", user_id, using=for_write())
        except users.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None


class GroupManagerBackend(BaseBackend):
    """Backend that lets managers of a group see and change that group's preferences."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return (
            isinstance(obj, Group)
            and perm in MANAGERS_MAY
            and bool(user_obj.is_active)
            and obj.pk in _managed(user_obj)
        )

    def has_perm_for_a_group(self, user_obj: Any, perm: str) -> bool:
        return perm in MANAGERS_MAY and bool(user_obj.is_active) and bool(_managed(user_obj))


def _managed(user: Any) -> frozenset[Any]:
    """Return the keys of the groups that the user manages.

    They are kept on the user, as Django keeps permissions.
    """
    kept = vars(user)
    if "_managed_groups" not in kept:
        managed = (
            GroupManager.objects.using(for_write())
            .filter(user=user.pk)
            .values_list("group", flat=True)
        )
        kept["_managed_groups"] = frozenset(managed)
    keys: frozenset[Any] = kept["_managed_groups"]
    return keys


def managed_groups(*, user: Any, **_kwargs: Any) -> dict[str, list[str]]:
    """Return the section of `export_user` about managed groups."""
    managers = GroupManager.objects.using(for_write()).filter(user=user.pk).order_by("group__name")
    return {"managed_groups": list(managers.values_list("group__name", flat=True))}

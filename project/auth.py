from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import Group

from project.models import GroupManager

MANAGERS_MAY = {"notifications.view_groupprefs", "notifications.change_groupprefs"}


class GroupManagerBackend(BaseBackend):
    """Grants managers of a group the permission to see and change that group's preferences."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return (
            isinstance(obj, Group)
            and perm in MANAGERS_MAY
            and bool(user_obj.is_active)
            and obj.pk in _managed(user_obj)
        )


def _managed(user: Any) -> frozenset[Any]:
    """Keys of the groups that the user looks after, remembered as Django does with permissions."""
    remembered = vars(user)
    if "_managed_groups" not in remembered:
        managed = GroupManager.objects.filter(user=user.pk).values_list("group", flat=True)
        remembered["_managed_groups"] = frozenset(managed)
    keys: frozenset[Any] = remembered["_managed_groups"]
    return keys

"""What the tables say about users, gathered in one statement for any number of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import F, Value

from notifications.models import GroupPrefs, Notification, UserPrefs
from notifications.precedence import joint_value
from notifications.querysets import Key


@dataclass(frozen=True, slots=True)
class Membership:
    """A group that the user is in."""

    id: int
    name: str


@dataclass(slots=True)
class Facts:
    """About one user.

    `own` are their own preferences, `by_group` all those of their groups, `granted` the ids of
    those permissions that notifications require and the permission tables give them.
    """

    own: dict[Key, bool] = field(default_factory=dict)
    by_group: dict[Key, list[bool]] = field(default_factory=dict)
    granted: set[int] = field(default_factory=set)
    groups: list[Membership] = field(default_factory=list)

    def group_value(self, key: Key) -> bool | None:
        return joint_value(self.by_group.get(key, ()))


_OWN, _GROUP, _GRANTED, _MEMBER = range(4)


def gather(users: Collection[Any]) -> dict[Any, Facts]:
    """Return facts by primary key for the users with these primary keys; one statement.

    One statement sees one moment: of somebody else's transaction it sees all or nothing.
    """
    facts = {pk: Facts() for pk in users}
    for kind, user, first, second, notify, name in _rows(users):
        about = facts[user]
        if kind == _OWN:
            about.own[first, second] = bool(notify)
        elif kind == _GROUP:
            about.by_group.setdefault((first, second), []).append(bool(notify))
        elif kind == _GRANTED:
            about.granted.add(first)
        else:
            about.groups.append(Membership(first, name))
    for about in facts.values():
        about.groups.sort(key=lambda group: (group.name, group.id))
    return facts


def _rows(users: Collection[Any]) -> Any:
    """Rows of (kind, user, notification | permission | group, backend, notify, group name)."""
    none, false, empty = Value(0), Value(False), Value("")  # noqa: FBT003 - an SQL literal
    required = Notification.permissions.through.objects.values("permission_id")
    needed = Permission.objects.filter(pk__in=required).order_by()
    members = get_user_model()._default_manager.filter(pk__in=users, groups__isnull=False)
    return (
        UserPrefs.objects.of(users)
        .values_list(Value(_OWN), "user_id", "notification_id", "backend_id", "notify", empty)
        .union(
            GroupPrefs.objects.filter(group__user__in=users).values_list(
                Value(_GROUP), "group__user", "notification_id", "backend_id", "notify", empty
            ),
            needed.filter(user__in=users).values_list(
                Value(_GRANTED), "user", "pk", none, false, empty
            ),
            needed.filter(group__user__in=users).values_list(
                Value(_GRANTED), "group__user", "pk", none, false, empty
            ),
            members.order_by().values_list(
                Value(_MEMBER), "pk", F("groups__pk"), none, false, "groups__name"
            ),
            all=True,
        )
    )

"""Access to preferences and to the record of deliveries.

Users have access to their own preferences. Those of other users require `view_userprefs` and
`change_userprefs`, those of groups `view_groupprefs` and `change_groupprefs`: for all groups or,
with an authentication backend for object permissions, for single groups. The record of deliveries
requires `view_sentnotification`. See docs/guides/permissions.md.
"""

from collections.abc import Collection
from functools import cached_property
from itertools import chain
from typing import Any, Literal

from django.apps import apps as installed
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import router
from django.db.models import BooleanField, ExpressionWrapper

from notifications.database.routing import for_read
from notifications.errors import Forbidden
from notifications.permissions import (
    granted_in_tables,
    has_object_permission,
    has_permission_for_a_group,
    held_ids,
)

Action = Literal["view", "change"]

MAX_GROUPS = 50
"""Number of groups for which authentication backends are called, at most twice in a request."""

_CODENAMES = (
    "view_userprefs",
    "change_userprefs",
    "view_groupprefs",
    "change_groupprefs",
    "view_sentnotification",
)


class Access:
    """Permissions of one signed-in user, the viewer. Caches results: create one for each request.

    Reads from the alias of `routing.for_read` at the time of creation: create it within
    `routing.read_your_writes` to guard a write.
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self._using = for_read()

    def may(self, action: Action, *, user: Any = None, group: Group | None = None) -> bool:
        """Return True if the viewer may see or change the preferences of this user or group.

        `user` is a primary key. Without user and group: the preferences of every user.
        """
        if group is not None:
            return self.may_with_groups(action) or has_object_permission(
                self.viewer, f"notifications.{action}_groupprefs", group
            )
        return (user is not None and user == self.viewer.pk) or self._holds(f"{action}_userprefs")

    def may_with_groups(self, action: Action) -> bool:
        """Return True if the viewer may see or change the preferences of every group."""
        return self._holds(f"{action}_groupprefs")

    @cached_property
    def may_view_a_group(self) -> bool:
        """True if there is a group whose preferences the viewer may see.

        An authentication backend may answer with `has_perm_for_a_group`. Other backends are called
        for MAX_GROUPS of the viewer's own groups and MAX_GROUPS of all groups.
        """
        name = "notifications.view_groupprefs"
        if self.may_with_groups("view") or has_permission_for_a_group(self.viewer, name):
            return True
        groups = Group.objects.using(self._using).order_by("pk")
        candidates = (groups.filter(user=self.viewer.pk)[:MAX_GROUPS], groups[:MAX_GROUPS])
        return any(self.may("view", group=group) for group in chain.from_iterable(candidates))

    @property
    def may_view_deliveries(self) -> bool:
        return self._holds("view_sentnotification")

    def require_deliveries(self) -> None:
        """Raise Forbidden unless the viewer may see the record of deliveries."""
        if not self.may_view_deliveries:
            raise Forbidden(["notifications.view_sentnotification"])

    def require(self, action: Action, *, user: Any) -> None:
        """Raise Forbidden unless the viewer may see or change the preferences of this user."""
        if not self.may(action, user=user):
            raise Forbidden([f"notifications.{action}_userprefs"])

    def users(self, action: Action, keys: Collection[Any]) -> dict[Any, Any]:
        """Return the users with these primary keys, by key, without those that do not exist.

        Raises Forbidden if the viewer has no access to one of them, even if it does not exist.
        """
        for key in keys:
            self.require(action, user=key)
        found = {self.viewer.pk: self.viewer}
        if others := set(keys) - found.keys():
            found |= get_user_model()._default_manager.using(self._using).in_bulk(others)
        return found

    def group(self, action: Action, key: Any) -> Group | None:
        """Return the group with this primary key, None if it does not exist.

        Raises Forbidden if the viewer has no access to it. Viewers without access to all groups
        cannot distinguish this from a group that does not exist.
        """
        group = Group.objects.using(self._using).filter(pk=key).first()
        allowed = self.may(action, group=group) if group else self.may_with_groups(action)
        if not allowed:
            raise Forbidden([f"notifications.{action}_groupprefs"])
        return group

    def groups(self, action: Action, keys: Collection[Any]) -> dict[Any, Group]:
        """Return the groups with these primary keys, by key, without those the viewer may not see.

        One statement, and those of backends for object permissions.
        """
        found = Group.objects.using(self._using).in_bulk(list(keys))
        return {key: group for key, group in found.items() if self.may(action, group=group)}

    def known_group(self, key: Any) -> Group | None:
        """Return the group with this primary key if the viewer may know that it exists.

        Viewers know their own groups, and those whose preferences they may see. Viewers who may
        see the preferences of users know all groups.
        """
        group = Group.objects.using(self._using).filter(pk=key).first()
        if group is None or self.may("view", group=group) or self.may("view"):
            return group
        own = self.viewer.groups.using(self._using).filter(pk=key)
        return group if own.exists() else None

    def _holds(self, codename: str) -> bool:
        return codename in self._codenames

    @cached_property
    def _codenames(self) -> frozenset[str]:
        """The permissions of `_CODENAMES` that the viewer holds; one statement."""
        viewer = self.viewer
        if not viewer.is_active or viewer.is_superuser:
            return frozenset(_CODENAMES if viewer.is_active else ())
        granted = ExpressionWrapper(granted_in_tables(viewer), BooleanField())
        rows = (
            Permission.objects.using(self._using)
            .filter(content_type__app_label="notifications", codename__in=_CODENAMES)
            .values_list("pk", "codename", granted)
        )
        codenames = {pk: codename for pk, codename, _ in rows}
        held = held_ids(
            viewer,
            wanted={pk: f"notifications.{codename}" for pk, codename in codenames.items()},
            granted={pk for pk, _, in_tables in rows if in_tables},
            deny_on_error=True,
        )
        return frozenset(codenames[pk] for pk in held)


def create_group_permissions(*, using: str, apps: Any = installed, **_kwargs: Any) -> None:
    """Create the permissions that django-guardian can grant for a single group, after `migrate`.

    django-guardian accepts only permissions of the object's model. Therefore `view_groupprefs` and
    `change_groupprefs` exist for the model Group, too; only object permissions use them.
    """
    try:
        apps.get_model("auth", "Permission")
    except LookupError:  # the tables do not exist yet, or no longer
        return
    if not installed.is_installed("guardian") or not router.allow_migrate_model(using, Permission):
        return
    ContentType.objects.clear_cache()
    of_groups = ContentType.objects.db_manager(using).get_for_model(Group)
    for action in ("view", "change"):
        Permission.objects.using(using).get_or_create(
            content_type=of_groups,
            codename=f"{action}_groupprefs",
            defaults={"name": f"Can {action} notification preferences of the group"},
        )

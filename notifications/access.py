"""Access to preferences and to the record of deliveries.

One's own preferences: everybody. Another user's: `view_userprefs` to see them, `change_userprefs`
to change them. A group's: `view_groupprefs` and `change_groupprefs`, for all groups or, by an
authentication backend with object permissions, for a single group: docs/guides/permissions.md.

The record of deliveries: `view_sentnotification`.
"""

from collections.abc import Collection
from functools import cached_property
from typing import Any, Literal

from django.apps import apps as installed
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import router
from django.db.models import BooleanField, ExpressionWrapper, Q

from notifications.database.routing import for_read
from notifications.errors import Forbidden
from notifications.permissions import held, holds_for, holds_for_a_group

Action = Literal["view", "change"]

MAX_GROUPS = 50
"""Groups for which authentication backends are asked in turn, twice at the most in a request."""

_CODENAMES = (
    "view_userprefs",
    "change_userprefs",
    "view_groupprefs",
    "change_groupprefs",
    "view_sentnotification",
)


class Access:
    """Permissions of one signed-in user, the viewer. Keeps answers: create one for each request.

    Reads from the alias that `databases.for_read` names when it is created, so that one that guards
    a write is created in `databases.read_your_writes`.
    """

    def __init__(self, viewer: Any) -> None:
        self.viewer = viewer
        self._using = for_read()

    def may(self, action: Action, *, user: Any = None, group: Group | None = None) -> bool:
        """Whether the viewer may see or change the preferences of this user, or of this group.

        `user` is a primary key. With neither: those of any user.
        """
        if group is not None:
            return self.may_with_groups(action) or holds_for(
                self.viewer, f"notifications.{action}_groupprefs", group
            )
        return (user is not None and user == self.viewer.pk) or self._holds(f"{action}_userprefs")

    def may_with_groups(self, action: Action) -> bool:
        """Whether the viewer may see or change the preferences of any group."""
        return self._holds(f"{action}_groupprefs")

    @cached_property
    def may_view_a_group(self) -> bool:
        """Whether there is any group whose preferences the viewer may see.

        An authentication backend may answer at once with `has_perm_for_a_group`. For other
        backends, MAX_GROUPS of the viewer's own groups and MAX_GROUPS of all groups are tried.
        """
        name = "notifications.view_groupprefs"
        if self.may_with_groups("view") or holds_for_a_group(self.viewer, name):
            return True
        groups = Group.objects.using(self._using).order_by("pk")
        tried = (groups.filter(user=self.viewer.pk)[:MAX_GROUPS], groups[:MAX_GROUPS])
        return any(self.may("view", group=group) for some in tried for group in some)

    @property
    def may_view_deliveries(self) -> bool:
        return self._holds("view_sentnotification")

    def require_deliveries(self) -> None:
        """Raise Forbidden unless the viewer may see what was sent to others."""
        if not self.may_view_deliveries:
            raise Forbidden(["notifications.view_sentnotification"])

    def require(self, action: Action, *, user: Any) -> None:
        """Raise Forbidden unless the viewer may see or change the preferences of this user."""
        if not self.may(action, user=user):
            raise Forbidden([f"notifications.{action}_userprefs"])

    def users(self, action: Action, keys: Collection[Any]) -> dict[Any, Any]:
        """Return the users with these primary keys, by key, without those that do not exist.

        Raises Forbidden where one of them is off limits, whether or not it exists.
        """
        for key in keys:
            self.require(action, user=key)
        found = {self.viewer.pk: self.viewer}
        if others := set(keys) - found.keys():
            found |= get_user_model()._default_manager.using(self._using).in_bulk(others)
        return found

    def group(self, action: Action, key: Any) -> Group | None:
        """Return the group with this primary key, None where there is none.

        Raises Forbidden where it is off limits, and whether or not it exists to those who may not
        see every group.
        """
        group = Group.objects.using(self._using).filter(pk=key).first()
        allowed = self.may(action, group=group) if group else self.may_with_groups(action)
        if not allowed:
            raise Forbidden([f"notifications.{action}_groupprefs"])
        return group

    def groups(self, action: Action, keys: Collection[Any]) -> dict[Any, Group]:
        """Return the groups with these primary keys, by key, without those that are off limits.

        One statement, and what backends of object permissions ask for where no permission of the
        viewer's is about all groups.
        """
        found = Group.objects.using(self._using).in_bulk(list(keys))
        return {key: group for key, group in found.items() if self.may(action, group=group)}

    def known_group(self, key: Any) -> Group | None:
        """Return the group with this primary key if the viewer may know of it.

        That is one of their own, or one whose, or whose members', preferences they may see.
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
        """Those of these permissions that the viewer holds; one statement."""
        viewer = self.viewer
        if not viewer.is_active or viewer.is_superuser:
            return frozenset(_CODENAMES if viewer.is_active else ())
        of_viewer = Q(user=viewer.pk) | Q(group__user=viewer.pk)
        rows = (
            Permission.objects.using(self._using)
            .filter(content_type__app_label="notifications", codename__in=_CODENAMES)
            .values_list("pk", "codename", ExpressionWrapper(of_viewer, BooleanField()))
        )
        codenames = {pk: codename for pk, codename, _ in rows}
        holds = held(
            viewer,
            wanted={pk: f"notifications.{codename}" for pk, codename in codenames.items()},
            granted={pk for pk, _, granted in rows if granted},
            forgiving=True,
        )
        return frozenset(codenames[pk] for pk in holds)


def create_group_permissions(*, using: str, apps: Any = installed, **_kwargs: Any) -> None:
    """Create the permissions that django-guardian can grant for a single group, after `migrate`.

    It keeps no permission but those of the object's own model. So there is `change_groupprefs` of
    groups beside that of preferences; nothing but object permissions makes use of it.
    """
    try:
        apps.get_model("auth", "Permission")
    except LookupError:  # the tables are not there yet, or not any more
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

"""Which permissions a user holds, by the permission tables or by other authentication backends."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db.models import Q

from notifications.arguments import items
from notifications.errors import one_of
from notifications.texts import is_storable

_ASKED_FOR_PERMISSIONS = (
    "has_perm",
    "get_all_permissions",
    "get_user_permissions",
    "get_group_permissions",
    "_get_permissions",
    "_get_user_permissions",
    "_get_group_permissions",
)


def dotted(permission: Permission) -> str:
    """`app_label.codename`, the form that `has_perm` takes."""
    return f"{permission.content_type.app_label}.{permission.codename}"


def held(user: Any, *, wanted: Mapping[int, str], granted: AbstractSet[int]) -> frozenset[int]:
    """Return the ids of the wanted permissions that the user holds.

    `wanted` maps ids to `app_label.codename`; `granted` are those that the permission tables give,
    to the user or to a group of theirs. Decides as `user.has_perm` does, without asking the tables
    again: only authentication backends with a mind of their own are asked, a permission at a time.
    """
    if not user.is_active:
        return frozenset()
    if user.__class__.has_perm is not PermissionsMixin.has_perm:
        return frozenset(id_ for id_, name in wanted.items() if user.has_perm(name))
    if user.is_superuser:
        return frozenset(wanted)
    known = get_backends() if wanted else []
    backends = [backend for backend in known if hasattr(backend, "has_perm")]
    tables_first = bool(backends) and _knows_only_tables(type(backends[0]))
    sure = frozenset(granted & wanted.keys()) if tables_first else frozenset()
    return sure.union(
        id_
        for id_, name in wanted.items()
        if id_ not in sure and _granted(user, name, backends, id_ in granted)
    )


def holds_all(user: Any, permissions: Iterable[Permission]) -> bool:
    """Whether the user is active and holds every one of the permissions."""
    wanted = {permission.pk: dotted(permission) for permission in permissions}
    granted: set[int] = set()
    if wanted and user.is_active and not user.is_superuser:
        of_user = Q(user=user.pk) | Q(group__user=user.pk)
        granted.update(
            Permission.objects.filter(of_user, pk__in=wanted).values_list("pk", flat=True)
        )
    return bool(user.is_active) and held(user, wanted=wanted, granted=granted) == wanted.keys()


def _granted(user: Any, name: str, backends: Iterable[Any], in_tables: bool) -> bool:  # noqa: FBT001
    for backend in backends:
        if _knows_only_tables(type(backend)):
            if in_tables:
                return True
        else:
            try:
                if backend.has_perm(user, name):
                    return True
            except PermissionDenied:  # a veto, as in Django's own loop over the backends
                return False
    return False


def _knows_only_tables(backend: type) -> bool:
    return issubclass(backend, ModelBackend) and all(
        getattr(backend, name) is getattr(ModelBackend, name) for name in _ASKED_FOR_PERMISSIONS
    )


def resolve(given: object) -> tuple[list[Permission], list[str]]:
    """Find permissions by object, by `app_label.codename`, or by a bare codename that is unique.

    Returns those found, and a sentence for every one that was not; one statement.
    """
    given = list(items(given))
    names = {name for name in given if is_storable(name)}
    rows = Permission.objects.none()
    if names:
        matches = (_matching(name) for name in names)
        rows = Permission.objects.filter(reduce(or_, matches)).select_related("content_type")
    by_name: dict[str, list[Permission]] = {}
    for permission in rows:
        for name in (dotted(permission), permission.codename):
            by_name.setdefault(name, []).append(permission)
    found: list[Permission] = []
    mistakes: list[str] = []
    for item in given:
        if isinstance(item, Permission):
            found.append(item)
        elif not isinstance(item, str):
            mistakes.append(f"{item!r} is neither a permission nor the name of one.")
        elif len(candidates := by_name.get(item, [])) == 1:
            found.extend(candidates)
        elif candidates:
            full = sorted(_unique_name(permission) for permission in candidates)
            mistakes.append(f"Permission {item!r} is ambiguous. {one_of(full)}")
        else:
            mistakes.append(f"There is no permission {item!r}; write it as app_label.codename.")
    return found, mistakes


def _matching(name: str) -> Q:
    app_label, _, codename = name.rpartition(".")
    return Q(codename=codename, **({"content_type__app_label": app_label} if app_label else {}))


def _unique_name(permission: Permission) -> str:
    return f"{dotted(permission)} (of {permission.content_type.model})"

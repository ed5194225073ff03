"""Permissions of a user, from the permission tables and from other authentication backends."""

import logging
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial, reduce
from operator import or_
from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, PermissionsMixin
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseFailure
from django.db.models import Model, Q

from notifications.arguments import items
from notifications.database.routing import for_read
from notifications.errors import one_of
from notifications.texts import is_storable

logger = logging.getLogger(__name__)

_PERMISSION_METHODS = (
    "has_perm",
    "get_all_permissions",
    "get_user_permissions",
    "get_group_permissions",
    "_get_permissions",
    "_get_user_permissions",
    "_get_group_permissions",
)


def dotted(permission: Permission) -> str:
    """Return `app_label.codename`, the form that `has_perm` takes."""
    return f"{permission.content_type.app_label}.{permission.codename}"


def granted_in_tables(user: Any) -> Q:
    """Return the condition that the permission tables grant a permission to the user."""
    return Q(user=user.pk) | Q(group__user=user.pk)


def held_ids(
    user: Any, *, wanted: Mapping[int, str], granted: AbstractSet[int], deny_on_error: bool = False
) -> frozenset[int]:
    """Return the ids of the wanted permissions that the user holds.

    `wanted` maps ids to `app_label.codename`; `granted` are those that the permission tables grant
    to the user or to one of their groups. The result is that of `user.has_perm`, without another
    query of the tables: only custom authentication backends are called, once for each permission.
    With `deny_on_error`, a backend that raises grants nothing; otherwise its exception propagates.
    """
    if not user.is_active:
        return frozenset()
    if user.__class__.has_perm is not PermissionsMixin.has_perm:
        has_perm = _method(user.__class__, user.has_perm, deny_on_error)
        return frozenset(id_ for id_, name in wanted.items() if has_perm(name))
    if user.is_superuser:
        return frozenset(wanted)
    installed = get_backends() if wanted else []
    backends = [backend for backend in installed if hasattr(backend, "has_perm")]
    tables_first = bool(backends) and _reads_only_tables(type(backends[0]))
    certain = frozenset(granted & wanted.keys()) if tables_first else frozenset()
    return certain.union(
        id_
        for id_, name in wanted.items()
        if id_ not in certain
        and _any_backend_grants(user, name, backends, id_ in granted, deny_on_error)
    )


def has_object_permission(user: Any, name: str, obj: Model) -> bool:
    """Return True if an authentication backend grants the user the permission for the object.

    `name` is `app_label.codename`. If a backend raises, it is called again with the app label of
    the object, because django-guardian accepts no other. If it raises again, it grants nothing.
    """
    if not user.is_active:
        return False
    if user.__class__.has_perm is not PermissionsMixin.has_perm:
        sources: list[tuple[type, Callable[..., Any]]] = [(user.__class__, user.has_perm)]
    elif user.is_superuser:
        return True
    else:
        sources = [
            (type(backend), partial(backend.has_perm, user))
            for backend in get_backends()
            if hasattr(backend, "has_perm")
            # Django's own backend grants nothing for a single object.
            and not _reads_only_tables(type(backend))
        ]
    try:
        return any(_call_backend(source, has_perm, name, obj) for source, has_perm in sources)
    except PermissionDenied:  # a veto, as in django.contrib.auth
        return False


def has_permission_for_a_group(user: Any, name: str) -> bool:
    """Return True if an authentication backend grants the permission for at least one group."""
    if not user.is_active:
        return False
    methods = (
        (type(backend), partial(backend.has_perm_for_a_group, user))
        for backend in get_backends()
        if hasattr(backend, "has_perm_for_a_group")
    )
    try:
        return any(
            _call_backend(source, method, name, about="a group") for source, method in methods
        )
    except PermissionDenied:  # a veto, as in django.contrib.auth
        return False


def _call_backend(
    source: type,
    method: Callable[..., Any],
    name: str,
    obj: Model | None = None,
    *,
    about: str = "all objects",
) -> bool:
    """Return the backend's answer, False if it raises anything but a veto or a database error.

    `about` is what the permission is for, in the log.
    """
    names: tuple[str, ...] = (name,)
    objects: tuple[Model, ...] = ()
    if obj is not None:
        names, objects = (name, f"{obj._meta.app_label}.{name.partition('.')[2]}"), (obj,)
    for each in names:
        try:
            return bool(method(each, *objects))
        except (PermissionDenied, DatabaseFailure):
            raise
        except Exception as error:  # noqa: BLE001 - a custom backend may raise anything
            reason = type(error).__name__
    about = about if obj is None else f"an object of {obj._meta.label}"
    _report(f"{source.__module__}.{source.__qualname__}", reason, name, about)
    return False


@lru_cache(maxsize=256)
def _report(source: str, error: str, name: str, about: str) -> None:
    """Log the exception of a backend, once in a process for each cause."""
    logger.warning(
        "%s raised %s when it was called for the permission %r for %s. The permission is denied.",
        source,
        error,
        name,
        about,
    )


def has_all(user: Any, permissions: Iterable[Permission]) -> bool:
    """Return True if the user is active and holds all of the permissions; one statement."""
    wanted = {permission.pk: dotted(permission) for permission in permissions}
    granted: set[int] = set()
    if wanted and user.is_active and not user.is_superuser:
        granted.update(
            Permission.objects.using(for_read())
            .filter(granted_in_tables(user), pk__in=wanted)
            .values_list("pk", flat=True)
        )
    return bool(user.is_active) and held_ids(user, wanted=wanted, granted=granted) == wanted.keys()


def _any_backend_grants(
    user: Any,
    name: str,
    backends: Iterable[Any],
    in_tables: bool,  # noqa: FBT001
    deny_on_error: bool,  # noqa: FBT001
) -> bool:
    for backend in backends:
        if _reads_only_tables(type(backend)):
            if in_tables:
                return True
        else:
            has_perm = _method(type(backend), partial(backend.has_perm, user), deny_on_error)
            try:
                if has_perm(name):
                    return True
            except PermissionDenied:  # a veto, as in django.contrib.auth
                return False
    return False


def _method(
    source: type,
    has_perm: Callable[..., Any],
    deny_on_error: bool,  # noqa: FBT001
) -> Callable[..., Any]:
    return partial(_call_backend, source, has_perm) if deny_on_error else has_perm


def _reads_only_tables(backend: type) -> bool:
    return issubclass(backend, ModelBackend) and all(
        getattr(backend, name) is getattr(ModelBackend, name) for name in _PERMISSION_METHODS
    )


def find_permissions(given: object) -> tuple[list[Permission], list[str]]:
    """Find permissions by object, by `app_label.codename`, or by a codename that is unique.

    Return the permissions found, and a sentence for each one that was not found; one statement.
    """
    given = list(items(given))
    by_name = _permissions_by_name({name for name in given if is_storable(name)})
    found: list[Permission] = []
    mistakes: list[str] = []
    for item in given:
        candidates = by_name.get(item, []) if isinstance(item, str) else [item]
        if mistake := _mistake(item, candidates):
            mistakes.append(mistake)
        else:
            found.extend(candidates)
    return found, mistakes


def _permissions_by_name(names: AbstractSet[str]) -> dict[str, list[Permission]]:
    """Return permissions by `app_label.codename` and by codename."""
    by_name: dict[str, list[Permission]] = {}
    if names:
        matches = (_matching(name) for name in names)
        rows = Permission.objects.using(for_read()).filter(reduce(or_, matches))
        for permission in rows.select_related("content_type"):
            for name in (dotted(permission), permission.codename):
                by_name.setdefault(name, []).append(permission)
    return by_name


def _mistake(item: Any, candidates: list[Permission]) -> str:
    """Return a sentence unless the item stands for exactly one saved permission."""
    allowed = "saved permissions and their names"
    if isinstance(item, Permission):
        unsaved = f"The permission {item.codename!r} is not saved. Allowed: {allowed}."
        return "" if item.pk else unsaved
    if not isinstance(item, str):
        return f"{item!r} is not a permission. Allowed: {allowed}."
    if not candidates:
        return f"Permission {item!r} does not exist. Allowed: app_label.codename."
    if len(candidates) > 1:
        names = sorted(_unique_name(permission) for permission in candidates)
        return f"Permission {item!r} is ambiguous. {one_of(names)}"
    return ""


def _matching(name: str) -> Q:
    app_label, _, codename = name.rpartition(".")
    return Q(codename=codename, **({"content_type__app_label": app_label} if app_label else {}))


def _unique_name(permission: Permission) -> str:
    return f"{dotted(permission)} (of {permission.content_type.model})"

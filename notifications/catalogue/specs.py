"""Declarations, and where they come from."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules, import_string

from notifications.backends.base import BaseBackend
from notifications.errors import InvalidCatalogue


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """`place` tells people where it was declared; empty texts say nothing."""

    name: str
    display_name: str = ""
    description: str = ""
    klass: str = ""
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotificationSpec:
    """`backends` are those allowed, by name; `default` and `required` are some of them."""

    name: str
    display_name: str = ""
    description: str = ""
    category: str = ""
    public: bool = True
    permissions: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Catalogue:
    backends: tuple[BackendSpec, ...] = ()
    notifications: tuple[NotificationSpec, ...] = ()

    def __add__(self, other: "Catalogue") -> "Catalogue":
        return Catalogue(self.backends + other.backends, self.notifications + other.notifications)

    def __bool__(self) -> bool:
        return bool(self.backends or self.notifications)


_registered: list[NotificationSpec] = []


def register(  # noqa: PLR0913 - a notification's fields
    name: str,
    *,
    display_name: str = "",
    description: str = "",
    category: str = "",
    public: bool = True,
    permissions: Iterable[str] = (),
    backends: Iterable[str] = (),
    default: Iterable[str] = (),
    required: Iterable[str] = (),
) -> None:
    """Declare a notification, in a module named `notifications` of an installed app.

    Permissions are written as `app_label.codename`, backends by name. Mistakes are reported, all
    together, when the catalogue is synced after `migrate`.
    """
    caller = sys._getframe(1)
    _registered.append(
        NotificationSpec(
            name,
            display_name,
            description,
            category,
            public,
            tuple(permissions),
            tuple(backends),
            tuple(default),
            tuple(required),
            place=f"{caller.f_globals['__name__']}, line {caller.f_lineno}",
        )
    )


def registered() -> tuple[NotificationSpec, ...]:
    """Return what the `notifications` modules of installed apps have registered."""
    autodiscover_modules("notifications")
    return tuple(_registered)


def backends_in_settings() -> tuple[BackendSpec, ...]:
    """Return what the classes in `NOTIFICATION_BACKENDS` declare. Raises InvalidCatalogue."""
    specs, mistakes = [], []
    for path in getattr(settings, "NOTIFICATION_BACKENDS", ()):
        try:
            specs.append(_backend_of(import_string(path), path))
        except (ImportError, TypeError) as error:
            mistakes.append(f"NOTIFICATION_BACKENDS, {path!r}: {error}")
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return tuple(specs)


def _backend_of(klass: Any, path: str) -> BackendSpec:
    texts = {key: getattr(klass, key, "") for key in ("name", "display_name", "description")}
    for key, text in texts.items():
        if not isinstance(text, str | Promise):
            raise TypeError(f"its {key} must be a text.")
    if not texts["name"]:
        raise TypeError("the class needs a name, a unique text.")
    idle = getattr(klass, "send", BaseBackend.send) is BaseBackend.send
    if idle and not getattr(klass, "transactional", False):  # whose record may be all there is
        raise TypeError("the class needs a method send(user, context), which delivers.")
    return BackendSpec(
        texts["name"], str(texts["display_name"]), str(texts["description"]), path, place=path
    )

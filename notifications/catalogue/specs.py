"""Declarations of backends and notifications, in code and in settings."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction, unwrap
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from notifications import texts
from notifications.arguments import evaluate, items, names, unwrapped
from notifications.backends.base import BaseBackend
from notifications.catalogue.definitions import Definition, definitions
from notifications.catalogue.discovery import discover
from notifications.conf import BACKENDS, backend_paths, backends_setting
from notifications.errors import InvalidCatalogue


@dataclass(frozen=True, slots=True)
class BackendSpec:
    """Declaration of a backend. `location` is its file or module and line, for messages."""

    name: str
    display_name: str = ""
    description: str = ""
    klass: str = ""
    location: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NotificationSpec:
    """Declaration of a notification.

    `backends` are the names of those allowed; `default` and `required` are some of them.
    `renamed_from` are former names, the most recent first.
    """

    name: str
    display_name: str = ""
    description: str = ""
    category: str = ""
    public: bool = True
    permissions: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    renamed_from: tuple[str, ...] = ()
    location: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All declarations of one source.

    `definitions` are the calls of `create_notification` in `notifications` modules. `source` is a
    permanent name: notifications that came from the source and are no longer in it are retired. An
    empty source retires nothing.
    """

    backends: tuple[BackendSpec, ...] = ()
    notifications: tuple[NotificationSpec, ...] = ()
    definitions: tuple[Definition, ...] = ()
    source: str = ""

    def __add__(self, other: "Catalogue") -> "Catalogue":
        return Catalogue(
            self.backends + other.backends,
            self.notifications + other.notifications,
            self.definitions + other.definitions,
            self.source,
        )

    def __bool__(self) -> bool:
        return bool(self.backends or self.notifications or self.definitions)


S = TypeVar("S", bound=BackendSpec | NotificationSpec | Definition)


def named(declarations: Iterable[S]) -> Iterator[S]:
    """Yield the declarations whose name is text: other names may not be hashable."""
    return (each for each in declarations if isinstance(each.name, str))


_registered: list[NotificationSpec] = []


def register(  # noqa: PLR0913 - a notification's fields
    name: str,
    *,
    display_name: str | Promise = "",
    description: str | Promise = "",
    category: str | Promise = "",
    public: bool = True,
    permissions: str | Iterable[str] = (),
    backends: str | Iterable[str] = (),
    default: str | Iterable[str] = (),
    required: str | Iterable[str] = (),
    renamed_from: str | Iterable[str] = (),
) -> None:
    """Declare a notification, in a module named `notifications` of an installed app.

    `renamed_from` has former names, whose preferences and deliveries are moved to the new name.
    Permissions are `app_label.codename`, backends are names. All mistakes are reported when the
    catalogue is synced after `migrate`.
    """
    caller = sys._getframe(1)
    _registered.append(
        NotificationSpec(
            evaluate(name),
            texts.untranslated(unwrapped(display_name)),
            texts.untranslated(unwrapped(description)),
            texts.untranslated(unwrapped(category)),
            evaluate(public),
            tuple(items(permissions)),
            tuple(names(backends)),
            tuple(names(default)),
            tuple(names(required)),
            tuple(names(renamed_from)),
            location=f"{caller.f_globals['__name__']}, line {caller.f_lineno}",
        )
    )


def registered() -> Catalogue:
    """Return the declarations in the `notifications` modules of installed apps."""
    discover()
    return Catalogue(notifications=tuple(_registered), definitions=definitions())


def backends_in_settings() -> tuple[BackendSpec, ...]:
    """Return the declarations of the classes of backends. Raises InvalidCatalogue."""
    setting = backends_setting() or BACKENDS
    specs, mistakes = [], []
    for path in backend_paths():
        try:
            specs.append(_backend_of(import_string(path), path))
        except Exception as error:  # noqa: BLE001 - modules raise anything when imported
            mistakes.append(f"{setting}, {path!r}: {error}")
    if mistakes:
        raise InvalidCatalogue(mistakes)
    return tuple(specs)


def _backend_of(klass: Any, path: str) -> BackendSpec:
    given = {key: getattr(klass, key, "") or "" for key in ("name", "display_name", "description")}
    fields = {key: texts.untranslated(text) for key, text in given.items()}
    for key, text in fields.items():
        if not isinstance(text, str | Promise):
            raise TypeError(f"its {key} must be a string.")
    if not fields["name"]:
        raise TypeError("the class needs a unique name.")
    if mistakes := [f"its {mistake}" for mistake in texts.mistakes(fields)]:
        raise TypeError(" ".join(mistakes))
    _check_methods(klass)
    return BackendSpec(**fields, klass=path, location=path)


def _check_methods(klass: Any) -> None:
    """Raise TypeError without `send`, and for asynchronous methods besides `send`.

    A transactional subclass of BaseBackend may have no `send` of its own: its record is all that it
    delivers. An asynchronous `send` is awaited.
    """
    send = getattr(klass, "send", None)
    idle = send is BaseBackend.send and not getattr(klass, "transactional", False)
    if send is None or idle:
        allowed = "such a method, or a transactional subclass of BaseBackend"
        raise TypeError(f"the class needs a method send(user, context). Allowed: {allowed}.")
    if isgeneratorfunction(send) or isasyncgenfunction(send):
        raise TypeError("its send is a generator. Allowed: a function or a coroutine function.")
    for name in ("session", "clean_address", "new_secret"):
        method = unwrap(getattr(klass, name, None) or klass)
        if iscoroutinefunction(method) or isasyncgenfunction(method):
            raise TypeError(f"its {name} is asynchronous. Allowed: a function.")

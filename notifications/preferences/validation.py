"""Validation of preferences and of names, before anything is written."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from notifications.configuration.cache import configuration_cache
from notifications.configuration.entries import Configuration, NotificationEntry
from notifications.errors import (
    InvalidPreferences,
    PreferencesDenied,
    Problem,
    ProblemCode,
    one_of,
)
from notifications.models import Backend, BackendDoesNotExist, permission_problem


@dataclass(frozen=True, slots=True)
class Preference:
    """A value for one cell, by the names of its notification and backend."""

    notification: str
    backend: str
    notify: Any  # any value, because `problems` reports all but True and False


@dataclass(frozen=True)
class Rules:
    """Allowed values.

    `visible` are the notifications that may be named, `backends` the IDs of all backends by name.
    `permitted` returns True if preferences for the notification may be set.
    """

    visible: Mapping[str, NotificationEntry]
    backends: Mapping[str, int]
    permitted: Callable[[NotificationEntry], bool]

    def unknown_notification(self, index: int, name: str, backend: str | None = None) -> Problem:
        return Problem(
            index,
            ProblemCode.UNKNOWN_NOTIFICATION,
            f"There is no notification named {name!r}. {self._allowed}",
            name,
            backend,
        )

    @cached_property
    def _allowed(self) -> str:
        """Only permitted notifications: the names of others are private."""
        return one_of(entry.name for entry in self.visible.values() if self.permitted(entry))

    def unknown_backend(
        self, index: int, name: str, entry: NotificationEntry | None = None
    ) -> Problem:
        allowed = [backend.name for backend in entry.backends] if entry else self.backends
        return Problem(
            index,
            ProblemCode.UNKNOWN_BACKEND,
            f"There is no backend named {name!r}. {one_of(allowed)}",
            entry.name if entry else None,
            name,
        )


def rules_for(
    configuration: Configuration, preferences: Iterable[Preference], *, public_only: bool
) -> Rules:
    """Return the rules for these preferences of a subject with all permissions."""
    backends = _backend_ids(configuration, (preference.backend for preference in preferences))
    return Rules(visible(configuration, public_only=public_only), backends, lambda _: True)


def visible(configuration: Configuration, *, public_only: bool) -> Mapping[str, NotificationEntry]:
    """Return by name the notifications that may be named; with `public_only`, no private ones."""
    entries = configuration.public if public_only else configuration.notifications
    return {entry.name: entry for entry in entries}


def _backend_ids(configuration: Configuration, names: Iterable[str]) -> Mapping[str, int]:
    """Return the IDs of all backends by name. Reads unused backends only if one is named."""
    if configuration.backend_ids.keys() >= set(names):
        return configuration.backend_ids
    return dict(Backend.objects.values_list("name", "pk"))


def problems(preferences: Sequence[Preference], rules: Rules) -> list[Problem]:
    """Return the first problem of each wrong entry, in the order of the entries."""
    previous: set[tuple[str, str]] = set()
    found = []
    for index, preference in enumerate(preferences):
        problem = _problem(index, preference, rules, previous)
        if problem is not None:
            found.append(problem)
        previous.add((preference.notification, preference.backend))
    return found


def _problem(
    index: int, preference: Preference, rules: Rules, previous: Collection[tuple[str, str]]
) -> Problem | None:
    notification, backend = preference.notification, preference.backend
    entry = rules.visible.get(notification)
    if entry is None:
        return rules.unknown_notification(index, notification, backend)
    if not rules.permitted(entry):
        return permission_problem(index, notification, backend)
    if backend not in rules.backends:
        return rules.unknown_backend(index, backend, entry)
    problem = _cell_problem(preference, entry, previous)
    return problem and Problem(index, *problem, notification, backend)


def _cell_problem(
    preference: Preference, entry: NotificationEntry, previous: Collection[tuple[str, str]]
) -> tuple[ProblemCode, str] | None:
    """Return the problem of a preference for a permitted notification and a known backend."""
    cell = entry.cell(preference.backend)
    name = f"{entry.name!r} by {preference.backend!r}"
    if cell is None:
        allowed = one_of(backend.name for backend in entry.backends)
        return (
            ProblemCode.BACKEND_NOT_ALLOWED,
            f"{entry.name!r} cannot be delivered by {preference.backend!r}. {allowed}",
        )
    if cell.required:
        return (
            ProblemCode.REQUIRED,
            f"{preference.backend!r} is required for {entry.name!r} and cannot be changed.",
        )
    if not isinstance(preference.notify, bool):
        return (
            ProblemCode.NOT_A_BOOLEAN,
            f"The preference for {name} is {preference.notify!r}. Allowed: True, False.",
        )
    if (preference.notification, preference.backend) in previous:
        return ProblemCode.DUPLICATE, f"The preference for {name} is given more than once."
    return None


def raise_problems(found: Sequence[Problem]) -> None:
    """Raise InvalidPreferences with all problems if there are any, as the most specific subclass.

    PreferencesDenied takes precedence over BackendDoesNotExist.
    """
    codes = {problem.code for problem in found}
    if ProblemCode.PERMISSION_DENIED in codes:
        raise PreferencesDenied(found)
    if ProblemCode.UNKNOWN_BACKEND in codes:
        raise BackendDoesNotExist(found)
    if found:
        raise InvalidPreferences(found)


def row_filter(
    notifications: Sequence[str] | None,
    backends: Sequence[str] | None,
    *,
    public_only: bool,
    using: str,
) -> dict[str, Any]:
    """Return lookups of preferences for these notifications and backends; None stands for all.

    Raises InvalidPreferences for wrong names.
    """
    lookups: dict[str, Any] = {}
    if public_only:
        lookups |= {"notification__public": True, "notification__retired": False}
    if notifications is not None or backends is not None:
        configuration = configuration_cache.current(using=using).configuration
        rules = Rules(
            visible(configuration, public_only=public_only),
            _backend_ids(configuration, backends or ()),
            lambda entry: not public_only or not entry.permissions,
        )
        raise_problems(_filter_problems(notifications or (), backends or (), rules))
        if notifications is not None:
            lookups["notification__in"] = [rules.visible[name].id for name in notifications]
        if backends is not None:
            lookups["backend__in"] = [rules.backends[name] for name in backends]
    return lookups


def _filter_problems(
    notifications: Sequence[str], backends: Sequence[str], rules: Rules
) -> list[Problem]:
    return [
        *_name_problems(notifications, rules.visible, rules.unknown_notification, "notification"),
        *_name_problems(backends, rules.backends, rules.unknown_backend, "backend"),
    ]


def _name_problems(
    names: Sequence[str],
    known: Collection[str],
    unknown: Callable[[int, str], Problem],
    kind: str,
) -> Iterator[Problem]:
    duplicates = dict(repeated(names))
    for index, name in enumerate(names):
        if name not in known:
            yield unknown(index, name)
        elif index in duplicates:
            message = f"{name!r} is given more than once. Allowed: each name once."
            yield Problem(index, ProblemCode.DUPLICATE, message, **{kind: name})


def repeated(items: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (position, item) for every item that occurs earlier in the iterable."""
    previous = set()
    for index, item in enumerate(items):
        if item in previous:
            yield index, item
        previous.add(item)

"""What is wrong with a list of preferences, entry by entry, before anything is written. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from notifications.configuration.entries import Configuration, NotificationEntry
from notifications.errors import Problem, ProblemCode, one_of
from notifications.models import permission_problem


@dataclass(frozen=True, slots=True)
class Preference:
    """One wish: names of a notification and a backend, and whether to deliver."""

    notification: str
    backend: str
    notify: Any  # `problems` lets nothing but True and False pass


@dataclass(frozen=True)
class Rules:
    """Allowed values of entries.

    `visible` are the notifications that may be named; `backends` all backends there are, by name;
    `permitted` tells whether those whom the preferences are for may set a notification.
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
        """Name only notifications that may be set: other names are private."""
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


def visible(configuration: Configuration, *, public_only: bool) -> Mapping[str, NotificationEntry]:
    """By name, the notifications that may be named: to the public a private one is unknown."""
    entries = configuration.public if public_only else configuration.notifications
    return {entry.name: entry for entry in entries}


def problems(preferences: Sequence[Preference], rules: Rules) -> list[Problem]:
    """At the most one problem an entry, the first that is found, in the order of the list."""
    seen: set[tuple[str, str]] = set()
    found = []
    for index, preference in enumerate(preferences):
        problem = _problem(index, preference, rules, seen)
        if problem is not None:
            found.append(problem)
        seen.add((preference.notification, preference.backend))
    return found


def _problem(
    index: int, preference: Preference, rules: Rules, seen: Collection[tuple[str, str]]
) -> Problem | None:
    notification, backend = preference.notification, preference.backend
    entry = rules.visible.get(notification)
    if entry is None:
        return rules.unknown_notification(index, notification, backend)
    if not rules.permitted(entry):
        return permission_problem(index, notification, backend)
    if backend not in rules.backends:
        return rules.unknown_backend(index, backend, entry)
    mistake = _mistake(preference, entry, seen)
    return mistake and Problem(index, *mistake, notification, backend)


def _mistake(
    preference: Preference, entry: NotificationEntry, seen: Collection[tuple[str, str]]
) -> tuple[ProblemCode, str] | None:
    """What is wrong with a preference for a notification that may be set, and a known backend."""
    cell = entry.cell(preference.backend)
    what = f"{entry.name!r} by {preference.backend!r}"
    if cell is None:
        allowed = one_of(backend.name for backend in entry.backends)
        return ProblemCode.BACKEND_NOT_ALLOWED, f"There is no delivering {what}. {allowed}"
    if cell.required:
        return ProblemCode.REQUIRED, f"Delivering {what} is required, and cannot be set."
    if not isinstance(preference.notify, bool):
        return (
            ProblemCode.NOT_A_BOOLEAN,
            f"The preference for {what} is {preference.notify!r}. Allowed: True, False.",
        )
    if (preference.notification, preference.backend) in seen:
        return ProblemCode.DUPLICATE, f"The preference for {what} is given more than once."
    return None


def filter_problems(
    notifications: Sequence[str], backends: Sequence[str], rules: Rules
) -> list[Problem]:
    """What is wrong with the lists of names that say what to clear."""
    return [
        *_wrong_names(notifications, rules.visible, rules.unknown_notification, "notification"),
        *_wrong_names(backends, rules.backends, rules.unknown_backend, "backend"),
    ]


def _wrong_names(
    names: Sequence[str],
    known: Collection[str],
    unknown: Callable[[int, str], Problem],
    kind: str,
) -> Iterator[Problem]:
    again = dict(repeated(names))
    for index, name in enumerate(names):
        if name not in known:
            yield unknown(index, name)
        elif index in again:
            message = f"{name!r} is given more than once; name each only once."
            yield Problem(index, ProblemCode.DUPLICATE, message, **{kind: name})


def repeated(items: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (position, item) for every item that has been there before."""
    seen = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index, item
        seen.add(item)

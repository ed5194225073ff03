"""What is wrong with a list of preferences, entry by entry, before anything is written. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from notifications.configuration import Configuration, NotificationEntry
from notifications.errors import Problem, ProblemCode, one_of
from notifications.models import permission_problem


@dataclass(frozen=True, slots=True)
class Preference:
    """One wish: names of a notification and a backend, and whether to deliver."""

    notification: str
    backend: str
    notify: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What entries are held against.

    `visible` are the notifications that may be named; `backends` all backends there are, by name;
    `permitted` tells whether those whom the preferences are for may set a notification.
    """

    visible: Mapping[str, NotificationEntry]
    backends: Mapping[str, int]
    permitted: Callable[[NotificationEntry], bool]

    def unknown_notification(self, index: int, name: str, backend: str | None = None) -> Problem:
        """Suggests only what may be set: the names of other notifications are nobody's business."""
        allowed = [entry.name for entry in self.visible.values() if self.permitted(entry)]
        return Problem(
            index,
            ProblemCode.UNKNOWN_NOTIFICATION,
            f"There is no notification named {name!r}. {one_of(allowed)}",
            name,
            backend,
        )

    def unknown_backend(self, index: int, name: str, notification: str | None = None) -> Problem:
        return Problem(
            index,
            ProblemCode.UNKNOWN_BACKEND,
            f"There is no backend named {name!r}. {one_of(self.backends)}",
            notification,
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
    index: int, preference: Preference, rules: Rules, seen: set[tuple[str, str]]
) -> Problem | None:
    notification, backend = preference.notification, preference.backend
    entry = rules.visible.get(notification)

    def problem(code: ProblemCode, message: str) -> Problem:
        return Problem(index, code, message, notification, backend)

    if entry is None:
        return rules.unknown_notification(index, notification, backend)
    if not rules.permitted(entry):
        return permission_problem(index, notification, backend)
    if backend not in rules.backends:
        return rules.unknown_backend(index, backend, notification)
    cell = entry.cell(backend)
    if cell is None:
        allowed = one_of(offered.name for offered in entry.backends)
        return problem(
            ProblemCode.BACKEND_NOT_ALLOWED,
            f"Notification {notification!r} cannot be delivered by {backend!r}. {allowed}",
        )
    if cell.required:
        return problem(
            ProblemCode.REQUIRED,
            f"Notification {notification!r} is always delivered by {backend!r}; nobody can change it.",
        )
    if not isinstance(preference.notify, bool):
        return problem(
            ProblemCode.NOT_A_BOOLEAN,
            f"The preference for {notification!r} by {backend!r} is {preference.notify!r};"
            " allowed: True, False.",
        )
    if (notification, backend) in seen:
        return problem(
            ProblemCode.DUPLICATE,
            f"The preference for {notification!r} by {backend!r} is given more than once;"
            " name each only once.",
        )
    return None


def filter_problems(
    notifications: Sequence[str], backends: Sequence[str], rules: Rules
) -> list[Problem]:
    """What is wrong with the lists of names that say what to clear."""
    found = [
        rules.unknown_notification(index, name)
        for index, name in enumerate(notifications)
        if name not in rules.visible
    ]
    found += [
        Problem(index, ProblemCode.DUPLICATE, _given_twice(name), notification=name)
        for index, name in repeated(notifications)
    ]
    found += [
        rules.unknown_backend(index, name)
        for index, name in enumerate(backends)
        if name not in rules.backends
    ]
    found += [
        Problem(index, ProblemCode.DUPLICATE, _given_twice(name), backend=name)
        for index, name in repeated(backends)
    ]
    return found


def repeated(items: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (position, item) for every item that has been there before."""
    seen = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index, item
        seen.add(item)


def _given_twice(name: str) -> str:
    return f"{name!r} is given more than once; name each only once."
